package circuit

// Lanes is the number of inputs that a [Program] computes at once.
const Lanes = 64 * words

// Block holds one bit for each of [Lanes] inputs: lane l is bit l%64 of word l/64.
type Block [words]uint64

// Get returns the bit of a lane.
func (b *Block) Get(lane int) bool { return b[lane/64]>>(lane%64)&1 == 1 }

// Set sets the bit of a lane to v.
func (b *Block) Set(lane int, v bool) {
	b[lane/64] &^= 1 << (lane % 64)
	if v {
		b[lane/64] |= 1 << (lane % 64)
	}
}

// Program is a circuit compiled for bit-sliced evaluation: a flat list of
// instructions on slots of one block each, a slot being reused after the last use
// of its value. It is immutable and safe for concurrent use; every goroutine
// needs a [Machine] of its own.
type Program struct {
	inputs  int
	stages  []stage
	outputs []reference
	slots   int
}

// stage computes some of the outputs, given that the stages before it have run.
type stage struct {
	runs    []run
	code    []instruction
	outputs []int
}

// run says that the next count instructions have one op, so that a kernel looks
// at the op once for all of them.
type run struct {
	op    opcode
	count uint32
}

// instruction holds the positions of its operands in words of memory.
type instruction struct{ dst, a, b, c uint32 }

type opcode uint32

type opInfo struct {
	name  string
	arity int
	table uint8
}

// reference is a stored value, negated if invert is all ones.
type reference struct {
	at     uint32 // in words of memory
	invert uint64
}

// Compile returns the program of c.
func Compile(c *Circuit) *Program {
	all := make([]int, len(c.outputs))
	for j := range all {
		all[j] = j
	}
	return compile(c, [][]int{all})
}

// compile returns the program that computes the given outputs stage by stage. An
// output can be read from the end of its stage to the start of the next.
func compile(c *Circuit, stages [][]int) *Program {
	v := newCover(c)
	order, ends := schedule(v, stages)

	// dying[t] are the values not needed once instruction t has read its
	// operands.
	last := make([]int, c.nodes())
	for t, node := range order {
		for _, leaf := range v.leaves(node) {
			last[leaf] = t
		}
	}
	for s, outputs := range stages {
		for _, j := range outputs {
			node := c.outputs[j].node()
			last[node] = max(last[node], ends[s])
		}
	}
	dying := make([][]uint32, len(order)+1)
	for node := c.n + 1; node < c.nodes(); node++ {
		dying[last[node]] = append(dying[last[node]], uint32(node))
	}

	p := &Program{inputs: c.n, slots: 1 + c.n, outputs: make([]reference, len(c.outputs))}
	slot := make([]uint32, c.nodes()) // the constant and the inputs keep theirs for good
	for i := range 1 + c.n {
		slot[i] = uint32(i)
	}
	var free []uint32 // taken from the end, where the slots are that are still in cache
	t := 0
	for s, outputs := range stages {
		st := stage{outputs: outputs}
		for ; t < ends[s]; t++ {
			node := order[t]
			in, op := v.instruction(node, slot)
			for _, dead := range dying[t] {
				if slot[dead] != 0 {
					free = append(free, slot[dead])
				}
			}
			if len(free) == 0 {
				free = append(free, uint32(p.slots))
				p.slots++
			}
			slot[node] = free[len(free)-1]
			free = free[:len(free)-1]
			in.dst = slot[node] * words
			st.emit(op, in)
		}
		for _, j := range outputs {
			l := c.outputs[j]
			p.outputs[j] = reference{at: slot[l.node()] * words}
			if l.negated() != v.phase[l.node()] {
				p.outputs[j].invert = ^uint64(0)
			}
		}
		p.stages = append(p.stages, st)
	}
	return p
}

// instruction returns the instruction that computes node, but for its
// destination.
func (v *cover) instruction(node uint32, slot []uint32) (instruction, opcode) {
	m := matches[v.best[node].table]
	var at [3]uint32
	for i := range ops[m.op].arity {
		at[i] = slot[v.best[node].leaves[m.operand[i]]] * words
	}
	return instruction{a: at[0], b: at[1], c: at[2]}, m.op
}

func (s *stage) emit(op opcode, in instruction) {
	s.code = append(s.code, in)
	if n := len(s.runs); n > 0 && s.runs[n-1].op == op {
		s.runs[n-1].count++
		return
	}
	s.runs = append(s.runs, run{op, 1})
}

// Instructions returns the number of instructions, each of which does the work of
// one or more gates.
func (p *Program) Instructions() int {
	sum := 0
	for _, s := range p.stages {
		sum += len(s.code)
	}
	return sum
}

// Slots returns the number of blocks of memory that a [Machine] needs.
func (p *Program) Slots() int { return p.slots }
