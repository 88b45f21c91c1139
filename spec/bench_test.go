package spec

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// reportPace reports the speed of a denoiser: points times components times
// dimensions per second, and floating-point operations per second, counted as the
// 4 for each of those that distances and means take as matrix products.
func reportPace(b *testing.B, rows, components, d int, seconds float64) {
	work := float64(rows) * float64(components) * float64(d) / seconds
	b.ReportMetric(work, "points*comp*dim/s")
	b.ReportMetric(4*work/1e9, "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}

// imagesLike is a data set of the shape of the digits, 1,797 points in 64
// dimensions with pairwise distances of about 5, and rows that are smoothed draws.
func imagesLike(b *testing.B, rows int, sigma float64) (*DataSet, *mat.Dense) {
	rng := Stream(1, "images", nil, 0)
	const n, d, factors = 1797, 64, 10
	points := mat.NewDense(n, d, nil)
	points.Mul(scatter(n, factors, rng), scatter(factors, d, rng))
	points.Scale(0.14, points)
	s, err := NewDataSet(points, 0.05)
	if err != nil {
		b.Fatal(err)
	}
	x := mat.NewDense(rows, d, nil)
	s.Sample(x, rng)
	noise := scatter(rows, d, rng)
	noise.Scale(sigma, noise)
	x.Add(x, noise)
	return s, x
}

// BenchmarkDataSet reports, besides the pace, the speed as a share of that of the
// two matrix products alone. Both are on one core and take turns, and the least time
// of each counts, so that what else the machine does matters little.
func BenchmarkDataSet(b *testing.B) {
	for _, rows := range []int{1, 9, 32, 256} {
		for _, sigma := range []float64{0.05, 0.5, 5} {
			s, x := imagesLike(b, rows, sigma)
			n, d := s.Points().Dims()
			dst := mat.NewDense(rows, d, nil)
			b.Run(fmt.Sprintf("denoise/rows=%d/sigma=%v", rows, sigma), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				b.ReportAllocs()
				weights := mat.NewDense(rows, n, nil)
				for i := range weights.RawMatrix().Data {
					weights.RawMatrix().Data[i] = 1. / 1797
				}
				least := func(least *time.Duration, f func()) {
					start := time.Now()
					f()
					*least = min(*least, time.Since(start))
				}
				ours, products := time.Hour, time.Hour
				for b.Loop() {
					least(&ours, func() { s.Denoise(dst, x, sigma) })
					least(&products, func() {
						blas64.Gemm(blas.NoTrans, blas.Trans, 1, x.RawMatrix(), s.Points().RawMatrix(), 0, weights.RawMatrix())
						blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, weights.RawMatrix(), s.Points().RawMatrix(), 0, dst.RawMatrix())
					})
				}
				reportPace(b, rows, n, d, ours.Seconds())
				b.ReportMetric(products.Seconds()/ours.Seconds(), "products/denoise")
			})
			b.Run(fmt.Sprintf("linearize/rows=%d/sigma=%v", rows, sigma), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Linearize(dst, x, sigma)(dst, x)
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}

// BenchmarkDataSetPosterior is one call of an exact sampler: the posterior of one y,
// and draws from it.
func BenchmarkDataSetPosterior(b *testing.B) {
	s, _ := imagesLike(b, 1, 1)
	n, d := s.Points().Dims()
	a := mat.NewDense(32, d, nil)
	for i := range 32 {
		a.Set(i, i, 1)
	}
	m, err := NewLinear(a, 0.1)
	if err != nil {
		b.Fatal(err)
	}
	c, err := s.Condition(m)
	if err != nil {
		b.Fatal(err)
	}
	rng := Stream(1, "posterior", nil, 0)
	x, y := make([]float64, d), make([]float64, 32)
	for _, draws := range []int{1, 9, 64} {
		b.Run(fmt.Sprintf("draws=%d", draws), func(b *testing.B) {
			b.ReportAllocs()
			dst := mat.NewDense(draws, d, nil)
			kept := 0
			for b.Loop() {
				(&Problem{prior: s, given: m}).Draw(x, y, rng)
				law := c.Given(y).(*Mixture)
				law.Sample(dst, rng)
				kept += law.Len()
			}
			b.ReportMetric(float64(kept)/float64(b.N)/float64(n), "points/point")
		})
	}
}

// BenchmarkMixture takes the benchmark of 25 components in 8, 80 and 800
// dimensions, as a prior (one isotropic covariance) and as the posterior of one measured
// row, and a mixture of 25 full covariances.
func BenchmarkMixture(b *testing.B) {
	const components, rows = 25, 32
	rng := Stream(1, "mixture", nil, 0)
	for _, d := range []int{8, 80, 800} {
		var weights []float64
		var round, full []*Gaussian
		for i := -2; i <= 2; i++ {
			for j := -2; j <= 2; j++ {
				mean := make([]float64, d)
				for k := 0; k < d; k += 2 {
					mean[k], mean[k+1] = float64(-8*i), float64(-8*j)
				}
				g, err := NewIsotropic(mean, 1)
				if err != nil {
					b.Fatal(err)
				}
				round = append(round, g)
				weights = append(weights, 1)
				if d <= 80 {
					l := scatter(d, d, rng)
					var cov mat.Dense
					cov.Mul(l, l.T())
					if g, err = NewGaussian(mean, symmetric(&cov)); err != nil {
						b.Fatal(err)
					}
					full = append(full, g)
				}
			}
		}
		prior, err := NewMixture(weights, round)
		if err != nil {
			b.Fatal(err)
		}
		m, err := NewLinear(scatter(1, d, rng), 0.1)
		if err != nil {
			b.Fatal(err)
		}
		x, y := mat.NewDense(rows, d, nil), make([]float64, 1)
		c, err := prior.Condition(m)
		if err != nil {
			b.Fatal(err)
		}
		laws := map[string]*Mixture{"prior": prior}
		prior.Sample(x, rng)
		m.Measure(y, x.RawRowView(0), rng)
		laws["posterior"] = c.Given(y).(*Mixture)
		if len(full) > 0 {
			if laws["full"], err = NewMixture(weights, full); err != nil {
				b.Fatal(err)
			}
		}
		for _, name := range []string{"prior", "posterior", "full"} {
			law := laws[name]
			if law == nil {
				continue
			}
			dst := mat.NewDense(rows, d, nil)
			b.Run(fmt.Sprintf("denoise/%s/d=%d", name, d), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					law.Denoise(dst, x, 5)
				}
				reportPace(b, rows, law.Len(), d, b.Elapsed().Seconds()/float64(b.N))
			})
			b.Run(fmt.Sprintf("linearize/%s/d=%d", name, d), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					law.Linearize(dst, x, 5)(dst, x)
				}
				b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
