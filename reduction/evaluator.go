package reduction

import (
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

// evaluator computes f on many inputs at once. It is safe for concurrent use.
type evaluator struct {
	inputs, outputs int
	program         *circuit.Program
	machines        sync.Pool // of *circuit.Machine
}

func newEvaluator(f *oneway.Function) *evaluator {
	e := &evaluator{inputs: f.N, outputs: f.M, program: circuit.Compile(f.Circuit)}
	e.machines.New = func() any { return e.program.NewMachine() }
	return e
}

// signs calls visit for each row of x, in order, with f of the signs of its first
// coordinates: output(j) is bit j.
func (e *evaluator) signs(x *mat.Dense, visit func(row int, output func(j int) bool)) {
	machine := e.machines.Get().(*circuit.Machine)
	defer e.machines.Put(machine)
	rows, _ := x.Dims()
	outputs := make([]circuit.Block, e.outputs)
	for start := 0; start < rows; start += circuit.Lanes {
		end := min(start+circuit.Lanes, rows)
		for i := range e.inputs {
			block := machine.Input(i)
			*block = circuit.Block{}
			for row := start; row < end; row++ {
				if x.At(row, i) > 0 {
					block[(row-start)/64] |= 1 << ((row - start) % 64)
				}
			}
		}
		machine.Run()
		for j := range outputs {
			outputs[j] = machine.Output(j)
		}
		for row := start; row < end; row++ {
			visit(row, func(j int) bool { return outputs[j].Get(row - start) })
		}
	}
}
