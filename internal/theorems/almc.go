package theorems

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// almc is the annealed Langevin Monte Carlo of Parulekar, Rout, Shanmugam and Shakkottai,
// "Efficient Approximate Posterior Sampling with Annealed Langevin Monte Carlo" (2025), in R:
// Langevin steps on gamma exp(-R), the posterior under a standard normal prior gamma, for a
// warm start, and then x += delta (grad log p_t - grad R) + sqrt(2 delta) z with t falling from
// begin to stop by delta/kappa a step. p_t is the law of exp(-t) x0 + sqrt(1 - exp(-2t)) z,
// R the negative log likelihood (y - x)^2/(2 beta^2). It is not a candidate of package samplers, as
// it does not claim to sample the posterior. The paper takes delta as a power of 1/kappa;
// here both are given.
type almc struct {
	prior       line // of x0
	beta        float64
	begin, stop float64 // t
	kappa       float64
	delta       float64
	warmSteps   int
	likelihood  float64 // times which grad R is taken: 1
}

func (a almc) name() string {
	return fmt.Sprintf("almc:stop=%v,kappa=%v,delta=%v", a.stop, a.kappa, a.delta)
}

// steps returns the number of annealing steps, and t of each.
func (a almc) steps() (n int, t func(i int) float64) {
	n = int(math.Round(a.kappa * (a.begin - a.stop) / a.delta))
	return n, func(i int) float64 { return a.begin - (a.begin-a.stop)*float64(i+1)/float64(n) }
}

// sampler returns it as a candidate, which uses the prior that it was made for, whichever
// problem it is asked about.
func (a almc) sampler() spec.Sampler {
	return spec.NewSampler(a.name(), true, func(ctx context.Context, dst *mat.Dense, _ *spec.Problem, y []float64, rng *rand.Rand) error {
		prior, err := a.prior.law()
		if err != nil {
			return err
		}
		rows, _ := dst.Dims()
		x, scaled, clean := mat.NewDense(rows, 1, nil), mat.NewDense(rows, 1, nil), mat.NewDense(rows, 1, nil)
		for i := range rows {
			x.Set(i, 0, rng.NormFloat64())
		}
		step := func(score func(x float64, row int) float64) {
			for i := range rows {
				v := x.At(i, 0)
				x.Set(i, 0, v+a.delta*(score(v, i)+a.likelihood*(y[0]-v)/(a.beta*a.beta))+math.Sqrt(2*a.delta)*rng.NormFloat64())
			}
		}
		for range a.warmSteps {
			step(func(x float64, _ int) float64 { return -x })
		}
		n, t := a.steps()
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			// By Tweedie x_t/signal = x0 + sigma z has the score (D - x_t/signal)/sigma^2.
			signal := math.Exp(-t(i))
			sigma := math.Sqrt(math.Expm1(2 * t(i)))
			scaled.Scale(1/signal, x)
			prior.Denoise(clean, scaled, sigma)
			step(func(x float64, row int) float64 {
				return (clean.At(row, 0) - x/signal) / (sigma * sigma * signal)
			})
		}
		dst.Copy(x)
		return nil
	})
}

// noised returns p_t: the mixture of the components of the prior, shrunk and widened.
func (a almc) noised(t float64) line {
	signal, noise := math.Exp(-t), math.Sqrt(-math.Expm1(-2*t))
	shrunk := line{weights: a.prior.weights}
	for k, mean := range a.prior.means {
		shrunk.means = append(shrunk.means, signal*mean)
		shrunk.deviations = append(shrunk.deviations, math.Hypot(signal*a.prior.deviations[k], noise))
	}
	return shrunk
}

// law returns the density of the draws given y, by propagation of that of the start.
func (a almc) law(g *mesh, y float64) []float64 {
	// The warm start is an affine map of normal variables.
	mean, variance := 0., 1.
	precision := a.likelihood / (a.beta * a.beta)
	for range a.warmSteps {
		keep := 1 - a.delta*(1+precision)
		mean = keep*mean + a.delta*precision*y
		variance = keep*keep*variance + 2*a.delta
	}
	law := make([]float64, len(g.x))
	for i, x := range g.x {
		law[i] = math.Exp(logNormalAt(x, mean, variance))
	}
	n, t := a.steps()
	for i := range n {
		parts := a.noised(t(i))
		law = g.move(law, 2*a.delta, func(k int) float64 {
			x := g.x[k]
			return x + a.delta*(parts.score(x)+precision*(y-x))
		})
	}
	return law
}

// action returns the integral over t from stop to begin of the mean square of the velocity
// that moves mu_t: in R it is that of its quantiles, -dF/dt divided by the density.
func (a almc) action(g *mesh, y float64) (sum float64) {
	const nodes = 100
	ratio := math.Pow(a.begin/a.stop, 1./nodes)
	for k := range nodes { // midpoints, in log t
		t := a.stop * math.Pow(ratio, float64(k)+0.5)
		const h = 1e-3
		early, late := g.posterior(a.noised(t*(1-h)), y, a.beta), g.posterior(a.noised(t*(1+h)), y, a.beta)
		now := g.posterior(a.noised(t), y, a.beta)
		moved, square := 0., 0. // moved is dF/dt, up to the middle of a cell in the square
		for i := range now {
			half := (late[i] - early[i]) * meshWidth / (4 * h * t)
			moved += half
			if now[i] > 1e-12 {
				square += moved * moved / now[i] * meshWidth
			}
			moved += half
		}
		sum += square * t * math.Log(ratio)
	}
	return sum
}
