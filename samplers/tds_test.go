package samplers

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// started returns the loop of a sampler on a problem: what its Sample runs.
func (s TDS) started(t testing.TB, p *spec.Problem, y []float64) particleLoop {
	t.Helper()
	denoiser, measurement, factors, err := factorisedInverse(context.Background(), s.Name(), p, y)
	if err != nil {
		t.Fatal(err)
	}
	return s.loop(denoiser, measurement, factors, y)
}

// TestWeightsOfAPath: the weight of a particle is the density of its path under the model, times the
// likelihood of its end, over the density with which it was proposed; here all of them are written out, with
// normalised twists, covariances inverted and the noise from the documented streams. Two dozen densities
// of up to 1e4 each, to rounding, make 1e-9 of the sum. Without any of its three parts the sum is another.
func TestWeightsOfAPath(t *testing.T) {
	const steps, rows, d = 9, 4, 3
	p, _ := guided()
	denoiser := p.Prior().(spec.Denoiser)
	for k, a := range oddMatrices() {
		m, _ := a.Dims()
		const beta = 0.7
		linear := must(spec.NewProblem("path", p.Prior(), must(spec.NewLinear(a, beta))))
		y := make([]float64, m)
		for i := range y {
			y[i] = 0.5 - 0.3*float64(i)
		}
		for _, tau := range []float64{0, 0.8} {
			loop := TDS{Steps: steps, Particles: 1, Tau: tau, Threshold: 1}.started(t, linear, y)
			s := loop.start(mat.NewDense(rows, d, nil), splitStreams(stream(t), rows))
			if err := loop.descend(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			for i, rng := range splitStreams(stream(t), rows) {
				levels := downwards(steps)
				x := normals(rng, d)
				var model, proposal float64
				for l, to := range levels[1:] {
					from := levels[l]
					sigma := from.noise / from.signal
					clean := mat.NewDense(1, d, nil)
					v := sigma * sigma * tau * tau / (sigma*sigma + tau*tau)
					u := mat.NewDense(1, d, nil)
					u.Scale(1/from.signal, mat.NewDense(1, d, x))
					jacobian := denoiser.Linearize(clean, u, sigma)
					pull := mat.NewDense(1, d, explicitGuidance(a, beta, v, y, clean.RawRowView(0)).RawVector().Data)
					jacobian(pull, pull)
					bar, before := from.signal*from.signal, to.signal*to.signal
					onX0, onX := to.signal*(1-bar/before)/(1-bar), math.Sqrt(bar/before)*(1-before)/(1-bar)
					variance := (1 - before) / (1 - bar) * (1 - bar/before)
					next := make([]float64, d)
					for j := range next {
						free := onX0*clean.At(0, j) + onX*x[j]
						if to.noise == 0 {
							next[j] = free
							continue
						}
						mean := free + onX0*sigma*sigma*pull.At(0, j)
						next[j] = mean + math.Sqrt(variance)*rng.NormFloat64()
						model += logNormal(next[j], free, variance)
						proposal += logNormal(next[j], mean, variance)
					}
					x = next
				}
				likelihood := 0.0
				for r := range m {
					likelihood += logNormal(y[r], mat.Dot(a.RowView(r), mat.NewVecDense(d, x)), beta*beta)
				}
				what := fmt.Sprintf("A %d, tau %v, row %d", k, tau, i)
				if !mat.EqualApprox(rowsOf(s.x, i, i+1), mat.NewDense(1, d, x), 1e-9) {
					t.Fatalf("%s: the path ends at %v, want %v", what, s.x.RawRowView(i), x)
				}
				got := s.logWeight[i]
				if want := model - proposal + likelihood; math.Abs(got-want) > 1e-9*(math.Abs(model)+math.Abs(proposal)+math.Abs(likelihood)) {
					t.Errorf("%s: log weight %v, want %v", what, got, want)
				}
				measures := mat.Norm(a, 2) > 0
				for part, wrong := range map[string]float64{"likelihood": model - proposal, "model": likelihood - proposal, "proposal": model + likelihood} {
					if measures && math.Abs(got-wrong) < 1e-3 {
						t.Errorf("%s: without the %s the weight is the same", what, part)
					}
				}
			}
		}
	}
}

// Weights over a whole path do not depend on the twists between: the twist is looked at by itself. Its logarithm is
// quadratic in the clean point, so that central differences are its gradient but for rounding: some 1e-16 of its value,
// up to 1e4, over the width of 1e-3. That gradient is A^T (r2 A A^T + beta^2 I)^-1 (y - A x0), by an explicit inverse, which
// the sampler stores too.
func TestTwistAndItsGradient(t *testing.T) {
	const rows = 3
	rng := stream(t)
	for k, a := range oddMatrices() {
		m, d := a.Dims()
		for _, beta := range []float64{0.3, 2} {
			y := normals(rng, m)
			for _, r2 := range []float64{0, 0.4, 9} {
				g := must(factorise(must(spec.NewLinear(a, beta)), y)).pseudoInverse(1)
				logTwist := func(x0 []float64) float64 {
					logs := make([]float64, 1)
					g.at(mat.NewDense(1, d, nil), mat.NewDense(1, d, x0), r2, func(_, _ *mat.Dense) {})
					g.logDensity(logs, r2)
					return logs[0]
				}
				for range rows {
					x0 := normals(rng, d)
					want := explicitGuidance(a, beta, r2, y, x0)
					for j, got := range differences(logTwist, x0, 1e-3) {
						if math.Abs(got-want.AtVec(j)) > 1e-8*(1+mat.Norm(want, 2)) {
							t.Errorf("A %d, beta %v, r2 %v: derivative %d is %v, want %v", k, beta, r2, j, got, want.AtVec(j))
						}
					}
				}
			}
		}
	}
}

// normals returns n standard normal numbers.
func normals(rng interface{ NormFloat64() float64 }, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

const lineSteps = 12

// ends returns draws by the loop, and for each the estimate of the evidence by its system: the
// mean of its weights.
func (l particleLoop) ends(t testing.TB, n int) (draws, evidence []float64) {
	t.Helper()
	x := mat.NewDense(n, 1, nil)
	s := l.start(x, splitStreams(stream(t), n))
	if err := l.descend(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		mean, _, err := s.normalise(i)
		if err != nil {
			t.Fatal(err)
		}
		evidence = append(evidence, math.Exp(mean))
	}
	if err := s.pick(x); err != nil {
		t.Fatal(err)
	}
	return x.RawMatrix().Data, evidence
}

// Draws weighed by the evidence that their systems estimate have the law of the model given y, whatever the
// number of particles, and the mean estimate is the evidence itself: particle methods are properly weighted.
// At five points, and beyond all, the mean is compared with quadrature, in standard errors: 7 of them
// beyond the 1e-3 of quadrature fail a right sampler with probability 3e-12 each, but for the tail of the
// weights, of which none is more than 2% of the sum. 10,000 draws notice what moves a probability by
// a few percent. The control, draws that are not weighed, is off by as much as one particle is biased.
func TestProperlyWeighted(t *testing.T) {
	const n = 10_000
	for _, c := range lines() {
		_, given, evidence := c.laws(lineSteps, false, 0)
		loops := map[string]particleLoop{}
		for _, s := range []TDS{{lineSteps, 1, 1, 1}, {lineSteps, 2, 0.5, 1}, {lineSteps, 4, 1, 0.6}, {lineSteps, 3, 1, 0}} {
			loops[s.Name()] = s.started(t, c.problem(), c.y)
		}
		small := SMC{lineSteps, 4, 0.5}
		loops[small.Name()] = small.loop(c.problem().Prior().(spec.Denoiser), c.measurement.(spec.Linear), c.y)
		for name, loop := range loops {
			draws, weights := loop.ends(t, n)
			if worst := properly(t, draws, weights, given, evidence); worst > 7 {
				t.Errorf("%s on %s: %.1f standard errors off", name, c.name, worst)
			}
			if loop.particles > 1 {
				continue
			}
			for i := range weights {
				weights[i] = evidence
			}
			if worst := properly(t, draws, weights, given, evidence); worst < 14 {
				t.Errorf("%s on %s: without weights no more than %.1f errors off", name, c.name, worst)
			}
		}
	}
}

// properly returns by how many standard errors, at most, weighed draws miss a law and an evidence.
func properly(t testing.TB, draws, weights []float64, law table, evidence float64) float64 {
	largest, total, worst := 0.0, 0.0, 0.0
	for _, w := range weights {
		largest, total = max(largest, w), total+w
	}
	if largest > 0.02*total {
		t.Errorf("a draw has %v of all weight", largest/total)
	}
	n := float64(len(draws))
	for _, v := range []float64{-0.6, 0.3, 0.6, 0.8, 1, math.Inf(1)} {
		var sum, squares float64
		for i, x := range draws {
			if x <= v {
				w := weights[i] / evidence
				sum, squares = sum+w, squares+w*w
			}
		}
		mean := sum / n
		off := math.Abs(mean-law.probability(v)) - 1e-3
		if deviation := math.Sqrt((squares/n - mean*mean) / n); off > 0 {
			worst = max(worst, off/max(deviation, 1e-4))
		}
	}
	return worst
}

// With one particle the draws have the law of the twisted steps, by quadrature, which is not the
// posterior's; with many they have that of the model given y. How far they may be from it is bounded by the systems
// themselves: since draws weighed by Z^/Z are exact, a probability is off by E[(1 - Z^/Z) f], at most half of
// E|Z^/Z - 1|, as E Z^ = Z. That mean, of n, is known to a few percent.
// n draws add dkw: 0.024 for 20,000, 0.063 for 3,000. One particle is further off than that.
func TestTDSIsRightAsTheParticlesGrow(t *testing.T) {
	for _, c := range lines() {
		_, given, evidence := c.laws(lineSteps, false, 0)
		alone, _, _ := c.laws(lineSteps, true, 1)
		const n = 20_000
		one := project(sample(t, TDS{lineSteps, 1, 1, 1}, c.problem(), c.y, n, stream(t)), []float64{1})
		if d := distance(one, alone.probability); d > dkw(n, alpha)+1e-3 {
			t.Errorf("%s: one particle is %.4f from its own law", c.name, d)
		}
		bias := 0.0
		for v := -2.; v < 2; v += 0.01 {
			bias = max(bias, math.Abs(alone.probability(v)-given.probability(v)))
		}
		if d := distance(one, given.probability); math.Abs(d-bias) > dkw(n, alpha)+2e-3 {
			t.Errorf("%s: one particle is %.4f from the posterior, by quadrature %.4f", c.name, d, bias)
		}
		const fewer, particles = 3000, 64
		draws, estimates := TDS{lineSteps, particles, 1, 1}.started(t, c.problem(), c.y).ends(t, fewer)
		slices.Sort(draws)
		spread := 0.0
		for _, z := range estimates {
			spread += math.Abs(z/evidence-1) / fewer
		}
		limit := dkw(fewer, alpha) + spread/2 + 1e-3
		d := distance(draws, given.probability)
		t.Logf("%s: %d particles are %.4f from the posterior, one %.4f; their bias is at most %.4f", c.name, particles, d, bias, spread/2)
		if d > limit || bias < limit {
			t.Errorf("%s: %d particles are %.4f from the posterior, want at most %.4f; one is %.4f", c.name, particles, d, limit, bias)
		}
	}
}

// Where the twist is p(y | x_t) itself, on N(0, I) with Tau = 1, every particle has nearly the same weight, and
// its mean the evidence: N(y; 0, A A^T + beta^2 I), which [spec.Conditional] knows. 400 steps change the variance of the
// model by a few percent at most (TestVariancePreservingStepsKeepTheDeviation), and so the evidence by as much for
// each of three coordinates; with a Tau of 3 the weights spread.
func TestTheTwistOfTheUnitGaussian(t *testing.T) {
	a := oddMatrices()[1]
	p, y, _ := unitProblem(t, a, 0.5)
	want := must(p.Posterior()).LogEvidence(y)
	logs := func(tau float64) (mean, spread float64) {
		const rows = 200
		loop := TDS{400, 1, tau, 1}.started(t, p, y)
		s := loop.start(mat.NewDense(rows, 3, nil), splitStreams(stream(t), rows))
		if err := loop.descend(context.Background(), s); err != nil {
			t.Fatal(err)
		}
		var sum, squares float64
		for _, w := range s.logWeight {
			sum, squares = sum+w, squares+w*w
		}
		return sum / rows, math.Sqrt(squares/rows - sum/rows*sum/rows)
	}
	mean, spread := logs(1)
	_, wide := logs(3)
	if math.Abs(mean-want) > 0.15 || spread > 0.3 || wide < 2*spread {
		t.Errorf("log weights of %v +- %v, want about %v; with a wrong twist +- %v", mean, spread, want, wide)
	}
}
