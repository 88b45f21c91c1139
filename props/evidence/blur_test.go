package evidence

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// farProblem is a problem on R^2 of which nothing is measured, whose prior is standard normal
// as far as pilot draws go.
func farProblem(t testing.TB) *spec.Problem {
	t.Helper()
	prior, err := spec.NewIsotropic(make([]float64, 2), 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("far", prior, spec.Unmeasured(2))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRoundingIsInvisibleFarOut: draws of an atom far beyond the pilot's range, at a size
// that varies by a factor of 1e6 around 1e9 from call to call, and which are off by rounding, two
// units in the last place upwards, are not seen in 2000 calls; without the second look at the
// pool they are rejected at 1e-6 within 60. The control has an error that is not rounding,
// 1e-6 of the size: that must be seen. (At the null, wealth 1e6 has probability 1e-6, and
// rounding adds 2000 times 1e-7 L^2 = 1e-6 to its logarithm at most: see [blur].)
func TestRoundingIsInvisibleFarOut(t *testing.T) {
	p := farProblem(t)
	for _, test := range []struct {
		name   string
		change func(v float64) float64
		narrow bool // without the second look
		calls  int
		seen   bool
	}{
		{"exact", func(v float64) float64 { return v }, false, 2000, false},
		{"rounded", func(v float64) float64 { return v * (1 + 2*0x1p-52) }, false, 2000, false},
		{"rounded, pilot's blur", func(v float64) float64 { return v * (1 + 2*0x1p-52) }, true, 60, true},
		{"no rounding", func(v float64) float64 { return v * (1 + 1e-6) }, false, 2000, true},
	} {
		for _, pairs := range []bool{false, true} {
			b := batteryOf(t, p, pairs)
			if test.narrow {
				for j := range b.blur.fine {
					b.blur.fine[j] = math.Inf(1) // no pool is beyond that
				}
			}
			process, memory := newProcess(len(b.names), b.features, 3, pairs, 0), &memory{}
			rng := spec.Stream(1, "far out", nil, 0)
			x := mat.NewDense(4, 2, nil)
			for range test.calls {
				size := 1e9 * math.Pow(10, 6*rng.Float64()-3)
				x.Apply(func(i, _ int, _ float64) float64 {
					v := size
					if i > 0 {
						v = test.change(v)
					}
					return v
				}, x)
				call := b.Evaluate(x.RawRowView(0), x.Slice(1, 4, 0, 2).(*mat.Dense), nil, rng)
				memory.Recall(call)
				process.Observe(call.values, call.place, rng)
			}
			if seen := process.LogWealth() > math.Log(1e6); seen != test.seen {
				t.Errorf("%s, pairs %v: wealth 10^%.1f after %d calls, seen %v, want %v", test.name, pairs, process.LogWealth()/math.Ln10, test.calls, seen, test.seen)
			}
		}
	}
}

// blurred blurs a pool both times.
func blurred(b *blur, x *mat.Dense, rng *rand.Rand) {
	b.add(x, rng)
	b.addExcess(x, rng)
}

// TestBlurWithinThePilotsRange: a pool within the range of beyond times the pilot's is blurred
// as if nobody looked at it: x + h z to the bit, z the next normal numbers of the stream, and
// h by the formula.
func TestBlurWithinThePilotsRange(t *testing.T) {
	location := &scaling{largest: []float64{3, 0, 40}}
	const h = 1e-7
	b := newBlur(location, false, h)
	for _, reach := range []float64{0, 1, beyond * (1 - 1e-6)} {
		x := mat.NewDense(2, 3, []float64{1, 0, -2, -3 * reach, 0, 40 * reach})
		want := mat.DenseCopyOf(x)
		rng := rand.New(rand.NewPCG(1, 2))
		for i := range 2 {
			for j, m := range location.largest {
				want.Set(i, j, want.At(i, j)+math.Hypot(1e-9*m+1e-11*40, h)*rng.NormFloat64())
			}
		}
		if blurred(b, x, rand.New(rand.NewPCG(1, 2))); !mat.Equal(x, want) {
			t.Errorf("reaching %v times as far as the pilot: blurred to\n%v, want\n%v", reach, mat.Formatted(x), mat.Formatted(want))
		}
	}
}

// TestBlurIsSymmetric: the noise that a far pool gets besides is the same function of its
// members in any order, its deviation is by the formula, and the noise is the same for each
// member. Over 2000 members the root mean square of the noise, in units of its deviation, is
// within 8 percent of 1: it has deviation 1/sqrt(2 2000) = 1.6 percent, so that one of the
// four fails by chance with probability 4 times 6e-7, and noise off by 15 percent is noticed
// with probability .99999.
func TestBlurIsSymmetric(t *testing.T) {
	const members = 4000
	location := &scaling{largest: []float64{1, 2}}
	b := newBlur(location, false, 0)
	at := []float64{1e6, -3e6} // at which the last bits are below 1e-9
	want := []float64{1e-9*1e6 + 1e-11*3e6 - beyond*(1e-9+2e-11), 1e-9*3e6 + 1e-11*3e6 - beyond*(2e-9+2e-11)}
	x := mat.NewDense(members, 2, nil)
	for i := range members / 2 { // one half far, the other near
		x.SetRow(2*i, at)
	}
	for range 2 {
		for j, got := range b.excess(x) {
			if math.Abs(got-want[j]) > 1e-9*want[j] {
				t.Errorf("coordinate %d: excess %v, want %v", j, got, want[j])
			}
		}
		first := x.RawMatrix().Data[:members*2/2] // turn the order around
		last := append([]float64(nil), first...)
		copy(first, x.RawMatrix().Data[members:])
		copy(x.RawMatrix().Data[members:], last)
	}
	before := mat.DenseCopyOf(x)
	blurred(b, x, rand.New(rand.NewPCG(1, 2)))
	for parity := range 2 {
		for j, h := range want {
			sum := 0.0
			for i := parity; i < members; i += 2 {
				z := (x.At(i, j) - before.At(i, j)) / h
				sum += z * z / (members / 2)
			}
			if math.Abs(math.Sqrt(sum)-1) > 0.08 {
				t.Errorf("members of parity %d, coordinate %d: noise of %v times its deviation", parity, j, math.Sqrt(sum))
			}
		}
	}
}

// TestBlurBoundsRounding: over six orders of pools within and beyond the pilot's range, 1e-15
// of the largest |x| over the deviation of the noise is at most the 8.07e-4 of the derivation,
// and reaches it within a percent.
func TestBlurBoundsRounding(t *testing.T) {
	b := newBlur(&scaling{largest: []float64{0, 1}}, false, 0)
	worst := 0.0
	for reach := 1e-3; reach < 1e6; reach *= 1.001 {
		x := mat.NewDense(1, 2, []float64{0, reach})
		excess := b.excess(x)
		if excess == nil {
			excess = make([]float64, 2)
		}
		for j, more := range excess {
			worst = max(worst, 1e-15*reach/math.Hypot(b.base[j], more))
		}
	}
	if worst > 8.07e-4 || worst < 8e-4 {
		t.Errorf("rounding is up to %v deviations of the noise, want 8.06e-4", worst)
	}
}

// TestBlurOfPairs: in pairs what is added to one member does not depend on how far another one
// reaches: the near one gets the noise of a near pool, to the bit, and the far one that of a
// pool of its own.
func TestBlurOfPairs(t *testing.T) {
	b := newBlur(&scaling{largest: []float64{1}}, true, 0)
	x := mat.NewDense(2, 1, []float64{0.5, 1e6})
	want := mat.DenseCopyOf(x)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 2 {
		want.Set(i, 0, want.At(i, 0)+(1e-9+1e-11)*rng.NormFloat64())
	}
	own := (1e-9+1e-11)*want.At(1, 0) - beyond*(1e-9+1e-11)
	want.Set(1, 0, want.At(1, 0)+own*rng.NormFloat64())
	if blurred(b, x, rand.New(rand.NewPCG(1, 2))); x.At(0, 0) != want.At(0, 0) || math.Abs(x.At(1, 0)-want.At(1, 0)) > 1e-9 {
		t.Errorf("blurred to\n%v, want\n%v", mat.Formatted(x), mat.Formatted(want))
	}
}
