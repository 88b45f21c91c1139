package inverter

import (
	"context"
	"math/bits"

	"assay/internal/circuit"
)

// sweep evaluates a circuit on all points of affine subspaces of its inputs,
// [circuit.Lanes] points at a time: far cheaper than any search where there are few.
// It is for one goroutine.
type sweep struct {
	n, m    int
	machine *circuit.Machine
	cost    int // instructions for a block of points
}

func newSweep(c *circuit.Circuit) *sweep {
	p := circuit.Compile(c)
	return &sweep{n: c.Inputs(), m: c.Outputs(), machine: p.NewMachine(), cost: c.Inputs() + p.Instructions()}
}

// sweepLimit is the number of instructions on whole blocks, a few milliseconds, up to
// which a subspace is swept.
const sweepLimit = 1 << 19

// affords reports whether a subspace of dimension k is small enough.
func (s *sweep) affords(k int) bool {
	return k < 40 && float64(circuit.Blocks(k))*float64(s.cost) <= sweepLimit
}

// laneBits is log2(circuit.Lanes): the free unknowns that vary within a block.
const laneBits = 10

// A constant cannot be computed by package bits; this does not compile if it is wrong.
var _ [circuit.Lanes]struct{} = [1 << laneBits]struct{}{}

// laneBit[k] holds bit k of the number of each lane.
var laneBit = func() [laneBits]circuit.Block {
	var all [laneBits]circuit.Block
	for k := range all {
		for lane := range circuit.Lanes {
			all[k].Set(lane, lane>>k&1 == 1)
		}
	}
	return all
}()

// list returns the solutions of the system under which the circuit gives z, or the
// first limit+1 of them.
func (s *sweep) list(ctx context.Context, system *system, z []bool, limit int) ([][]bool, Work, error) {
	free := system.free()
	inLane := min(len(free), laneBits)
	lanes := 1 << inLane
	// An input is the sum of free unknowns and a constant. Those of the first few
	// vary within a block; the others, and the constant, are the same in all of it.
	within := make([]circuit.Block, s.n)
	outside := make([]uint64, s.n)
	for i := range s.n {
		row := system.equation()
		if owner := system.owner[i]; owner >= 0 {
			row = system.rows[owner]
		} else {
			row.set(i)
		}
		for k, f := range free {
			switch {
			case !row.get(f):
			case k < inLane:
				for w, v := range laneBit[k] {
					within[i][w] ^= v
				}
			default:
				outside[i] |= 1 << (k - inLane)
			}
		}
		if row.get(s.n) {
			outside[i] |= 1 << 63
		}
	}
	var found [][]bool
	var work Work
	for block := range circuit.Blocks(len(free)) {
		if err := ctx.Err(); err != nil {
			return nil, work, err
		}
		for i, pattern := range within {
			if bits.OnesCount64(outside[i]&(block|1<<63))%2 == 1 {
				for w := range pattern {
					pattern[w] = ^pattern[w]
				}
			}
			*s.machine.Input(i) = pattern
		}
		s.machine.Run()
		work.Candidates += uint64(lanes)
		right := s.agree(z)
		for lane := range lanes {
			if !right.Get(lane) {
				continue
			}
			x := make([]bool, s.n)
			for i := range x {
				x[i] = s.machine.Input(i).Get(lane)
			}
			if found = append(found, x); len(found) > limit {
				return found, work, nil
			}
		}
	}
	return found, work, nil
}

// agree returns the lanes whose outputs are z.
func (s *sweep) agree(z []bool) circuit.Block {
	var right circuit.Block
	for w := range right {
		right[w] = ^uint64(0)
	}
	for j, bit := range z {
		out := s.machine.Output(j)
		for w := range right {
			if bit {
				right[w] &= out[w]
			} else {
				right[w] &^= out[w]
			}
		}
	}
	return right
}
