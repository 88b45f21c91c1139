package circuit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// checkKernel runs every op of a kernel on random words against the truth table of
// the op, bit by bit; destinations that are operands, which the reuse of slots makes,
// included. A wrong entry of a truth table is met by each of the 1024 lanes with
// probability 1/8: it goes unnoticed with probability (7/8)^1024 < 1e-59.
func checkKernel(k kernel, rng *rand.Rand) error {
	const slots = 4
	for op, info := range ops {
		for dst := range uint32(slots) {
			in := instruction{dst * words, 0, 1 * words, 2 * words}
			memory := aligned(slots * words)
			for i := range memory {
				memory[i] = rng.Uint64()
			}
			before := slices.Clone(memory)
			k.execute(memory, []instruction{in}, []run{{opcode(op), 1}})
			for i := range 64 * len(memory) {
				bit := func(m []uint64, i int) uint64 { return m[i/64] >> (i % 64) & 1 }
				want := bit(before, i)
				if lane := i - 64*int(in.dst); 0 <= lane && lane < Lanes {
					at := func(offset uint32) uint64 { return bit(before, 64*int(offset)+lane) }
					want = uint64(info.table >> (4*at(in.a) + 2*at(in.b) + at(in.c)) & 1)
				}
				if bit(memory, i) != want {
					return fmt.Errorf("%s: %s to word %d: bit %d is %d, want %d", k.name, info.name, in.dst, i, bit(memory, i), want)
				}
			}
		}
	}
	return nil
}

func TestKernels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, k := range kernels {
		if err := checkKernel(k, rng); err != nil {
			t.Error(err)
		}
	}
}

// TestCheckKernelNotices is the negative control: kernels that take one op for
// another, or that miss the last word of a block.
func TestCheckKernelNotices(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	exchanged := func(memory []uint64, code []instruction, runs []run) {
		if runs[0].op == opMajNot {
			runs[0].op = opMaj
		}
		executeGo(memory, code, runs)
	}
	short := func(memory []uint64, code []instruction, runs []run) {
		last := code[0].dst + words - 1
		before := memory[last]
		executeGo(memory, code, runs)
		memory[last] = before
	}
	for _, k := range []kernel{{"exchanged", exchanged}, {"short", short}} {
		if checkKernel(k, rng) == nil {
			t.Errorf("kernel %s was not noticed", k.name)
		}
	}
}

// TestOps holds what the cover needs of the ops: zeros map to 0, an op of two
// operands does not look at the third, and every function of two values that a
// gate can be is there.
func TestOps(t *testing.T) {
	for _, o := range ops {
		if o.table&1 != 0 {
			t.Errorf("%s maps zeros to 1", o.name)
		}
		if o.arity == 2 && o.table != permute(o.table, tableA, tableB, 0) {
			t.Errorf("%s depends on its third operand", o.name)
		}
	}
	for _, table := range []uint8{tableA & tableB, tableA &^ tableB, tableB &^ tableA, tableA | tableB, tableA ^ tableB} {
		if !matches[table].ok {
			t.Errorf("no op computes table %#x", table)
		}
	}
}

// TestProgram compares programs with the model and the kernels with each other,
// in lanes that hold all inputs in random order.
func TestProgram(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		p := Compile(m.c)
		offset := rapid.Uint64().Draw(t, "offset")
		var first []Block
		for _, k := range kernels {
			machine := p.newMachine(k)
			for i := range m.c.Inputs() {
				for lane := range Lanes {
					machine.Input(i).Set(lane, (uint64(lane)+offset)>>i&1 == 1)
				}
			}
			machine.Run()
			machine.Run() // inputs survive a run
			var blocks []Block
			for j := range m.c.Outputs() {
				blocks = append(blocks, machine.Output(j))
			}
			if first == nil {
				first = blocks
			}
			if !slices.Equal(blocks, first) {
				t.Fatalf("kernel %s differs from %s", k.name, kernels[0].name)
			}
			err := m.check(func(x uint64) []bool {
				out := make([]bool, len(blocks))
				lane := int((x - offset) % (1 << m.c.Inputs()))
				for j := range out {
					out[j] = blocks[j].Get(lane)
				}
				return out
			})
			if err != nil {
				t.Fatalf("kernel %s: %v", k.name, err)
			}
		}
		if p.Instructions() > m.c.Counts().Gates() {
			t.Fatalf("%d instructions for %d gates", p.Instructions(), m.c.Counts().Gates())
		}
	})
}

// TestEvalRows compares with Eval, for no row, a few, and more than fill a block.
func TestEvalRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	c := randomCircuit(12, 6, 80, rng)
	m := Compile(c).NewMachine()
	for _, rows := range []int{0, 1, 7, Lanes, Lanes + 1, 2*Lanes + 3} {
		inputs, outputs := make([][]bool, rows), make([][]bool, rows)
		for i := range inputs {
			inputs[i], outputs[i] = Bits(rng.Uint64(), 12), make([]bool, 6)
		}
		m.EvalRows(outputs, inputs)
		for i := range inputs {
			if want := c.Eval(inputs[i]); !slices.Equal(outputs[i], want) {
				t.Fatalf("row %d of %d: %v, want %v", i, rows, outputs[i], want)
			}
		}
	}
}

// TestVisit compares the enumeration of blocks with the model where there are
// fewer inputs than lanes, and below with Eval where there are more.
func TestVisit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t)
		err := Compile(m.c).Visit(t.Context(), 0, Blocks(m.c.Inputs()), func(block uint64, outputs []Block) error {
			return m.check(func(x uint64) []bool {
				out := make([]bool, len(outputs))
				for j := range out {
					out[j] = outputs[j].Get(int(x))
				}
				return out
			})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// randomCircuit returns a circuit of n inputs and m outputs each of which depends
// on a few random gates.
func randomCircuit(n, m, gates int, rng *rand.Rand) *Circuit {
	b := NewBuilder(n)
	lits := b.Inputs()
	for range gates {
		pick := func() Lit { return lits[rng.IntN(len(lits))].NotIf(rng.IntN(2) == 1) }
		if rng.IntN(2) == 0 {
			lits = append(lits, b.And(pick(), pick()))
		} else {
			lits = append(lits, b.Xor(pick(), pick()))
		}
	}
	return b.Build(lits[len(lits)-m:]...)
}

func TestVisitManyBlocks(t *testing.T) {
	c := randomCircuit(13, 10, 300, rand.New(rand.NewPCG(3, 4)))
	p := Compile(c)
	next := uint64(0)
	err := p.Visit(t.Context(), 0, Blocks(13), func(block uint64, outputs []Block) error {
		if block != next {
			t.Fatalf("block %d, want %d", block, next)
		}
		next++
		for lane := range Lanes {
			want := c.Eval(Bits(block*Lanes+uint64(lane), 13))
			for j := range want {
				if outputs[j].Get(lane) != want[j] {
					t.Fatalf("output %d of lane %d of block %d is wrong", j, lane, block)
				}
			}
		}
		return nil
	})
	if err != nil || next != 1<<13/Lanes {
		t.Fatalf("%d blocks, error %v", next, err)
	}
}
