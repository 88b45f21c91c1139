package reduction

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// drawCoset draws a coset, and a centre and variance for it over many scales.
func drawCoset(t *rapid.T) (c *coset, mu, v float64) {
	eps := rapid.Float64Range(0.05, 3).Draw(t, "eps")
	parity := rapid.IntRange(0, 1).Draw(t, "parity")
	mu = rapid.OneOf(rapid.Float64Range(-4, 4), rapid.Float64Range(-400, 400)).Draw(t, "mu")
	v = math.Exp(rapid.Float64Range(-30, 4).Draw(t, "log v"))
	return newCoset(eps, parity), mu, v
}

// exactLogSum sums over the coset with 200 bits.
func exactLogSum(c *coset, mu, v float64) float64 {
	// Sum relative to the nearest point, whose exponent is added at the end, so that
	// float64 exponentials of the small differences suffice: they are computed from
	// products exact to 200 bits.
	precise := func(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }
	exponent := func(k int) *big.Float {
		z := precise(float64(k))
		z.Mul(z, precise(c.eps))
		z.Sub(z, precise(mu))
		z.Mul(z, z)
		z.Quo(z, precise(2*v))
		return z.Neg(z)
	}
	nearest, half := c.window(mu, v)
	half += 50
	top := exponent(nearest)
	sum := 0.0
	for j := -half; j <= half; j++ {
		e := exponent(nearest + 2*j)
		d, _ := e.Sub(e, top).Float64()
		sum += math.Exp(d)
	}
	base, _ := top.Float64()
	return base + math.Log(sum)
}

// TestCosetSum compares the log of the coset sum with one in 200 bits. The claim is
// an error below 1e-14 where the log is of order 1, and the rounding of mu, 1e-16
// relative, times the slope (z - mu)/v of the exponent beyond.
func TestCosetSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, mu, v := drawCoset(t)
		want := exactLogSum(c, mu, v)
		got := c.moments(mu, v).logSum
		nearest, _ := c.window(mu, v)
		offset := c.point(nearest) - mu
		slope := math.Abs(offset) / v
		if tolerance := 1e-14 + 4e-16*(math.Abs(want)+slope*(math.Abs(mu)+1)); math.Abs(got-want) > tolerance {
			t.Fatalf("log sum %v, want %v: off by %.2g, tolerance %.2g", got, want, got-want, tolerance)
		}
	})
}

// TestPrimalMeetsDual: where both series have few terms they agree in all moments.
// The dual mean is mu + v S'/S with S'/S of order pi/eps, so rounding is v pi/eps
// times 1e-15, and squared for the variance.
func TestPrimalMeetsDual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, mu, _ := drawCoset(t)
		deviation := c.eps * rapid.Float64Range(0.7, 4).Draw(t, "deviation/eps")
		v := deviation * deviation
		p, d := c.primal(mu, v), c.dual(mu, v)
		scale := 1 + math.Abs(mu) + v*math.Pi/c.eps
		if math.Abs(p.logSum-d.logSum) > 1e-14*(1+math.Abs(mu)/c.eps) {
			t.Errorf("log sum: primal %v, dual %v", p.logSum, d.logSum)
		}
		if math.Abs(p.mean-d.mean) > 1e-14*scale*(1+math.Abs(mu)/c.eps) {
			t.Errorf("mean: primal %v, dual %v", p.mean, d.mean)
		}
		if math.Abs(p.variance-d.variance) > 1e-13*scale*scale*(1+math.Abs(mu)/c.eps) {
			t.Errorf("variance: primal %v, dual %v", p.variance, d.variance)
		}
	})
}

// TestCosetDenoiser compares mean and variance with derivatives of the log density
// (Tweedie): D = x + sigma^2 (log p)', Var = sigma^2 (1 + sigma^2 (log p)”). Central
// differences of step h err by h^2 times a third derivative of order 1/sigma^3 and
// rounding 1e-15/h.
func TestCosetDenoiser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCoset(rapid.Float64Range(0.2, 1.5).Draw(t, "eps"), rapid.IntRange(0, 1).Draw(t, "parity"))
		sigma := math.Exp(rapid.Float64Range(-2, 3).Draw(t, "log sigma"))
		x := rapid.Float64Range(-5, 5).Draw(t, "x")
		h := 1e-3 * min(sigma, 1)
		mean, variance := c.denoise(x, sigma)
		low, mid, high := c.logDensity(x-h, sigma), c.logDensity(x, sigma), c.logDensity(x+h, sigma)
		s2 := sigma * sigma
		if got := x + s2*(high-low)/(2*h); math.Abs(got-mean) > 1e-3*(1+s2*1e-6) {
			t.Errorf("mean %v, by differences %v", mean, got)
		}
		if got := s2 * (1 + s2*(high-2*mid+low)/(h*h)); math.Abs(got-variance) > 1e-2*(1+s2*s2*1e-5) {
			t.Errorf("variance %v, by differences %v", variance, got)
		}
	})
}

// TestCosetDensityIntegratesToOne by the trapezoid rule, whose error for a smooth
// density with steps of sigma/20 is far below 1e-10.
func TestCosetDensityIntegratesToOne(t *testing.T) {
	for _, eps := range []float64{0.1, 0.4, 1, 3} {
		for parity := range 2 {
			for _, sigma := range []float64{0.02, 0.3, 1, 20} {
				c := newCoset(eps, parity)
				step, reach := sigma/20, 12*math.Hypot(1, sigma)
				sum := 0.0
				for x := -reach; x <= reach; x += step {
					sum += math.Exp(c.logDensity(x, sigma)) * step
				}
				if math.Abs(sum-1) > 1e-9 {
					t.Errorf("eps %v, parity %d, sigma %v: density integrates to %v", eps, parity, sigma, sum)
				}
			}
		}
	}
}

// TestCosetDraws compares draws, free and given a noisy observation, with the exact
// probabilities by a chi-square test over the points with at least 10 expected.
// It fails by chance with probability 1e-9 for each of the 48 cases. With 20,000 draws
// a point whose probability is off by 0.05 adds 250 to the statistic and is seen.
func TestCosetDraws(t *testing.T) {
	const n = 20000
	rng := rand.New(rand.NewPCG(1, 1))
	for _, eps := range []float64{0.1, 0.4, 1.5, 6} {
		for parity := range 2 {
			c := newCoset(eps, parity)
			for _, given := range []struct{ x, sigma float64 }{{0, math.Inf(1)}, {0.7, 0.05}, {-1.1, 0.5}, {30, 40}, {0.3, 1}, {5, 0.3}} {
				mu, v := 0.0, 1.0
				draw := func() int { return c.draw(rng) }
				if !math.IsInf(given.sigma, 1) {
					mu, v = smoothedCentre(given.x, given.sigma)
					draw = func() int { return c.drawGiven(mu, v, rng) }
				}
				counts := map[int]int{}
				for range n {
					k := draw()
					if (k-parity)%2 != 0 {
						t.Fatalf("draw %d has the wrong parity", k)
					}
					counts[k]++
				}
				statistic, cells, rest, restCount := 0.0, 0, 1.0, n
				logSum := exactLogSum(c, mu, v)
				for k := -800 + parity; k <= 800; k += 2 {
					z := c.point(k) - mu
					p := math.Exp(-z*z/(2*v) - logSum)
					if n*p < 10 {
						continue
					}
					difference := float64(counts[k]) - n*p
					statistic += difference * difference / (n * p)
					cells++
					rest -= p
					restCount -= counts[k]
				}
				if n*rest > 10 {
					difference := float64(restCount) - n*rest
					statistic += difference * difference / (n * rest)
					cells++
				}
				if cells < 2 {
					continue
				}
				if p := (distuv.ChiSquared{K: float64(cells - 1), Src: rng}).Survival(statistic); p < 1e-9 {
					t.Errorf("eps %v, parity %d, given %v: chi-square %.1f on %d cells, p = %.2g", eps, parity, given, statistic, cells, p)
				}
			}
		}
	}
}
