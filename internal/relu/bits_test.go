package relu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

func function(t testing.TB, name string) *oneway.Function {
	t.Helper()
	f, err := oneway.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// ofSigns returns the network of f of the signs of its inputs, with the given threshold
// band.
func ofSigns(f *oneway.Function, band float64) *Network {
	b := newBuilder(f.N)
	bits := make([]affine, f.N)
	for i := range bits {
		bits[i] = b.Threshold(b.Input(i), band)
	}
	return b.Build(b.Circuit(f.Circuit, bits)...)
}

// differing counts the output bits of the network that are not those of f of the signs,
// over points whose coordinates are of size from least to least+4.
func differing[F float](f *oneway.Function, n *Network, least float64, points int, rng *rand.Rand) int {
	x := make([][]F, points)
	for row := range x {
		x[row] = make([]F, f.N)
		for i := range x[row] {
			x[row][i] = F(least + 4*rng.Float64())
			if rng.Uint64()&1 == 1 {
				x[row][i] *= -1
			}
		}
	}
	count := 0
	for row, output := range Forward(n, x) {
		signs := make([]bool, f.N)
		for i, v := range x[row] {
			signs[i] = v > 0
		}
		for j, bit := range f.Circuit.Eval(signs) {
			if output[j] != F(index(bit)) {
				count++
			}
		}
	}
	return count
}

// TestBitsAreExact: outside the band all bits are exactly those of the circuit, in both
// formats, for local functions in one layer and others gate by gate. 0.05 is the band
// plus far more than the rounding of x/g + 1/2 in float32. The control, points inside the
// band, must show fractions: there most bits are none.
func TestBitsAreExact(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range []string{"goldreich:n=24,m=32", "goldreich:n=24,m=32,pred=tspa", "goldreich:n=24,m=32,pred=xormaj",
		"mq:n=12,m=12", "speck32:rounds=3", "mul:n=12", "linear:n=16,m=16", "identity:n=3", "constant:n=5", "sha256:n=16,m=16,rounds=10"} {
		f := function(t, name)
		n := ofSigns(f, 0.1)
		if wrong := differing[float64](f, n, 0.051, 200, rng); wrong != 0 {
			t.Errorf("%s: %d bits of float64 are wrong", name, wrong)
		}
		if wrong := differing[float32](f, n, 0.051, 200, rng); wrong != 0 {
			t.Errorf("%s: %d bits of float32 are wrong", name, wrong)
		}
		if f.Name[:8] == "constant" {
			continue
		}
		inside := ofSigns(f, 100)
		if wrong := differing[float64](f, inside, 0.051, 200, rng); wrong < 100*f.M {
			t.Errorf("%s: only %d of %d bits differ inside the band", name, wrong, 200*f.M)
		}
	}
}

// TestLocal: an output of up to ten bits is one layer, whatever its function, and Interpret
// agrees with it: two routes to each bit, on every input.
func TestLocal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := rapid.IntRange(0, 5).Draw(rt, "k")
		truth := rapid.SliceOfN(rapid.Bool(), 1<<k, 1<<k).Draw(rt, "truth")
		c := fromTruth(truth, k)
		b := newBuilder(k)
		bits := make([]affine, k)
		for i := range bits {
			bits[i] = b.Input(i)
		}
		layered := b.Build(b.Circuit(c, bits)...)
		gates := b.Build(circuit.Interpret(c, b, bits)...)
		if s := layered.Size(); s.Depth > 1 || s.Units > mostLocalUnits {
			rt.Fatalf("%d layers, %d units", s.Depth, s.Units)
		}
		for e, v := range truth {
			x := make([]float64, k)
			for i := range x {
				x[i] = float64(e >> i & 1)
			}
			one, other := Forward(layered, [][]float64{x})[0][0], Forward(gates, [][]float64{x})[0][0]
			if want := float64(index(v)); one != want || other != want {
				rt.Fatalf("input %d: %v in one layer, %v by gates, want %v", e, one, other, want)
			}
		}
	})
}

// fromTruth returns the circuit of a truth table of k bits.
func fromTruth(truth []bool, k int) *circuit.Circuit {
	b := circuit.NewBuilder(k)
	out := circuit.False
	for e, v := range truth {
		if v {
			all := circuit.True
			for i := range k {
				all = b.And(all, b.Input(i).NotIf(e>>i&1 == 0))
			}
			out = b.Xor(out, all)
		}
	}
	return b.Build(out)
}

// TestGoldreichIsShallow: threshold and predicate are three layers whatever n, and P5
// takes the 7 units of local.go.
func TestGoldreichIsShallow(t *testing.T) {
	for pred, units := range map[string]int{"p5": 7, "xormaj": 35} {
		f := function(t, fmt.Sprintf("goldreich:n=200,m=300,pred=%s", pred))
		b := newBuilder(f.N)
		bits := make([]affine, f.N)
		for i := range bits {
			bits[i] = b.Input(i)
		}
		if s := b.Build(b.Circuit(f.Circuit, bits)...).Size(); s.Depth != 1 || s.Units > 300*units || s.Units < 250*units {
			t.Errorf("%s: %+v, want 1 layer of %d units an output", pred, s, units)
		}
	}
}

// TestGadgets: full adder, parity and selection against their definitions, on every input.
func TestGadgets(t *testing.T) {
	b := newBuilder(5)
	x, y, z := b.Input(0), b.Input(1), b.Input(2)
	sum, carry := b.FullAdd(x, y, z)
	n := b.Build(sum, carry, b.Parity(x, y, z), b.Select(x, b.Input(3), b.Input(4), 7))
	if s := n.Size(); s.Depth != 1 {
		t.Errorf("%d layers, want 1", s.Depth)
	}
	for e := range 8 {
		yes, no := 6.75, -3.5
		out := Forward(n, [][]float64{{float64(e & 1), float64(e >> 1 & 1), float64(e >> 2), yes, no}})[0]
		ones := e&1 + e>>1&1 + e>>2
		chosen := no
		if e&1 == 1 {
			chosen = yes
		}
		if want := []float64{float64(ones % 2), float64(ones / 2), float64(ones % 2), chosen}; fmt.Sprint(out) != fmt.Sprint(want) {
			t.Errorf("input %03b: %v, want %v", e, out, want)
		}
	}
}

// TestCompose: the outputs of a composition are those of one network after the other, to
// rounding: a weight of the outer times one of the inner is rounded once more, a few units
// in the last place of sums below 1e3.
func TestCompose(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		inner, outer := randomNetwork(rt, 3, 2), randomNetwork(rt, 2, 4)
		x := [][]float64{{0, 0, 0}, {1, -2, 3}, {-0.5, 0.25, 8}}
		two := Forward(outer, Forward(inner, x))
		for row, one := range Forward(compose(outer, inner), x) {
			for j, v := range one {
				if d := v - two[row][j]; d > 1e-9 || d < -1e-9 {
					rt.Fatalf("row %d output %d: %v composed, %v one after the other", row, j, v, two[row][j])
				}
			}
		}
	})
}

// randomNetwork draws a network of a few units that read anything before them.
func randomNetwork(t *rapid.T, inputs, outputs int) *Network {
	b := newBuilder(inputs)
	var nodes []affine
	for i := range inputs {
		nodes = append(nodes, b.Input(i))
	}
	expression := func() affine {
		a := number(rapid.Float64Range(-1, 1).Draw(t, "bias"))
		for range 3 {
			a = a.Plus(rapid.SampledFrom(nodes).Draw(t, "node").Times(rapid.Float64Range(-1, 1).Draw(t, "weight")))
		}
		return a
	}
	for range rapid.IntRange(0, 6).Draw(t, "units") {
		a := expression()
		nodes = append(nodes, b.ReLU(a))
		if rapid.Bool().Draw(t, "pair") {
			nodes = append(nodes, b.ReLU(a.Times(-1)))
		}
	}
	var out []affine
	for range outputs {
		out = append(out, expression())
	}
	return b.Build(out...)
}
