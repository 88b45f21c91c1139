package relu

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"

	"assay/internal/circuit"
)

var points = flag.Int("points", 10_000, "random points of TestBitsAtSize, for each function and format")

// TestBitsAtSize: the bits inside certified score networks are exactly those of the circuit at
// every one of -points random points outside the threshold band, in both formats; 1,000,000 take
// minutes. The sizes of coordinates are log-uniform, from the edge of the band to 100: the edge
// and a part in 1e6, four roundings of x/g + 1/2 in float32. The control, a band of four times
// the width, must show wrong bits: some of n coordinates are within it at nearly all points.
func TestBitsAtSize(t *testing.T) {
	if *points < 1_000_000 {
		t.Logf("%d points only, to be quick: -points 1000000 takes minutes, and -timeout 1h", *points)
	}
	for _, name := range []string{"goldreich:n=64,m=64", "speck32:rounds=5", "aes128"} {
		in := chosen(t, name, 2)
		design, err := Certify(in, 0.1, 2)
		if err != nil {
			t.Fatal(err)
		}
		band := design.Certificate.Width
		rng := rand.New(rand.NewPCG(8, 8))
		if wrong := wrongBits[float64](in.Function().Circuit, design.bits, band, *points, rng); wrong != 0 {
			t.Errorf("%s: float64: wrong bits at %d of %d points", name, wrong, *points)
		}
		if wrong := wrongBits[float32](in.Function().Circuit, design.bits, band, *points, rng); wrong != 0 {
			t.Errorf("%s: float32: wrong bits at %d of %d points", name, wrong, *points)
		}
		if wrong := wrongBits[float64](in.Function().Circuit, bitsOf(in, 4*band), band, 1000, rng); wrong < 500 {
			t.Errorf("%s: in the band bits are wrong at only %d of 1000 points", name, wrong)
		}
	}
}

// wrongBits returns at how many random points outside the band the outputs of a network are not
// those of the circuit.
func wrongBits[F float](c *circuit.Circuit, n *Network, band float64, points int, rng *rand.Rand) (count int) {
	least := band / 2 * (1 + 1e-6)
	span := math.Log(100 / least)
	machine := circuit.Compile(c).NewMachine()
	for points > 0 {
		rows := min(points, circuit.Lanes)
		points -= rows
		x := make([][]F, rows)
		for row := range x {
			x[row] = make([]F, c.Inputs())
			for i := range x[row] {
				v := least * math.Exp(span*rng.Float64())
				if rng.Uint64()&1 == 0 {
					v = -v
				}
				x[row][i] = F(v)
				machine.Input(i).Set(row, v > 0)
			}
		}
		machine.Run()
		outputs := make([]circuit.Block, c.Outputs())
		for j := range outputs {
			outputs[j] = machine.Output(j)
		}
		for row, got := range Forward(n, x) {
			for j, v := range got {
				if v != F(index(outputs[j].Get(row))) {
					count++
					break
				}
			}
		}
	}
	return count
}
