package evidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestCalibrationLimitCovers: the limit, looked at after every tenth of 300 calls, is ever
// below the true error with probability at most 0.05; of 400 runs more than 45 have probability 1e-6 under
// that. The truth is the maximum of the pool with probability 1/4 + 0.1, so that the
// error is known: 0.1.
func TestCalibrationLimitCovers(t *testing.T) {
	const runs, allowed, excess = 400, 45, 0.1
	misses := 0
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 3))
		p := newProcess(1, nil, 3, false, 0)
		for call := range 300 {
			value := []float64{rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64()}
			place := 0
			if rng.Float64() < excess/(1-0.25) { // put the truth on top
				for i, v := range value {
					if v > value[place] {
						place = i
					}
				}
			}
			p.Observe([][]float64{value}, place, rng)
			if call%10 == 9 && p.CalibrationLimit(0, 0.95) < excess {
				misses++
				break
			}
		}
	}
	if misses > allowed {
		t.Errorf("the limit was below the true error in %d of %d runs", misses, runs)
	}
}

// TestCalibrationLimitShrinks: on a right sampler the limit comes down like the
// design's half width of a single threshold, .079 at 1,000 and .026 at 10,000 calls,
// give or take the three thresholds and the noise of the estimate, of deviation 0.016
// and 0.005.
func TestCalibrationLimitShrinks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	p := newProcess(1, nil, 3, false, 0)
	if got := p.CalibrationLimit(0, 0.95); got != 0.75 {
		t.Errorf("limit before the first call is %v, want 0.75, the largest error that three draws allow", got)
	}
	for call := 1; call <= 10000; call++ {
		p.Observe([][]float64{{rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64()}}, 0, rng)
		if call == 1000 || call == 10000 {
			got, want := p.CalibrationLimit(0, 0.95), map[int]float64{1000: 0.079, 10000: 0.026}[call]
			if got < want/2 || got > 2*want {
				t.Errorf("limit after %d calls is %v, want about %v", call, got, want)
			}
		}
	}
}

// logMixture returns the log of the mean over q ~ Beta(1/2, 1/2) of
// (q/p)^k ((1-q)/(1-p))^(n-k), by the midpoint rule for theta where q = sin^2 theta, under
// which the law is uniform; the integrand is smooth and periodic, and the error rounding.
func logMixture(k, n, p float64) float64 {
	const steps = 500
	sum := 0.0
	for i := range steps {
		q := math.Pow(math.Sin((float64(i)+0.5)/steps*math.Pi/2), 2)
		sum += math.Exp(k*math.Log(q/p)+(n-k)*math.Log((1-q)/(1-p))) / steps
	}
	return math.Log(sum)
}

// TestCalibrationLimitIsAUnion: with thresholds T, the limit is the largest distance from
// (j+1)/(L+1) over the ends of T intervals, each of which errs with probability 0.05/T, so that
// together they err with 0.05. Each end is found here by bisection of the mixture integrated
// numerically; the limit is on a grid of 2^-20, rounded outwards. Leaving out the union
// lowers it by a tenth.
func TestCalibrationLimitIsAUnion(t *testing.T) {
	for _, counts := range [][]float64{{30, 5, 10, 5}, {3, 1, 4, 1, 5, 9, 2, 6}, {12, 40}, {0, 0, 25}} {
		ranks, n := len(counts), 0.0
		p := newProcess(1, nil, ranks-1, false, 0)
		for r, c := range counts {
			n += c
			for range int(c) {
				p.Observe([][]float64{ladder(ranks)}, r, rand.New(rand.NewPCG(1, 1)))
			}
		}
		want, k := 0.0, 0.0
		for j := range ranks - 1 {
			k += counts[j]
			right := float64(j+1) / float64(ranks)
			limit := math.Log(float64(ranks-1) / 0.05)
			for _, end := range []float64{0, 1} {
				inside, outside := k/n, end
				for range 60 {
					if middle := (inside + outside) / 2; logMixture(k, n, middle) < limit {
						inside = middle
					} else {
						outside = middle
					}
				}
				want = max(want, math.Abs(inside-right))
			}
		}
		if got := p.CalibrationLimit(0, 0.95); got < want-1e-9 || got > want+0x1p-19 {
			t.Errorf("ranks %v: limit %.7f, want %.7f", counts, got, want)
		}
	}
}

// ladder returns 0, 1, ..., n-1: the member at place r has rank r.
func ladder(n int) (values []float64) {
	for i := range n {
		values = append(values, float64(i))
	}
	return values
}
