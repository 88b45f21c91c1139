package circuit

import (
	"fmt"
	"unsafe"
)

// Machine runs a [Program]. It is for one goroutine.
type Machine struct {
	p      *Program
	memory []uint64
	kernel kernel
}

// kernel executes instructions on memory.
type kernel struct {
	name    string
	execute func(memory []uint64, code []instruction, runs []run)
}

// kernels are those that this processor can run, the fastest first.
var kernels = append(nativeKernels(), kernel{"go", executeGo})

// NewMachine returns a machine with all inputs zero.
func (p *Program) NewMachine() *Machine { return p.newMachine(kernels[0]) }

func (p *Program) newMachine(k kernel) *Machine {
	return &Machine{p: p, memory: aligned(p.slots * words), kernel: k}
}

// aligned returns n zero words that start at a multiple of 64 bytes, so that no
// vector straddles two cache lines.
func aligned(n int) []uint64 {
	words := make([]uint64, n+8)
	skip := 0
	for uintptr(unsafe.Pointer(&words[skip]))%64 != 0 {
		skip++
	}
	return words[skip : skip+n]
}

// Input returns the block of input i, to be written. It keeps what is written to
// it when the program runs.
func (m *Machine) Input(i int) *Block {
	if i < 0 || i >= m.p.inputs {
		panic(fmt.Sprintf("circuit: Input(%d) of %d", i, m.p.inputs))
	}
	return (*Block)(m.memory[(1+i)*words:])
}

// EvalRows stores in outputs[i] the outputs for inputs[i], [Lanes] rows at a time. It
// panics if a row is not of the length that the circuit says.
func (m *Machine) EvalRows(outputs, inputs [][]bool) {
	for len(inputs) > 0 {
		rows := min(len(inputs), Lanes)
		for lane, row := range inputs[:rows] {
			if len(row) != m.p.inputs || len(outputs[lane]) != len(m.p.outputs) {
				panic(fmt.Sprintf("circuit: EvalRows of %d and %d bits, want %d and %d",
					len(row), len(outputs[lane]), m.p.inputs, len(m.p.outputs)))
			}
			for i, v := range row {
				m.Input(i).Set(lane, v)
			}
		}
		m.Run()
		for j := range m.p.outputs {
			block := m.Output(j)
			for lane := range rows {
				outputs[lane][j] = block.Get(lane)
			}
		}
		outputs, inputs = outputs[rows:], inputs[rows:]
	}
}

// Run computes all outputs.
func (m *Machine) Run() {
	for s := range m.p.stages {
		m.runStage(s)
	}
}

func (m *Machine) runStage(s int) {
	st := &m.p.stages[s]
	m.kernel.execute(m.memory, st.code, st.runs)
}

// Output returns the block of output j, as of the last Run.
func (m *Machine) Output(j int) Block {
	r := m.p.outputs[j]
	b := *(*Block)(m.memory[r.at:])
	for i := range b {
		b[i] ^= r.invert
	}
	return b
}
