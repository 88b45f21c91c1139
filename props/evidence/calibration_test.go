package evidence

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestCalibrationLimitCovers: the limit is below the true error at some call of 300
// with probability at most 0.05; of 400 runs more than 45 have probability 1e-6 under
// that. The truth is the maximum of the pool with probability 1/4 + 0.1, so that the
// error is known: 0.1.
func TestCalibrationLimitCovers(t *testing.T) {
	const runs, allowed, excess = 400, 45, 0.1
	misses := 0
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 3))
		p := NewProcess(1, nil, 3, true, 0)
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
	p := NewProcess(1, nil, 3, true, 0)
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

// TestMeanInterval compares the ends with the equation that defines them, integrated
// over q numerically.
func TestMeanInterval(t *testing.T) {
	const n, k, logLimit = 40, 13, 4.0
	logMartingale := func(p float64) float64 {
		const steps = 200000
		sum := 0.0
		for i := range steps {
			theta := (float64(i) + 0.5) / steps * math.Pi / 2 // q = sin^2 theta makes Beta(1/2, 1/2) uniform
			q := math.Pow(math.Sin(theta), 2)
			sum += math.Exp(k*math.Log(q/p)+(n-k)*math.Log((1-q)/(1-p))) / steps
		}
		return math.Log(sum)
	}
	low, high := meanInterval(k, n, logLimit)
	for _, end := range []float64{low, high} {
		if got := logMartingale(end); math.Abs(got-logLimit) > 1e-3 {
			t.Errorf("at the end %v the log martingale is %v, want %v", end, got, logLimit)
		}
	}
	if low, high := meanInterval(0, 0, logLimit); low != 0 || high < 0.999 {
		t.Errorf("interval from nothing is %v to %v, want all of [0, 1]", low, high)
	}
}
