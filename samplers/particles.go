package samplers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"assay/spec"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// particleLoop is a reverse diffusion by particles: every draw is the end of a system of its
// own, of so many particles, which go down the levels together, are weighed at each, and
// resampled from among themselves. One is picked at the end, by its weight.
//
// In the words of Feynman and Kac: the model is the diffusion without y, psi_t the twist of
// a level, and the target of a path is the model's density times the likelihood of its end.
// A particle is proposed by the model's step, or by that step towards a clean point that y has
// shifted, and its weight is multiplied by model psi_new/(psi_old proposal). The twists telescope, so
// that any positive ones are right in the limit of many particles, and a constant factor of a twist, at
// one level, changes nothing. The last step is the model's, and its psi is the likelihood.
type particleLoop struct {
	denoiser   spec.Denoiser
	levels     []level // from the noisiest down, where the points are standard normal, to one without noise
	rule       rule    // whose last step is without noise
	particles  int     // a system
	threshold  float64 // resample below this share of effective particles
	twist      func(points int) twist
	likelihood spec.Likelihood
	y          []float64
}

// twist stands in for the likelihood at a level above the last, for the points of a batch once they are
// denoised.
type twist struct {
	// at stores log psi in logs (length n), but for a constant, and, if it guides, in the rows of
	// shift (n x d) how y moves the clean points: by Tweedie's formula, sigma^2 times the gradient of log psi
	// with respect to x_t / signal.
	at func(logs []float64, shift *mat.Dense, b *batch, at level)
	// guides asks for the Jacobian of the denoiser.
	guides bool
}

// systems are the particles of the draws of a chunk under way; those of a system are
// neighbours, and draw from the same stream in their order.
type systems struct {
	*batch
	particles int
	threshold float64
	owners    streams // one a system
	twist     twist
	psi       []float64  // the logarithms of the twists of the points
	last      []float64  // and of those from which they came
	shift     *mat.Dense // of the clean points; nil for none
	// The logarithms of the weights. The mean weight of a system is never lost, so that it
	// estimates the evidence, without bias, at the end.
	logWeight []float64
	weight    []float64 // those of a system, the largest being 1
	ancestor  []int     // of the particles of a system
}

// run fills the rows of x (n x d), a system each: with the streams in this order, the starts of the
// particles, and for each step a uniform number if the system is resampled and the noise of the
// particles; then a uniform number for the one that is picked.
func (l particleLoop) run(ctx context.Context, x *mat.Dense, noise streams) error {
	s := l.start(x, noise)
	if err := l.descend(ctx, s); err != nil {
		return err
	}
	if err := s.pick(x); err != nil {
		return fmt.Errorf("at the end %w", err)
	}
	return nil
}

// descend takes the systems from the first of the levels to the last, weights included.
func (l particleLoop) descend(ctx context.Context, s *systems) error {
	for i, to := range l.levels[1:] {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := l.levels[i]
		s.denoise(s.x, from)
		s.twist.at(s.psi, s.shift, s.batch, from)
		s.weigh()
		if err := s.resample(); err != nil {
			return fmt.Errorf("before step %d of %d %w", i+1, len(l.levels)-1, err)
		}
		s.step(l.rule, from, to)
	}
	l.likelihood.LogLikelihood(s.psi, s.x, l.y)
	s.weigh()
	return nil
}

// start returns the systems for the rows of x, at the first of the levels.
func (l particleLoop) start(x *mat.Dense, noise streams) *systems {
	n, d := x.Dims()
	points := n * l.particles
	each := make(streams, 0, points)
	for _, rng := range noise {
		each = append(each, slices.Repeat(streams{rng}, l.particles)...)
	}
	s := &systems{
		batch:     newBatch(l.denoiser, mat.NewDense(points, d, nil), each),
		particles: l.particles, threshold: l.threshold, owners: noise, twist: l.twist(points),
		psi: make([]float64, points), last: make([]float64, points), logWeight: make([]float64, points),
		weight: make([]float64, l.particles), ancestor: make([]int, l.particles),
	}
	if s.twist.guides {
		s.jacobian, s.shift = true, mat.NewDense(points, d, nil)
	}
	s.noise.addNormal(s.x, 1)
	return s
}

// weigh multiplies the weights by the twists of the points, over those from which they came.
func (s *systems) weigh() {
	for k, psi := range s.psi {
		w := s.logWeight[k] + psi - s.last[k]
		if math.IsNaN(w) || math.IsInf(w, 1) { // a point that diverged
			w = math.Inf(-1)
		}
		s.logWeight[k], s.last[k] = w, psi
	}
}

// step proposes the next points, and multiplies the weights by the density of the model's
// step over that of the proposal.
func (s *systems) step(r rule, from, to level) {
	keep, deviation := r(from, to)
	s.move(keep, from, to)
	if deviation == 0 {
		return
	}
	s.scratch.Zero()
	s.noise.addNormal(s.scratch, 1)
	blas64.Axpy(deviation, vector(s.scratch), vector(s.x))
	if s.shift == nil {
		return
	}
	// x is mean + deviation (z + h), which the model has proposed by its noise z + h.
	moved := to.signal - keep*from.signal
	blas64.Axpy(moved, vector(s.shift), vector(s.x))
	for k := range s.logWeight {
		shift, z := row(s.shift, k), row(s.scratch, k)
		h := moved / deviation
		s.logWeight[k] -= h*blas64.Dot(shift, z) + h*h*blas64.Dot(shift, shift)/2
	}
}

// resample replaces the particles of every system of too few effective ones by as many drawn from
// among them by their weights (systematically: Kitagawa 1996), each with the mean of the weights.
func (s *systems) resample() error {
	for i, rng := range s.owners {
		mean, effective, err := s.normalise(i)
		if err != nil {
			return err
		}
		if effective >= s.threshold*float64(s.particles) {
			continue
		}
		systematic(s.ancestor, s.weight, rng.Float64())
		for _, points := range []*mat.Dense{s.x, s.clean, s.shift} {
			if points != nil {
				s.regroup(vector(points).Data, i)
			}
		}
		s.regroup(s.last, i)
		for k := range s.ancestor {
			s.logWeight[i*s.particles+k] = mean
		}
	}
	return nil
}

// regroup replaces what data holds of each particle of system i by what it holds of its ancestor.
func (s *systems) regroup(data []float64, i int) {
	width := len(data) / len(s.psi)
	own := data[i*s.particles*width:][:s.particles*width]
	held := vector(s.scratch).Data[:len(own)]
	copy(held, own)
	for k, from := range s.ancestor {
		copy(own[k*width:][:width], held[from*width:])
	}
}

// pick stores in each row of dst (n x d) a particle of that system, drawn by its weight.
func (s *systems) pick(dst *mat.Dense) error {
	for i, rng := range s.owners {
		if _, _, err := s.normalise(i); err != nil {
			return err
		}
		systematic(s.ancestor[:1], s.weight, rng.Float64())
		copy(dst.RawRowView(i), s.x.RawRowView(i*s.particles+s.ancestor[0]))
	}
	return nil
}

// normalise stores the weights of system i in weight, the largest being 1, and returns the
// logarithm of their mean and the effective number of particles, (sum w)^2 / sum w^2. It is an error if all
// of them vanish.
func (s *systems) normalise(i int) (mean, effective float64, err error) {
	logs := s.logWeight[i*s.particles:][:s.particles]
	largest := slices.Max(logs)
	if math.IsInf(largest, -1) {
		return 0, 0, fmt.Errorf("no particle of %d of a draw has a weight above 0: they diverged, or none can give y; more steps or particles may help", s.particles)
	}
	var sum, squares float64
	for k, w := range logs {
		w = math.Exp(w - largest)
		s.weight[k] = w
		sum += w
		squares += w * w
	}
	return largest + math.Log(sum/float64(s.particles)), sum * sum / squares, nil
}

// systematic stores in dst the indices at which the running sum of the weights, as a share of
// the whole, passes (u + k)/n, k from 0 to n-1, for n = len(dst) and u in [0, 1): index j as often as n times its
// share, rounded up or down. One of weight 0 is never among them.
func systematic(dst []int, weights []float64, u float64) {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	j, sum, last := 0, weights[0], len(weights)-1
	for weights[last] == 0 { // which rounding must not reach
		last--
	}
	for k := range dst {
		for at := (u + float64(k)) / float64(len(dst)) * total; sum <= at && j < last; {
			j++
			sum += weights[j]
		}
		dst[k] = j
	}
}

// fill fills the rows of dst with a draw each, by systems of their own.
func (l particleLoop) fill(ctx context.Context, name string, dst *mat.Dense, rng *rand.Rand) error {
	// About as many points at a time as a chunk without particles has.
	return evolveBy(ctx, name, max(1, chunkRows/l.particles), dst, rng, func(ctx context.Context, x *mat.Dense, noise streams) error {
		if err := l.run(ctx, x, noise); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
}

// vector returns all entries of x, contiguous in memory, as one vector.
func vector(x *mat.Dense) blas64.Vector {
	raw := x.RawMatrix()
	return blas64.Vector{N: len(raw.Data), Data: raw.Data, Inc: 1}
}

// row returns row i of x.
func row(x *mat.Dense, i int) blas64.Vector {
	v := x.RawRowView(i)
	return blas64.Vector{N: len(v), Data: v, Inc: 1}
}

// particlesInRange is the error of a number of particles below 1, or of a threshold outside [0, 1].
func particlesInRange(name string, particles int, threshold float64) error {
	if particles < 1 {
		return fmt.Errorf("%s: particles is %d, want at least 1", name, particles)
	}
	if !(0 <= threshold && threshold <= 1) {
		return fmt.Errorf("%s: threshold is %v, want a number from 0 to 1", name, threshold)
	}
	return nil
}

// unweighted fills the rows of dst where nothing is measured, and all weights are equal: with one
// particle a draw.
func unweighted(ctx context.Context, name string, steps int, denoiser spec.Denoiser, dst *mat.Dense, rng *rand.Rand) error {
	loop := reversal{denoiser: denoiser, levels: downwards(steps), spread: 1, step: towards(ddim(1))}
	return evolve(ctx, name, dst, rng, loop.run)
}
