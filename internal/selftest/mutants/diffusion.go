package mutants

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// step is a step of the reverse diffusion from one level to a lower one:
// x = clean x0 + noisy x + sqrt(bridge + clean^2 v) z, x0 and v being mean and variance
// of the clean point given x.
type step struct{ clean, noisy, bridge float64 }

// reversal is a reverse diffusion on the line, variance preserving: at level i,
// x_i = sqrt(abar_i) x0 + sqrt(1 - abar_i) n, abar_0 = 1. It is the ancestral sampler of
// Ho et al. 2020 with the variance of Bao et al. 2022 (arXiv:2201.06503), so that every
// step has the right mean and variance and a few of them are near enough to exact.
// The schedule is fine, and every stride-th level of it is visited, as in use.
type reversal struct {
	start int // the level where it starts from N(0, 1)
	stop  int // the level where it ends
	told  func(i int) int
	step  func(i int) step
	// estimate returns mean and variance of the clean points given x at the level
	// abar, for the rows of a batch.
	estimate func(x0, v, x []float64, abar float64)
}

const (
	stride  = 4
	visited = 16   // number of steps
	lowest  = 0.35 // sigma of the last step
)

// abar is the fine schedule: sigma = sqrt((1 - abar)/abar) grows geometrically from 0.35
// to 80, far beyond the problems, between index stride and the end, and linearly from 0
// below.
var abar = func() []float64 {
	levels := make([]float64, visited*stride+1)
	for i := range levels {
		sigma := lowest * math.Pow(80/lowest, float64(i-stride)/float64((visited-1)*stride))
		if i < stride {
			sigma = lowest * float64(i) / stride
		}
		levels[i] = 1 / (1 + sigma*sigma)
	}
	return levels
}()

// between returns the exact step from level i to level j < i.
func between(i, j int) step {
	ratio := abar[i] / abar[j]
	return step{
		clean:  math.Sqrt(abar[j]) * (1 - ratio) / (1 - abar[i]),
		noisy:  math.Sqrt(ratio) * (1 - abar[j]) / (1 - abar[i]),
		bridge: (1 - abar[j]) / (1 - abar[i]) * (1 - ratio),
	}
}

// correct is the reversal without a bug, but for the estimate.
func correct() reversal {
	return reversal{
		start: visited * stride,
		told:  func(i int) int { return i },
		step:  func(i int) step { return between(i, i-stride) },
	}
}

func (r reversal) run(dst *mat.Dense, rng *rand.Rand) {
	n, _ := dst.Dims()
	x, x0, v := make([]float64, n), make([]float64, n), make([]float64, n)
	for k := range x {
		x[k] = rng.NormFloat64()
	}
	for i := r.start; i > r.stop; i -= stride {
		r.estimate(x0, v, x, abar[r.told(i)])
		s := r.step(i)
		for k := range x {
			x[k] = s.clean*x0[k] + s.noisy*x[k] + math.Sqrt(s.bridge+s.clean*s.clean*v[k])*rng.NormFloat64()
		}
	}
	dst.SetCol(0, x)
}

// denoised is the estimate by the denoiser of a law.
func denoised(law scalar) func(x0, v, x []float64, abar float64) {
	return func(x0, v, x []float64, abar float64) {
		for k := range x {
			x0[k], v[k] = law.denoise(x[k]/math.Sqrt(abar), math.Sqrt((1-abar)/abar))
		}
	}
}

// diffusionSampler runs the reverse diffusion of the posterior, changed by the bug.
func diffusionSampler(name string, bug func(*reversal)) spec.Sampler {
	return independent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		t, err := targetOf(p, y)
		if err != nil {
			return err
		}
		r := correct()
		r.estimate = denoised(t.posterior())
		bug(&r)
		r.run(dst, rng)
		return nil
	})
}

func diffusionMutants() (all []Mutant) {
	control := diffusionSampler("diffusion", func(*reversal) {})
	for _, m := range []struct {
		name, mechanism, report string
		bug                     func(*reversal)
	}{
		{
			"step-variance-as-deviation", "multiplies the noise of a step by its variance where the root is due",
			"mathpluscode/ImgX-DiffSeg#4, Y-debug-sys/Diffusion-TS#135",
			func(r *reversal) {
				r.step = func(i int) step {
					s := between(i, i-stride)
					s.bridge *= s.bridge
					return s
				}
			},
		},
		{
			"level-of-the-neighbour", "tells the denoiser the noise level of the next step",
			"huggingface/diffusers#1582",
			func(r *reversal) { r.told = func(i int) int { return max(1, i-stride) } },
		},
		{
			"stride-ignored", "takes level t - 1 for the one below where the schedule visits every fourth only",
			"huggingface/diffusers#2076, huggingface/diffusers#9261",
			func(r *reversal) { r.step = func(i int) step { return between(i, i-1) } },
		},
		{
			"beta-of-the-fine-schedule", "takes the noise of a step from the beta of the fine schedule where levels are skipped",
			"huggingface/diffusers#3006",
			func(r *reversal) {
				r.step = func(i int) step {
					s := between(i, i-stride)
					s.bridge *= (1 - abar[i]/abar[i-1]) / (1 - abar[i]/abar[i-stride])
					return s
				}
			},
		},
		{
			"noise-of-the-previous-level", "adds noise of the level it comes from, and clamps what is then left for the direction to x at 0",
			"jsboige/CoursIA#16158",
			func(r *reversal) {
				r.step = func(i int) step {
					j := i - stride
					keep := math.Sqrt(max(0, abar[i]-abar[j])) / math.Sqrt(1-abar[i])
					s := step{clean: math.Sqrt(abar[j]) - keep*math.Sqrt(abar[i]), noisy: keep, bridge: 1 - abar[i]}
					if j == 0 {
						s.bridge = 0
					}
					return s
				}
			},
		},
		{
			"last-step-missing", "ends at the lowest level of the schedule: some noise is left",
			"lllyasviel/ControlNet#587, Stability-AI/stablediffusion#345",
			func(r *reversal) { r.stop = stride },
		},
		{
			"signal-of-the-wrong-level", "scales the clean point by sqrt(abar_t) where sqrt(abar_s) is due",
			unreported,
			func(r *reversal) {
				r.step = func(i int) step {
					s := between(i, i-stride)
					s.clean *= math.Sqrt(abar[i] / abar[i-stride])
					return s
				}
			},
		},
		{
			"clipped", "clips the denoised point to [-1, 1], which the data exceed",
			"lucidrains/denoising-diffusion-pytorch#65, Project-MONAI/GenerativeModels#494",
			func(r *reversal) {
				estimate := r.estimate
				r.estimate = func(x0, v, x []float64, abar float64) {
					estimate(x0, v, x, abar)
					for k := range x0 {
						x0[k] = min(max(x0[k], -1), 1)
					}
				}
			},
		},
		{
			"signal-left-at-the-start", "starts from pure noise at a level where a third of the signal is left",
			"arXiv:2305.08891",
			func(r *reversal) {
				for abar[r.start] < 0.1 {
					r.start -= stride
				}
			},
		},
	} {
		all = append(all, Mutant{
			Name: m.name, Mechanism: m.mechanism, Report: m.report,
			Problem: modes(), Control: control, Sampler: diffusionSampler(m.name, m.bug),
		})
	}
	return all
}
