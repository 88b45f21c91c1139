package circuit_test

import (
	"context"
	"fmt"
	"os"

	"assay/internal/circuit"
)

// A full adder takes one AND.
func ExampleBuilder() {
	b := circuit.NewBuilder(3)
	sum, carry := b.FullAdd(b.Input(0), b.Input(1), b.Input(2))
	c := b.Build(sum, carry)
	fmt.Println(c)
	fmt.Println(circuit.Uint(c.Eval([]bool{true, false, true})))
	// Output:
	// 3 -> 2 bits, 1 AND, 4 XOR, 0 NOT, depth 3, AND-depth 1
	// 2
}

// product returns the circuit that multiplies two integers of n bits.
func product(n int) *circuit.Circuit {
	b := circuit.NewBuilder(2 * n)
	in := b.Inputs()
	return b.Build(b.Mul(in[:n], in[n:])...)
}

// Factor 143 by trying all pairs of five-bit integers.
func ExampleSearch() {
	s, err := circuit.NewSearch(product(5))
	if err != nil {
		fmt.Println(err)
		return
	}
	found, work, err := s.Preimages(context.Background(), circuit.Bits(143, 10))
	for _, x := range found {
		fmt.Println(x&31, "*", x>>5)
	}
	fmt.Println(work.Candidates, "candidates, error", err)
	// Output:
	// 13 * 11
	// 11 * 13
	// 1024 candidates, error <nil>
}

// Fix an input: multiplication by three.
func ExampleCircuit_Specialise() {
	c := product(2).Specialise(map[int]bool{2: true, 3: true})
	for x := range uint64(4) {
		fmt.Print(circuit.Uint(c.Eval(circuit.Bits(x, 2))), " ")
	}
	// Output: 0 3 6 9
}

func ExampleCircuit_CNF() {
	b := circuit.NewBuilder(2)
	f := b.Build(b.And(b.Input(0), b.Input(1).Not())).CNF()
	f.Fix(f.Outputs, []bool{true})
	if err := f.WriteDIMACS(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// c inputs 1 2 0
	// c outputs 3 0
	// p cnf 3 4
	// -3 1 0
	// -3 -2 0
	// 3 -1 2 0
	// 3 0
}

func ExampleWriteBristol() {
	b := circuit.NewBuilder(2)
	c := b.Build(b.Or(b.Input(0), b.Input(1)))
	if err := circuit.WriteBristol(os.Stdout, c, circuit.Shape{Inputs: []int{1, 1}, Outputs: []int{1}}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 4 6
	// 2 1 1
	// 1 1
	//
	// 1 1 0 2 INV
	// 1 1 1 3 INV
	// 2 1 2 3 4 AND
	// 1 1 4 5 INV
}
