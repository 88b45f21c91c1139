package samplers

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// Systematic resampling takes each index as often as n times its share, rounded up or down, in order, none
// of weight 0, and on average over u exactly as often: m midpoints of u meet the jumps to 2/m.
func TestSystematic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.), rapid.Just(1.), rapid.Float64Range(0, 1), rapid.Just(1e-300)), 1, 8).Draw(t, "weights")
		weights[rapid.IntRange(0, len(weights)-1).Draw(t, "largest")] = 1
		total := 0.0
		for _, w := range weights {
			total += w
		}
		n := rapid.IntRange(1, 12).Draw(t, "n")
		const m = 400
		mean := make([]float64, len(weights))
		for k := range m {
			dst := make([]int, n)
			systematic(dst, weights, (float64(k)+0.5)/m)
			if !slices.IsSorted(dst) {
				t.Fatalf("%v is not sorted", dst)
			}
			counts := make([]float64, len(weights))
			for _, j := range dst {
				counts[j]++
			}
			for j, count := range counts {
				share := float64(n) * weights[j] / total
				if count < math.Floor(share-1e-9) || count > math.Ceil(share+1e-9) || weights[j] == 0 && count > 0 {
					t.Fatalf("index %d is taken %v times, want about %v", j, count, share)
				}
				mean[j] += count / m
			}
		}
		for j := range mean {
			if share := float64(n) * weights[j] / total; math.Abs(mean[j]-share) > 2.1/m {
				t.Fatalf("index %d is taken %v times on average, want %v", j, mean[j], share)
			}
		}
	})
}

// newSystems returns systems of particles whose points, clean points and shifts are distinct numbers, with the
// weights given.
func newSystems(particles int, threshold float64, weights ...float64) *systems {
	loop := particleLoop{denoiser: newUnit(2), particles: particles, threshold: threshold, twist: func(int) twist { return twist{guides: true} }}
	n := len(weights) / particles
	s := loop.start(mat.NewDense(n, 2, nil), splitStreams(spec.Stream(1, "systems", nil, 0), n))
	for k, w := range weights {
		s.logWeight[k], s.last[k] = math.Log(w), float64(k)
		for j := range 2 {
			s.x.Set(k, j, float64(k))
			s.clean.Set(k, j, float64(k))
			s.shift.Set(k, j, float64(k))
		}
	}
	return s
}

// TestResampling: a system of too few effective particles, 2 of 4 in the first and 8/3 in the last, is resampled from among its own, all
// that belongs to a particle goes with it, and the mean weight stays; others are left alone.
func TestResampling(t *testing.T) {
	weights := []float64{0, 3, 0, 3, 1, 1, 1, 1, 0.1, 0.1, 0.1, 7, 2, 1, 1, 0}
	for _, c := range []struct {
		threshold float64
		resampled []bool
	}{
		{0, []bool{false, false, false, false}}, {0.5, []bool{false, false, true, false}},
		{0.51, []bool{true, false, true, false}}, {1, []bool{true, false, true, true}},
	} {
		s := newSystems(4, c.threshold, weights...)
		if err := s.resample(); err != nil {
			t.Fatal(err)
		}
		for k, w := range weights {
			i := k / 4
			from := int(s.x.At(k, 0))
			for what, got := range map[string]float64{"x": s.x.At(k, 1), "clean": s.clean.At(k, 1), "shift": s.shift.At(k, 0), "psi": s.last[k]} {
				if got != float64(from) {
					t.Errorf("threshold %v: particle %d is at %d, its %s at %v", c.threshold, k, from, what, got)
				}
			}
			if from/4 != i || weights[from] == 0 && c.resampled[i] {
				t.Errorf("threshold %v: particle %d descends from %d", c.threshold, k, from)
			}
			want := w
			if c.resampled[i] {
				want = (weights[4*i] + weights[4*i+1] + weights[4*i+2] + weights[4*i+3]) / 4
			} else if from != k {
				t.Errorf("threshold %v: particle %d was replaced by %d", c.threshold, k, from)
			}
			if math.Abs(math.Exp(s.logWeight[k])-want) > 1e-12 {
				t.Errorf("threshold %v: particle %d has the weight %v, want %v", c.threshold, k, math.Exp(s.logWeight[k]), want)
			}
		}
	}
}

// A particle whose weight is not a number has none; a system of only such is an error, and so at the end.
func TestParticlesThatDiverged(t *testing.T) {
	s := newSystems(2, 1, 1, 1, 1, 1)
	clear(s.last)
	copy(s.psi, []float64{math.NaN(), 2, math.Inf(1), 3})
	s.weigh()
	if want := []float64{math.Inf(-1), 2, math.Inf(-1), 3}; !slices.Equal(s.logWeight, want) {
		t.Fatalf("log weights %v, want %v", s.logWeight, want)
	}
	picked := mat.NewDense(2, 2, nil)
	if err := s.pick(picked); err != nil || picked.At(0, 0) != 1 || picked.At(1, 1) != 3 {
		t.Errorf("picked %v, %v; want particles 1 and 3", picked, err)
	}
	if err := s.resample(); err != nil || s.x.At(0, 0) != 1 || s.x.At(2, 0) != 3 {
		t.Errorf("resampled to %v, %v; want particles 1 and 3", s.x, err)
	}
	copy(s.psi, []float64{0, 0, math.Inf(-1), math.NaN()})
	s.weigh()
	const message = "no particle of 2 of a draw has a weight above 0: they diverged, or none can give y; more steps or particles may help"
	for _, err := range []error{s.resample(), s.pick(picked)} {
		if err == nil || err.Error() != message {
			t.Errorf("got %v, want %q", err, message)
		}
	}
}

// A particle is picked by its weight: of 20,000 draws the share of one with weight 0.2 is within 0.02 but with
// probability 2e-12 (seven deviations of 0.0028). Picked evenly it would be a third.
func TestPickIsByWeight(t *testing.T) {
	const n = 20_000
	weights := slices.Repeat([]float64{0.2, 0.7, 0.1}, n)
	s := newSystems(3, 1, weights...)
	x, share := mat.NewDense(n, 2, nil), [3]float64{}
	if err := s.pick(x); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if from := int(x.At(i, 0)); from/3 == i {
			share[from%3] += 1. / n
		}
	}
	for k, want := range []float64{0.2, 0.7, 0.1} {
		if math.Abs(share[k]-want) > 0.025 {
			t.Errorf("particle %d is picked with frequency %.3f, want %v", k, share[k], want)
		}
	}
}

// sign is y = sign of x + deviation n on the line: no linear measurement, but one with a likelihood.
type sign struct{ deviation float64 }

func (sign) Dim() int  { return 1 }
func (sign) Rows() int { return 1 }
func (m sign) Measure(y, x []float64, rng *rand.Rand) {
	y[0] = math.Copysign(1, x[0]+m.deviation*rng.NormFloat64())
}
func (m sign) LogLikelihood(dst []float64, x *mat.Dense, y []float64) {
	for i := range dst {
		dst[i] = m.log(x.At(i, 0), y[0])
	}
}

// log returns the logarithm of the probability of y; of any y but 1 and -1 it is that of 0.
func (m sign) log(x, y float64) float64 {
	if math.Abs(y) != 1 {
		return math.Inf(-1)
	}
	return math.Log(math.Erfc(-y*x/(m.deviation*math.Sqrt2)) / 2)
}

// One bit is measured, which the twisted sampler declines: the bootstrap filter draws from the model given it, with the
// bias and the quadrature of [TestTDSIsRightAsTheParticlesGrow]; with one particle it draws from the prior. A y that
// cannot be is an error, and a measurement without a likelihood a refusal.
func TestBootstrapOfOneBit(t *testing.T) {
	m := sign{0.3}
	c := onLine{
		name: "one bit", weights: []float64{0.7, 0.3}, means: []float64{-1.2, 1}, sds: []float64{0.6, 0.4},
		measurement: m, y: []float64{1}, logLikelihood: func(x float64) float64 { return m.log(x, 1) },
	}
	p := c.problem()
	free, given, evidence := c.laws(lineSteps, false, 0)
	const n, particles = 3000, 64
	draws, estimates := SMC{lineSteps, particles, 0.5}.loop(p.Prior().(spec.Denoiser), m, c.y).ends(t, n)
	slices.Sort(draws)
	spread := 0.0
	for _, z := range estimates {
		spread += math.Abs(z/evidence-1) / n
	}
	limit := dkw(n, alpha) + spread/2 + 1e-3
	if d := distance(draws, given.probability); d > limit {
		t.Errorf("%.4f from the law given y, want at most %.4f", d, limit)
	}
	one := project(sample(t, SMC{lineSteps, 1, 0.5}, p, c.y, n, stream(t)), []float64{1})
	if d := distance(one, free.probability); d > dkw(n, alpha)+1e-3 {
		t.Errorf("one particle is %.4f from the prior", d)
	}
	if d := distance(one, given.probability); d < limit {
		t.Errorf("one particle is %.4f from the law given y, which is not noticed", d)
	}
	var refusal *spec.Refusal
	err := TDS{5, 4, 1, 1}.Sample(t.Context(), mat.NewDense(1, 1, nil), p, c.y, stream(t))
	if want := "tds:steps=5,particles=4,tau=1,threshold=1 needs a linear measurement, and that of problem one bit is another: "; !errors.As(err, &refusal) || !strings.HasPrefix(refusal.Reason, want) {
		t.Errorf("got %v, want the refusal %q", err, want)
	}
	err = SMC{5, 4, 1}.Sample(t.Context(), mat.NewDense(40, 1, nil), p, []float64{0}, stream(t))
	if want := "smc:steps=5,particles=4,threshold=1: before step 1 of 5 no particle of 4 of a draw has a weight above 0: they diverged, or none can give y; more steps or particles may help"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	unknown := must(spec.NewProblem("unknown", newUnit(1), struct{ spec.Measurement }{m}))
	err = SMC{5, 4, 1}.Sample(t.Context(), mat.NewDense(1, 1, nil), unknown, []float64{1}, stream(t))
	if want := "smc:steps=5,particles=4,threshold=1 needs the likelihood of y given x, and problem unknown has none"; !errors.As(err, &refusal) || refusal.Reason != want {
		t.Errorf("got %v, want the refusal %q", err, want)
	}
}
