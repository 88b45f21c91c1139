package samplers

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// stream returns the random stream of a test, named by it.
func stream(t testing.TB) *rand.Rand { return spec.Stream(1, t.Name(), nil, 0) }

// must returns v, and panics on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sample returns n draws.
func sample(t testing.TB, s spec.Sampler, p *spec.Problem, y []float64, n int, rng *rand.Rand) *mat.Dense {
	t.Helper()
	dst := mat.NewDense(n, p.Dim(), nil)
	if err := s.Sample(context.Background(), dst, p, y, rng); err != nil {
		t.Fatalf("%s on %s: %v", s.Name(), p.Name(), err)
	}
	return dst
}

// sumLaw is a finite mixture of Gaussians, whose projections on a line have a
// distribution function in closed form.
type sumLaw struct {
	weights []float64
	means   [][]float64
	covs    []*mat.SymDense
}

// cdf returns P(u . x <= v).
func (l sumLaw) cdf(u []float64) func(v float64) float64 {
	means, deviations := make([]float64, len(l.weights)), make([]float64, len(l.weights))
	direction := mat.NewVecDense(len(u), u)
	for k, mean := range l.means {
		means[k] = mat.Dot(direction, mat.NewVecDense(len(mean), mean))
		deviations[k] = math.Sqrt(mat.Inner(direction, l.covs[k], direction))
	}
	return func(v float64) float64 {
		p := 0.0
		for k, w := range l.weights {
			p += w * math.Erfc((means[k]-v)/(deviations[k]*math.Sqrt2)) / 2
		}
		return p
	}
}

// project returns u . x for the rows of x, sorted.
func project(x *mat.Dense, u []float64) []float64 {
	n, _ := x.Dims()
	values := make([]float64, n)
	mat.NewVecDense(n, values).MulVec(x, mat.NewVecDense(len(u), u))
	slices.Sort(values)
	return values
}

// distance returns the largest difference between the empirical distribution
// function of sorted values and cdf.
func distance(values []float64, cdf func(float64) float64) float64 {
	largest, n := 0.0, float64(len(values))
	for i, v := range values {
		p := cdf(v)
		largest = max(largest, float64(i+1)/n-p, p-float64(i)/n)
	}
	return largest
}

// dkw is the threshold on distance that n independent draws of the right law pass
// with probability at most alpha: 2 exp(-2 n threshold^2) = alpha (Dvoretzky,
// Kiefer and Wolfowitz 1956, with Massart's constant). A law at a distance of
// more than twice the threshold is noticed except with the same probability.
func dkw(n int, alpha float64) float64 {
	return math.Sqrt(math.Log(2/alpha) / (2 * float64(n)))
}

// directions are the lines on which laws in d dimensions are compared: the axes
// and one that is oblique to all of them.
func directions(d int) [][]float64 {
	all := make([][]float64, d+1)
	for i := range d {
		all[i] = make([]float64, d)
		all[i][i] = 1
	}
	all[d] = make([]float64, d)
	for i := range d {
		all[d][i] = 1 / float64(i+1)
	}
	return all
}

// agrees fails the test if the draws x do not have the given law, up to the
// stated bias of its distribution functions, on one of the directions. Each
// direction gives a false alarm with probability at most alpha, so that the
// 100 or so compared in this package do in 1e-8 of all seeds. A distance of
// 2 dkw(n, alpha) + bias is noticed except with probability alpha. In the
// distribution function of a Gaussian, a shift by e deviations is a distance of
// 0.4 e, and a relative error e of the deviation one of 0.24 e.
func agrees(t *testing.T, what string, x *mat.Dense, law sumLaw, bias float64) {
	t.Helper()
	n, _ := x.Dims()
	if d, limit := worst(x, law), dkw(n, alpha)+bias; d > limit {
		t.Errorf("%s: distance %.4f, want at most %.4f", what, d, limit)
	}
}

// disagrees is the negative control of agrees, to be given the same n and bias.
func disagrees(t *testing.T, what string, x *mat.Dense, law sumLaw, bias float64) {
	t.Helper()
	n, _ := x.Dims()
	if d, limit := worst(x, law), dkw(n, alpha)+bias; d <= limit {
		t.Errorf("%s: distance %.4f is not noticed, the limit being %.4f", what, d, limit)
	}
}

// alpha is the false-alarm probability of one comparison of distribution functions.
const alpha = 1e-10

// worst returns the largest distance over the directions between the draws x and
// the law.
func worst(x *mat.Dense, law sumLaw) float64 {
	_, d := x.Dims()
	largest := 0.0
	for _, u := range directions(d) {
		largest = max(largest, distance(project(x, u), law.cdf(u)))
	}
	return largest
}

// unit is N(0, I), written out: it shares no code with the families of spec and
// allocates nothing.
type unit struct {
	dim   int
	sigma float64
	step  func()                  // called at every use, unless nil
	push  func(dst, v *mat.Dense) // the Jacobian's product at the last sigma
}

func newUnit(dim int) *unit {
	u := &unit{dim: dim}
	u.push = func(dst, v *mat.Dense) { u.shrink(dst, v, u.sigma) }
	return u
}

func (u *unit) Dim() int                           { return u.dim }
func (u *unit) Scale() (narrowest, widest float64) { return 1, 1 }

func (u *unit) Sample(dst *mat.Dense, rng *rand.Rand) {
	rows, _ := dst.Dims()
	for i := range rows {
		for j := range u.dim {
			dst.Set(i, j, rng.NormFloat64())
		}
	}
}

func (u *unit) Denoise(dst, x *mat.Dense, sigma float64) {
	if u.step != nil {
		u.step()
	}
	u.shrink(dst, x, sigma)
}

// shrink is both the denoiser and its Jacobian. (mat.Dense.Scale would allocate if
// dst is x.)
func (u *unit) shrink(dst, x *mat.Dense, sigma float64) {
	floats.ScaleTo(dst.RawMatrix().Data, 1/(1+sigma*sigma), x.RawMatrix().Data)
}

func (u *unit) Linearize(dst, x *mat.Dense, sigma float64) func(dst, v *mat.Dense) {
	u.Denoise(dst, x, sigma)
	u.sigma = sigma
	return u.push
}
