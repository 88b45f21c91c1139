package circuit

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"assay/internal/parallel"
)

// Search looks for preimages by enumeration. It computes the outputs of a block of
// [Lanes] inputs one after the other and leaves the block as soon as no lane agrees
// with the target.
//
// The inputs that vary within a block are those on which the fewest outputs
// depend, and the outputs that none of them touches, which are the same in the
// whole block, come first: each rules out half of all blocks at once. A local
// function of 32 inputs thus needs little more than two outputs a block; a
// cipher, whose outputs all depend on all inputs, needs log2(Lanes) and one or
// two more.
//
// A Search is immutable and safe for concurrent use.
type Search struct {
	program *Program
	inputs  []int // position to input: the first laneBits positions vary within a block
}

// Work is what a search did.
type Work struct {
	Candidates   uint64 // inputs ruled out or found
	Blocks       uint64 // blocks begun
	Outputs      uint64 // outputs computed, of whole blocks
	Instructions uint64 // on whole blocks
}

// Add adds what another part of the search did.
func (w *Work) Add(other Work) {
	w.Candidates += other.Candidates
	w.Blocks += other.Blocks
	w.Outputs += other.Outputs
	w.Instructions += other.Instructions
}

// NewSearch prepares the search for inputs of c with given outputs. It is an error
// if c has more than 62 inputs.
func NewSearch(c *Circuit) (*Search, error) {
	if c.n > maxEnumerated {
		return nil, fmt.Errorf("search: 2^%d inputs are too many to enumerate (at most 2^%d)", c.n, maxEnumerated)
	}
	support := c.Support()
	inputs := orderInputs(c.n, support)
	inLane := make([]bool, c.n)
	for _, i := range inputs[:min(laneBits, c.n)] {
		inLane[i] = true
	}
	return &Search{
		program: compile(c, orderOutputs(c, support, inLane)),
		inputs:  inputs,
	}, nil
}

// orderInputs returns the inputs 0..n-1, first those to vary within a block: one
// by one, the one that touches the fewest outputs not touched before.
func orderInputs(n int, support [][]int) []int {
	touches := make([][]int, n)
	for j, inputs := range support {
		for _, i := range inputs {
			touches[i] = append(touches[i], j)
		}
	}
	touched := make([]bool, len(support))
	fresh := func(i int) (count int) {
		for _, j := range touches[i] {
			if !touched[j] {
				count++
			}
		}
		return count
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for k := range min(laneBits, n) {
		least := slices.MinFunc(order[k:], func(a, b int) int { return cmp.Compare(fresh(a), fresh(b)) })
		at := slices.Index(order, least)
		copy(order[k+1:at+1], order[k:at])
		order[k] = least
		for _, j := range touches[least] {
			touched[j] = true
		}
	}
	return order
}

// ordered is the number of outputs whose order matters: few blocks agree with the
// target in so many.
const ordered = 64

// orderOutputs returns the outputs, each as a stage of its own: first those that
// no input in a lane touches, and then each time the one that adds the fewest gates
// to those of the outputs before.
func orderOutputs(c *Circuit, support [][]int, inLane []bool) [][]int {
	var whole, varying []int
	for j, inputs := range support {
		if slices.ContainsFunc(inputs, func(i int) bool { return inLane[i] }) {
			varying = append(varying, j)
		} else {
			whole = append(whole, j)
		}
	}
	w := newWalker(c)
	done := make([]bool, c.nodes())
	var stages [][]int
	for _, group := range [][]int{whole, varying} {
		for len(group) > 0 {
			next := 0
			if len(stages) < ordered {
				added := make([]int, len(group))
				for k, j := range group {
					added[k] = len(w.cone(c.outputs[j], done))
				}
				next = slices.Index(added, slices.Min(added))
				for _, node := range w.cone(c.outputs[group[next]], done) {
					done[node] = true
				}
			}
			stages = append(stages, []int{group[next]})
			group = slices.Delete(group, next, next+1)
		}
	}
	return stages
}

// Blocks returns the number of blocks of the whole search.
func (s *Search) Blocks() uint64 { return Blocks(s.program.inputs) }

// Preimages returns all inputs whose outputs are target, in increasing order, bit i
// of an input being input i, and what it took to find them, on all processors. It
// is an error if target is not one bit for every output, and ctx.Err() if ctx is
// done first.
func (s *Search) Preimages(ctx context.Context, target []bool) ([]uint64, Work, error) {
	const chunk = 1 << 10 // blocks, which take from 0.05 to some ten milliseconds
	var (
		all   []uint64
		total Work
		mu    sync.Mutex
	)
	err := parallel.Chunks(ctx, int(s.Blocks()), chunk, func(from, to int) error {
		var found []uint64
		work, err := s.Run(ctx, target, uint64(from), uint64(to), func(x uint64) bool {
			found = append(found, x)
			return true
		})
		mu.Lock()
		defer mu.Unlock()
		all = append(all, found...)
		total.Add(work)
		return err
	})
	if err != nil {
		return nil, total, err
	}
	slices.Sort(all)
	return all, total, nil
}

// Run searches the blocks from, ..., to-1 (of [Search.Blocks]; which inputs are in
// which is not specified, but each is in one) for inputs whose outputs are target,
// and calls found for each, bit i of x being input i, until found returns false. It
// is an error if target is not one bit for every output, and ctx.Err() if ctx is
// done first.
func (s *Search) Run(ctx context.Context, target []bool, from, to uint64, found func(x uint64) bool) (Work, error) {
	if len(target) != len(s.program.outputs) {
		return Work{}, fmt.Errorf("search: a target of %d bits for a circuit of %d outputs", len(target), len(s.program.outputs))
	}
	return s.run(ctx, s.program.NewMachine(), target, from, to, found)
}

func (s *Search) run(ctx context.Context, m *Machine, target []bool, from, to uint64, found func(x uint64) bool) (Work, error) {
	n := len(s.inputs)
	for position := range min(laneBits, n) {
		*m.Input(s.inputs[position]) = lanePatterns[position]
	}
	valid := firstLanes(1 << min(n, laneBits))
	var work Work
	for k := from; k < to; k++ {
		if k%1024 == from%1024 {
			if err := ctx.Err(); err != nil {
				return work, err
			}
		}
		// Blocks in the order of the Gray code change one input at a time.
		gray := k ^ k>>1
		for position := laneBits; k == from && position < n; position++ {
			m.Input(s.inputs[position]).fill(gray>>(position-laneBits)&1 == 1)
		}
		if k > from {
			bit := bits.TrailingZeros64(k)
			m.Input(s.inputs[laneBits+bit]).fill(gray>>bit&1 == 1)
		}
		work.Blocks++
		work.Candidates += 1 << min(n, laneBits)
		alive := valid
		if !narrow(m, target, &alive, &work) {
			continue
		}
		for lane := range Lanes {
			if alive.Get(lane) && !found(s.input(gray<<laneBits|uint64(lane))) {
				return work, nil
			}
		}
	}
	return work, nil
}

// narrow clears the lanes of alive whose outputs disagree with the target and
// reports whether any is left.
func narrow(m *Machine, target []bool, alive *Block, work *Work) bool {
	for i := range m.p.stages {
		m.runStage(i)
		st := &m.p.stages[i]
		work.Instructions += uint64(len(st.code))
		for _, j := range st.outputs {
			work.Outputs++
			r := m.p.outputs[j]
			wrong := r.invert // what the stored value is xored with to be 0 where it agrees
			if target[j] {
				wrong = ^wrong
			}
			value := (*Block)(m.memory[r.at:])
			var left uint64
			for w := range alive {
				alive[w] &^= value[w] ^ wrong
				left |= alive[w]
			}
			if left == 0 {
				return false
			}
		}
	}
	return true
}

// input returns the input whose bits are those of code, by position.
func (s *Search) input(code uint64) uint64 {
	var x uint64
	for position, i := range s.inputs {
		x |= code >> position & 1 << i
	}
	return x
}
