package spec

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// twins returns a data set of 2n points in R^d of spread 1, far from the origin,
// each with a neighbour about one bandwidth away, and rows of x about one deviation
// of h and sigma from some of them. Few or many weights matter, as h and sigma will.
func twins(t *testing.T, n, d, rows int, h, sigma float64, rng *rand.Rand) (*DataSet, *mat.Dense) {
	points := mat.NewDense(2*n, d, nil)
	for i := range n {
		for j := range d {
			v := 3 + rng.NormFloat64()
			points.Set(2*i, j, v)
			points.Set(2*i+1, j, v+h*rng.NormFloat64())
		}
	}
	s, err := NewDataSet(points, h)
	if err != nil {
		t.Fatal(err)
	}
	x := mat.NewDense(rows, d, nil)
	for i := range rows {
		for j := range d {
			x.Set(i, j, points.At(i%(2*n), j)+math.Hypot(h, sigma)*rng.NormFloat64())
		}
	}
	return s, x
}

// plainly computes log density, denoised point and Jacobian product of a data set
// at one point from squared distances, one component after the other.
func plainly(s *DataSet, x, v []float64, sigma float64) (log float64, denoised, product []float64) {
	n, d := s.Points().Dims()
	h := s.Bandwidth()
	variance := h*h + sigma*sigma
	logs := make([]float64, n)
	for k := range n {
		for j, p := range s.Points().RawRowView(k) {
			logs[k] -= (x[j] - p) * (x[j] - p) / (2 * variance)
		}
	}
	total := logSumExp(logs)
	// Relative to x, so that weights near 1 lose nothing.
	mean := make([]float64, d)
	for k, l := range logs {
		for j, p := range s.Points().RawRowView(k) {
			mean[j] += math.Exp(l-total) * (p - x[j])
		}
	}
	denoised, product = make([]float64, d), make([]float64, d)
	for k, l := range logs {
		var along float64
		for j, p := range s.Points().RawRowView(k) {
			along += (p - x[j] - mean[j]) * v[j]
		}
		for j, p := range s.Points().RawRowView(k) {
			product[j] += math.Exp(l-total) * (p - x[j] - mean[j]) * along * sigma * sigma / variance / variance
		}
	}
	for j := range d {
		denoised[j] = x[j] + mean[j]*sigma*sigma/variance
		product[j] += v[j] * h * h / variance
	}
	return total - math.Log(float64(n)) - float64(d)/2*math.Log(2*math.Pi*variance), denoised, product
}

// TestDataSetAgainstPlainSums compares the matrix products, the refinement of what
// they are too coarse for and the sums over survivors with plain sums.
func TestDataSetAgainstPlainSums(t *testing.T) {
	for _, h := range []float64{1, 0.1, 1e-3, 1e-6, 1e-9} {
		for _, ratio := range []float64{1e-3, 1, 1e3, 1e6} {
			for _, rows := range []int{1, 2, chunkRows + 5} {
				sigma := h * ratio
				rng := Stream(1, "plain sums", nil, math.Float64bits(h*ratio)+uint64(rows))
				const d = 12
				s, x := twins(t, 150, d, rows, h, sigma, rng)
				v := scatter(rows, d, rng)
				logs := make([]float64, rows)
				den, jv := mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil)
				s.LogDensity(logs, x, sigma)
				s.Linearize(den, x, sigma)(jv, v)
				only := mat.NewDense(rows, d, nil)
				s.Denoise(only, x, sigma)
				if !mat.Equal(only, den) {
					t.Fatalf("Denoise and Linearize differ")
				}
				deviation := math.Hypot(h, sigma)
				for i := range rows {
					log, denoised, product := plainly(s, x.RawRowView(i), v.RawRowView(i), sigma)
					// Points are taken from the centre of the set, which rounds them by up to eps
					// times their distance, 2 sqrt(d) or 2 deviation: so much of a deviation times 2
					// sqrt(d) deviations, twice; and the products may be off by 1e-11 in a log weight.
					size := 2 * math.Sqrt(d) * (1 + deviation)
					tolerance := 4e-11 + 8*machine*size/deviation*2*math.Sqrt(d)
					agree(t, "log density", logs[i], log, tolerance+1e-14*math.Abs(log))
					for j := range d {
						// Weights are off by the tolerance, times differences of points that share the
						// weight: up to 12 deviations, and for the Jacobian their squares, in deviations.
						agree(t, "denoised", den.At(i, j), denoised[j], 12*tolerance*min(deviation, 1)+8*machine*(size+5))
						agree(t, "jacobian", jv.At(i, j), product[j], 144*math.Sqrt(d)*tolerance)
					}
				}
			}
		}
	}
}

// TestMixtureAgainstReference takes mixtures of enough components in enough
// clusters and frames, and batches of enough rows, that all paths are taken.
// Condition numbers stay below 1e3.
func TestMixtureAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 5).Draw(t, "d")
		var weights []float64
		var parts []*Gaussian
		for range rapid.IntRange(1, 4).Draw(t, "clusters") {
			g := drawGaussian(t, d, true, rng)
			for range rapid.IntRange(1, 12).Draw(t, "components") {
				parts = append(parts, &Gaussian{normals(d, rng), g.cov})
				weights = append(weights, rng.Float64())
			}
		}
		m, err := NewMixture(weights, parts)
		if err != nil {
			t.Fatal(err)
		}
		rows := rapid.SampledFrom([]int{1, 2, 3, chunkRows + 1}).Draw(t, "rows")
		sigma := rapid.Float64Range(0.2, 5).Draw(t, "sigma")
		x := mat.NewDense(rows, d, nil)
		m.Sample(x, rng)
		ref := referenceOf(m)
		logs := make([]float64, rows)
		den, jv, v := mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil), scatter(rows, d, rng)
		m.LogDensity(logs, x, sigma)
		m.Linearize(den, x, sigma)(jv, v)
		for i := range rows {
			want := ref.logDensity(x.RawRowView(i), sigma)
			agree(t, "log density", logs[i], want, 1e-10*(1+math.Abs(want)))
			mean, jacobian := ref.denoise(x.RawRowView(i), sigma)
			var product mat.VecDense
			product.MulVec(jacobian, v.RowView(i))
			for j := range d {
				agree(t, "denoised", den.At(i, j), mean.AtVec(j), 1e-10)
				agree(t, "jacobian", jv.At(i, j), product.AtVec(j), 1e-9)
			}
		}
	})
}

// TestDeterministic: what is computed does not depend on the number of cores, to
// the last bit, nor, but for rounding, on the other rows of the batch; and
// destinations may be sources.
func TestDeterministic(t *testing.T) {
	rng := Stream(1, "deterministic", nil, 0)
	const rows, d = 5*chunkRows + 7, 12
	s, x := twins(t, 150, d, rows, 0.1, 0.3, rng)
	c := condition(t, s, measurement(t, scatter(3, d, rng), 0.5))
	y := normals(3, rng)
	v := scatter(rows, d, rng)
	type result struct{ den, jv, draws *mat.Dense }
	run := func(cores int) result {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		law := c.Given(y).(*Mixture)
		r := result{mat.DenseCopyOf(x), mat.DenseCopyOf(v), mat.NewDense(rows, d, nil)}
		law.Linearize(r.den, r.den, 0.3)(r.jv, r.jv)
		law.Sample(r.draws, Stream(1, "draws", nil, 0))
		return r
	}
	first := run(1)
	for _, cores := range []int{2, 3, 8} {
		r := run(cores)
		if !mat.Equal(first.den, r.den) || !mat.Equal(first.jv, r.jv) || !mat.Equal(first.draws, r.draws) {
			t.Errorf("%d cores and one core give different bits", cores)
		}
	}
	den, jv := mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil)
	jacobian := c.Given(y).(*Mixture).Linearize(den, x, 0.3)
	jacobian(jv, v)
	if !mat.Equal(den, first.den) || !mat.Equal(jv, first.jv) {
		t.Errorf("in place and out of place differ")
	}
	for i := range rows {
		one := mat.NewDense(1, d, nil)
		c.Given(y).(*Mixture).Denoise(one, mat.NewDense(1, d, x.RawRowView(i)), 0.3)
		for j := range d {
			// Log weights are good to 1e-11, points within 10.
			agree(t, "one row", one.At(0, j), den.At(i, j), 2e-10)
		}
	}
}
