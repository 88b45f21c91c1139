package inverter

import (
	"context"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"assay/internal/circuit"
)

// falseAlarm is the probability that a true oracle fails one uniformity test, by the
// chi-square approximation, whose error matters little at 10 expected a cell.
const falseAlarm = 1e-9

// uniformity returns the p-value of the chi-square test that draws from the preimages,
// the given number expected for each, are uniform. A law whose ratio to uniform has
// variance v over the N preimages adds expected N v to a statistic of mean N-1 and
// deviation sqrt(2N), so that a bias with expected N v > 8 sqrt(2N) is rejected: half of
// the draws being one and the same at any N here.
func uniformity(t *testing.T, c *circuit.Circuit, z []bool, expected int, sample func(draws int) [][]bool) float64 {
	t.Helper()
	all := preimages(c, z)
	counts := map[uint64]int{}
	for _, x := range sample(expected * len(all)) {
		if key := circuit.Uint(x); all[key] {
			counts[key]++
		} else {
			t.Fatalf("%v is not a preimage", x)
		}
	}
	if len(all) < 2 {
		t.Fatalf("%d preimages: nothing to be seen", len(all))
	}
	statistic := 0.0
	for x := range all {
		d := float64(counts[x] - expected)
		statistic += d * d / float64(expected)
	}
	return distuv.ChiSquared{K: float64(len(all) - 1)}.Survival(statistic)
}

// cellOracle draws by cells that are all swept, or all searched by gophersat.
type cellOracle struct {
	Inverter
	swept bool
}

func (o cellOracle) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) ([][]bool, Work, error) {
	cells := &cells{c: c, z: z, search: o.Inverter.(*sat).list}
	if o.swept {
		cells.search, cells.sweep = nil, newSweep(c)
	}
	x, err := cells.sample(ctx, draws, minCell, rng)
	return x, cells.work, err
}

// biased is an oracle that is not: the first preimage found, with fair bits where
// those do not matter, and, to be less blunt, a uniform one half of the time.
type biased struct{ Inverter }

func (b biased) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) ([][]bool, Work, error) {
	x, work, err := b.Inverter.Sample(ctx, c, z, draws, rng)
	for i := range x {
		if rng.Uint64()&1 == 1 && err == nil {
			x[i], _, err = b.Invert(ctx, c, z, rng)
		}
	}
	return x, work, err
}

// unweighted makes two mistakes of cells: it fixes inputs instead of parities, so that
// neighbours share a cell more often than others, and takes a preimage of every cell
// that is not empty, so that one in company comes up less often.
type unweighted struct{ Inverter }

func (unweighted) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) ([][]bool, Work, error) {
	const free = 2
	sweep := newSweep(c)
	var x [][]bool
	for len(x) < draws {
		s := newSystem(c.Inputs())
		for _, i := range rng.Perm(c.Inputs())[free:] {
			e := s.equation()
			e.set(i)
			if rng.Uint64()&1 == 1 {
				e.set(s.n)
			}
			s.impose(e)
		}
		found, _, err := sweep.list(ctx, s, z, 1<<free)
		if err != nil {
			return nil, Work{}, err
		}
		if len(found) > 0 {
			x = append(x, found[rng.IntN(len(found))])
		}
	}
	return x, Work{}, nil
}

// clustered has 72 preimages of 1: the cube of x whose last two of eight bits are
// clear, and eight far from it and from each other.
func clustered() *circuit.Circuit {
	b := circuit.NewBuilder(8)
	x := b.Inputs()
	cube := b.And(x[6].Not(), x[7].Not())
	code := b.And(x[6], b.And(x[7], b.And(b.Xor(x[0], x[1]).Not(), b.And(b.Xor(x[2], x[3]).Not(), b.Xor(x[4], x[5]).Not()))))
	return b.Build(b.Or(cube, code))
}

// TestUniform: every oracle draws uniform preimages of two- and many-to-one functions,
// and the biased ones are found out.
func TestUniform(t *testing.T) {
	gopher := &sat{gophersat{}, minCell}
	b := circuit.NewBuilder(10)
	affine := b.Build(b.Linear([][]bool{
		{true, true, false, true, false, false, true, true, false, true},
		{false, true, true, true, true, false, false, true, true, false},
		{true, false, true, false, true, false, true, false, true, true},
	}, b.Inputs())...)
	many := local(10, 3)
	for i, test := range []struct {
		name     string
		c        *circuit.Circuit
		z        []bool // if nil, the image of a random input
		oracle   Inverter
		expected int // draws for each preimage
		uniform  bool
	}{
		{"enumerate/two to one", twoToOne(9), nil, Enumerate(), 1000, true},
		{"enumerate/many to one", many, nil, Enumerate(), 100, true},
		{"enumerate/two parts", local(19, 12), nil, Enumerate(), 100, true},
		{"enumerate/free inputs", many.Specialise(map[int]bool{0: true, 1: false}), nil, Enumerate(), 100, true},
		{"linear", affine, nil, Linear(), 100, true},
		{"gophersat lists/two to one", twoToOne(9), nil, gopher, 1000, true},
		{"gophersat lists/many to one", local(9, 4), nil, gopher, 100, true},
		{"searched cells/clustered", clustered(), []bool{true}, cellOracle{gopher, false}, 10, true},
		{"swept cells/clustered", clustered(), []bool{true}, cellOracle{gopher, true}, 40, true},
		{"swept cells/many to one", many, nil, cellOracle{gopher, true}, 15, true},
		{"biased/two to one", twoToOne(9), nil, biased{gopher}, 1000, false},
		{"biased/many to one", many, nil, biased{Enumerate()}, 20, false},
		{"unweighted/clustered", clustered(), []bool{true}, unweighted{Enumerate()}, 100, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			rng := newRand(uint64(100 + i))
			z := test.z
			if z == nil {
				z = test.c.Eval(circuit.RandomBits(test.c.Inputs(), rng))
			}
			p := uniformity(t, test.c, z, test.expected, func(draws int) [][]bool {
				x, _, err := test.oracle.Sample(context.Background(), test.c, z, draws, rng)
				if err != nil {
					t.Fatal(err)
				}
				return x
			})
			if uniform := p > falseAlarm; uniform != test.uniform {
				t.Errorf("p = %.2g, want uniform %v", p, test.uniform)
			}
		})
	}
}
