package inverter_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"assay/internal/circuit"
	"assay/internal/inverter"
)

// The factors of 35, by a SAT solver in this process, and the numbers of the pairs that
// enumeration draws: each of the four about as often as the others.
func Example() {
	b := circuit.NewBuilder(12)
	product := b.Build(b.Mul(b.Inputs()[:6], b.Inputs()[6:])...)
	image := circuit.Bits(35, 12)
	rng := rand.New(rand.NewPCG(1, 2))

	sat, err := inverter.Parse("sat")
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _, err := sat.Invert(context.Background(), product, image, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("a preimage:", circuit.Uint(x[:6])*circuit.Uint(x[6:]) == 35)

	draws, _, err := inverter.Enumerate().Sample(context.Background(), product, image, 1000, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	counts := map[uint64]int{}
	for _, x := range draws {
		counts[circuit.Uint(x[:6])]++
	}
	fmt.Println("first factors drawn:", len(counts), "of 1, 5, 7, 35 (35 has six bits)")

	_, _, err = sat.Invert(context.Background(), product, circuit.Bits(67, 12), rng) // a prime above 63
	fmt.Println("67:", err)
	// Output:
	// a preimage: true
	// first factors drawn: 4 of 1, 5, 7, 35 (35 has six bits)
	// 67: the image has no preimage
}
