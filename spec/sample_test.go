package spec

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// projected returns the distribution function of u^T x for x from r.
func (r reference) projected(u *mat.VecDense) func(float64) float64 {
	type part struct{ weight, mean, sd float64 }
	var parts []part
	for k, w := range r.weights {
		var cu mat.VecDense
		cu.MulVec(r.covs[k], u)
		parts = append(parts, part{w, mat.Dot(r.means[k], u), math.Sqrt(max(0, mat.Dot(&cu, u)))})
	}
	return func(x float64) float64 {
		var sum float64
		for _, p := range parts {
			sum += p.weight * distuv.UnitNormal.CDF((x-p.mean)/p.sd)
		}
		return sum
	}
}

// distance returns the Kolmogorov-Smirnov distance of the draws from a continuous
// distribution function.
func distance(draws []float64, cdf func(float64) float64) float64 {
	draws = slices.Sorted(slices.Values(draws))
	n := float64(len(draws))
	var worst float64
	for i, x := range draws {
		p := cdf(x)
		worst = max(worst, p-float64(i)/n, float64(i+1)/n-p)
	}
	return worst
}

// sampleCases are laws of every family and their posteriors, and one in as many
// dimensions as a data set of images.
func sampleCases(t *testing.T) map[string]Prior {
	rng := Stream(1, "sample cases", nil, 0)
	q := rotation(3, rng)
	var cov mat.Dense
	cov.Mul(q, mat.NewDiagDense(3, []float64{4, 1, 0.01}))
	cov.Mul(&cov, q.T())
	must := func(g *Gaussian, err error) *Gaussian {
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	full := must(NewGaussian([]float64{5, -1, 0}, symmetric(&cov)))
	diagonal := must(NewDiagonal([]float64{-3, 0, 0}, []float64{0.5, 2, 1}))
	isotropic := must(NewIsotropic([]float64{0, 6, 6}, 0.3))
	mixture, err := NewMixture([]float64{1, 2, 3, 2}, []*Gaussian{full, diagonal, isotropic, full})
	if err != nil {
		t.Fatal(err)
	}
	dataSet, _ := twins(t, 10, 3, 1, 0.5, 1, rng)
	wide, _ := twins(t, 10, 64, 1, 0.5, 1, rng)
	m := measurement(t, mat.NewDense(1, 3, []float64{1, -1, 2}), 1.5)
	y := []float64{1}
	return map[string]Prior{
		"gaussian": full, "diagonal": diagonal, "isotropic": isotropic, "mixture": mixture, "data set": dataSet, "64 dimensions": wide,
		"posterior of gaussian": condition(t, full, m).Given(y),
		"posterior of mixture":  condition(t, mixture, m).Given(y),
		"posterior of data set": condition(t, dataSet, m).Given([]float64{6}),
		"posterior of wide":     condition(t, wide, measurement(t, scatter(3, 64, rng), 5)).Given(make([]float64, 3)),
	}
}

// samplesAreWrong returns how far n draws are from what the law claims to be, in
// random directions, as a share of the threshold: above 1 with probability at most
// 1e-9 for each direction by the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart,
// Pr[distance > e] <= 2 exp(-2 n e^2), if sample draws from r.
func samplesAreWrong(r reference, sample func(dst *mat.Dense, rng *rand.Rand), name string) float64 {
	const n, directions = 20000, 3
	d := r.means[0].Len()
	draws := mat.NewDense(n, d, nil)
	sample(draws, Stream(1, "draws of "+name, nil, 0))
	threshold := math.Sqrt(math.Log(2/1e-9) / (2 * n)) // 0.0231
	rng := Stream(1, "directions of "+name, nil, 0)
	var worst float64
	for range directions {
		u := mat.NewVecDense(d, normals(d, rng))
		var along mat.VecDense
		along.MulVec(draws, u)
		worst = max(worst, distance(along.RawVector().Data, r.projected(u))/threshold)
	}
	// Rows must not repeat: no two draws of a law with a density are the same.
	first := make([]float64, n)
	mat.Col(first, 0, draws)
	slices.Sort(first)
	if len(slices.Compact(first)) < n-1 {
		worst = math.Inf(1)
	}
	return worst
}

func TestSample(t *testing.T) {
	for name, p := range sampleCases(t) {
		if e := samplesAreWrong(referenceOf(p), p.Sample, name); e > 1 {
			t.Errorf("%s: the distance from the distribution function is %.2f times the threshold", name, e)
		}
	}
}

// TestSampleNotices is the negative control: a sampler whose draws are a fifth too
// wide about the mean or half a deviation to one side, or that repeats half of its
// draws, is wrong beyond the threshold. Widening a Gaussian by a factor of 1.2 moves
// its distribution function by 0.044: more than the threshold of 0.0231 by six deviations
// of 0.0035.
func TestSampleNotices(t *testing.T) {
	for name, p := range sampleCases(t) {
		r := referenceOf(p)
		mean, cov := r.moments()
		faults := map[string]func(x *mat.Dense){
			"moved": func(x *mat.Dense) {
				x.Apply(func(_, j int, v float64) float64 { return v + math.Sqrt(cov.At(j, j))/2 }, x)
			},
			"repeated": func(x *mat.Dense) {
				n, _ := x.Dims()
				for i := range n / 2 {
					x.SetRow(i, x.RawRowView(n/2+i))
				}
			},
		}
		if _, ok := p.(*Gaussian); ok {
			faults["widened"] = func(x *mat.Dense) {
				x.Apply(func(_, j int, v float64) float64 { return mean.AtVec(j) + 1.2*(v-mean.AtVec(j)) }, x)
			}
		}
		for fault, spoil := range faults {
			wrong := func(dst *mat.Dense, rng *rand.Rand) {
				p.Sample(dst, rng)
				spoil(dst)
			}
			if e := samplesAreWrong(r, wrong, name); e <= 1 {
				t.Errorf("%s: draws %s are not noticed (%.2f times the threshold)", name, fault, e)
			}
		}
	}
}

// TestSampleSingular: draws of a singular law stay where it lives.
func TestSampleSingular(t *testing.T) {
	// x_0 + x_1 = 3 and x_2 = -1e6; deviation 1 along (1, -1, 0).
	g, err := NewGaussian([]float64{1, 2, -1e6}, mat.NewSymDense(3, []float64{0.5, -0.5, 0, -0.5, 0.5, 0, 0, 0, 0}))
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(100, 3, nil)
	g.Sample(x, Stream(1, "singular", nil, 0))
	for i := range 100 {
		agree(t, "the sum", x.At(i, 0)+x.At(i, 1), 3, 1e-14)
		agree(t, "the fixed coordinate", x.At(i, 2), -1e6, 0)
	}
	if narrowest, widest := g.Scale(); math.Abs(narrowest-1) > 1e-15 || math.Abs(widest-1) > 1e-15 {
		t.Errorf("scale %v, %v, want 1, 1", narrowest, widest)
	}
}
