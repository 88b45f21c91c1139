package mutants

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// guidance turns the estimate of the clean point from the prior into one from the
// posterior. Given x at a level, x0 is about N(mean, v), and so, given y as well,
// N(mean + gain (y - a mean), v - gain a v) with gain = a v / (a^2 v + beta^2). For a
// Gaussian prior that is exact at every level (Boys et al. 2023, TMPD), so that what the
// judge notices is the bug and not the approximation.
type guidance struct {
	// residual returns y - a x0 for each row.
	residual func(r, x0, x []float64, t target, abar float64)
	// gain returns the factor of the residual and the variance that is left.
	gain func(v float64, t target) (gain, left float64)
}

func exactResidual(r, x0, _ []float64, t target, _ float64) {
	for k := range r {
		r[k] = t.y - t.a*x0[k]
	}
}

func exactGain(v float64, t target) (gain, left float64) {
	evidence := t.a*t.a*v + t.beta*t.beta
	return t.a * v / evidence, v * t.beta * t.beta / evidence
}

// guidedSampler runs the reverse diffusion of the prior with guidance.
func guidedSampler(name string, bug func(*guidance)) spec.Sampler {
	g := guidance{exactResidual, exactGain}
	bug(&g)
	return independent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		t, err := targetOf(p, y)
		if err != nil {
			return err
		}
		r := correct()
		prior := denoised(t.prior)
		n, _ := dst.Dims()
		residual := make([]float64, n)
		r.estimate = func(x0, v, x []float64, abar float64) {
			prior(x0, v, x, abar)
			g.residual(residual, x0, x, t, abar)
			for k := range x0 {
				gain, left := g.gain(v[k], t)
				x0[k] += gain * residual[k]
				v[k] = left
			}
		}
		r.run(dst, rng)
		return nil
	})
}

func guidanceMutants() (all []Mutant) {
	control := guidedSampler("guided", func(*guidance) {})
	for _, m := range []struct {
		name, mechanism, report string
		law                     wrongLaw
		bug                     func(*guidance)
	}{
		{
			"norm-for-squared-norm", "follows the gradient of the norm of the residual where that of its square is due",
			"DPS2022/diffusion-posterior-sampling#20",
			nil,
			func(g *guidance) {
				g.residual = func(r, x0, x []float64, t target, abar float64) {
					exactResidual(r, x0, x, t, abar)
					for k, v := range r {
						r[k] = math.Copysign(1, v)
					}
				}
			},
		},
		{
			"batch-wide-norm", "scales the guidance of a row by its residual over the norm of those of the whole batch",
			"DPS2022/diffusion-posterior-sampling#12",
			nil,
			func(g *guidance) {
				g.residual = func(r, x0, x []float64, t target, abar float64) {
					exactResidual(r, x0, x, t, abar)
					norm := floats.Norm(r, 2)
					for k, v := range r {
						if norm > 0 {
							r[k] = v * math.Abs(v) / norm
						}
					}
				}
			},
		},
		{
			"guided-at-the-noisy-point", "takes the residual at the noisy point where the denoised one is due",
			"jannerm/diffuser#30",
			nil,
			func(g *guidance) {
				g.residual = func(r, _, x []float64, t target, abar float64) {
					for k := range r {
						r[k] = t.y - t.a*x[k]/math.Sqrt(abar)
					}
				}
			},
		},
		{
			"denoised-point-taken-for-sure", "takes the likelihood at the denoised point for that of the noisy one, as if the clean point were known",
			"arXiv:2209.14687 (the approximation of DPS)",
			nil,
			func(g *guidance) {
				g.gain = func(v float64, t target) (gain, left float64) {
					_, left = exactGain(v, t)
					// A larger step than 1/a would overshoot, and diverge at high noise.
					return min(t.a*v/(t.beta*t.beta), 1/t.a), left
				}
			},
		},
		{
			"half-missing-in-the-data-term", "takes |r|^2 / beta^2 for minus the log likelihood: the factor 1/2 is missing",
			unreported,
			powers(1, 2),
			func(g *guidance) {
				g.gain = func(v float64, t target) (gain, left float64) {
					t.beta /= math.Sqrt2
					return exactGain(v, t)
				}
			},
		},
		{
			"sigma-not-rescaled", "doubles the scale of the data but not that of the noise",
			"DPS2022/diffusion-posterior-sampling#6",
			powers(1, 4),
			func(g *guidance) {
				g.gain = func(v float64, t target) (gain, left float64) {
					t.beta /= 2
					return exactGain(v, t)
				}
			},
		},
	} {
		all = append(all, Mutant{
			Name: m.name, Mechanism: m.mechanism, Report: m.report,
			Problem: line(), Control: control, Sampler: guidedSampler(m.name, m.bug), law: m.law,
		})
	}
	return all
}
