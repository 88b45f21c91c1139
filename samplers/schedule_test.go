package samplers

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// relative reports whether got is within a relative rounding error of tol of want.
func relative(got, want, tol float64) bool {
	return math.Abs(got-want) <= tol*math.Abs(want)
}

func TestKarrasGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		narrow := math.Pow(10, rapid.Float64Range(-12, 6).Draw(t, "log10 sigma min"))
		ratio := math.Pow(10, rapid.Float64Range(0.1, 16).Draw(t, "log10 ratio"))
		steps := rapid.IntRange(1, 100).Draw(t, "steps")
		sigmas := karras(narrow*ratio, narrow, steps)
		// Seventh powers of seventh roots: some 10 roundings, 1e-14 at most.
		const tol = 1e-14
		if len(sigmas) != steps+1 || !relative(sigmas[0], narrow*ratio, tol) || sigmas[steps] != 0 {
			t.Fatalf("karras(%v, %v, %d) = %v", narrow*ratio, narrow, steps, sigmas)
		}
		if steps > 1 && !relative(sigmas[steps-1], narrow, tol) {
			t.Fatalf("the last level above 0 is %v, want %v", sigmas[steps-1], narrow)
		}
		for i, s := range sigmas[1:] {
			if !(s < sigmas[i]) {
				t.Fatalf("level %d is %v, after %v", i+1, s, sigmas[i])
			}
		}
	})
}

// The published figure: alpha-bar at the end of the DDPM schedule is 4.036e-5, to
// the digits given.
func TestVariancePreservingIsDDPM(t *testing.T) {
	levels := variancePreserving(1000)
	alphaBar := 1.0
	for k := range 1000 {
		alphaBar *= 1 - (1e-4 + (0.02-1e-4)*float64(k)/999)
		l := levels[k+1]
		// A product of 1,000 rounded factors is good to 1000 * 2^-53 = 1.1e-13.
		if !relative(l.signal*l.signal, alphaBar, 1e-12) || !relative(l.noise*l.noise, 1-alphaBar, 1e-9) {
			t.Fatalf("step %d: %+v, want alpha-bar %v", k+1, l, alphaBar)
		}
	}
	if math.Abs(alphaBar-4.036e-5) > 0.0005e-5 {
		t.Errorf("alpha-bar ends at %v, want 4.036e-5", alphaBar)
	}
}

func TestVariancePreservingOfAnyLength(t *testing.T) {
	end := variancePreserving(1000)[1000]
	for _, steps := range []int{1, 2, 7, 19, 100, 333, 999, 1001, 1500, 10_000} {
		levels := variancePreserving(steps)
		if levels[0] != (level{1, 0}) || levels[steps] != end {
			t.Errorf("%d steps: from %v to %v, want from no noise to %v", steps, levels[0], levels[steps], end)
		}
		for i, l := range levels[1:] {
			if !(l.noise > levels[i].noise && l.signal < levels[i].signal) {
				t.Fatalf("%d steps: level %d is %+v, after %+v", steps, i+1, l, levels[i])
			}
			if sum := l.signal*l.signal + l.noise*l.noise; math.Abs(sum-1) > 1e-15 {
				t.Fatalf("%d steps: level %d: signal^2 + noise^2 = %v", steps, i+1, sum)
			}
		}
	}
	// A shorter schedule visits levels of the full one where their times agree.
	full, tenth := variancePreserving(1000), variancePreserving(100)
	for i, l := range tenth {
		if l != full[10*i] {
			t.Errorf("level %d of 100 is %v, want %v", i, l, full[10*i])
		}
	}
}

// moveByDDIM moves x from a level to a lower one towards x0, as [towards] does, and returns the
// deviation of the noise that it leaves to be added: with the noise of no stream there is none.
func moveByDDIM(x, x0 []float64, from, to level, eta float64) (deviation float64) {
	b := &batch{denoiser: fixed(x0), x: mat.NewDense(1, len(x), x), clean: mat.NewDense(1, len(x), nil), scratch: mat.NewDense(1, len(x), nil)}
	towards(ddim(eta))(b, from, to)
	_, deviation = ddim(eta)(from, to)
	return deviation
}

// fixed is a denoiser that knows the clean point.
type fixed []float64

func (f fixed) Dim() int                  { return len(f) }
func (f fixed) Scale() (float64, float64) { return 1, 1 }
func (f fixed) Denoise(dst, _ *mat.Dense, _ float64) {
	rows, _ := dst.Dims()
	for i := range rows {
		dst.SetRow(i, f)
	}
}
func (f fixed) Linearize(dst, x *mat.Dense, sigma float64) func(dst, v *mat.Dense) {
	f.Denoise(dst, x, sigma)
	return func(dst, _ *mat.Dense) { dst.Zero() }
}

// Second route to the ancestral step: the coefficients as Ho et al. 2020 write
// them (equation 7), with betas and alpha-bars.
func TestDescendIsTheAncestralStepOfDDPM(t *testing.T) {
	for _, steps := range []int{1, 10, 1000} {
		levels := variancePreserving(steps)
		for i := 1; i <= steps; i++ {
			hi, lo := levels[i], levels[i-1]
			bar, barBefore := hi.signal*hi.signal, lo.signal*lo.signal
			beta := 1 - bar/barBefore
			wantX0 := lo.signal * beta / (1 - bar)
			wantX := math.Sqrt(1-beta) * (1 - barBefore) / (1 - bar)
			wantVar := (1 - barBefore) / (1 - bar) * beta
			onX0, onX := []float64{0, 0}, []float64{0, 1}
			deviation := moveByDDIM(onX0, []float64{1, 0}, hi, lo, 1)
			moveByDDIM(onX, []float64{0, 0}, hi, lo, 1)
			// 1 - bar loses up to four digits at the first levels, where bar is 1 - 1e-4,
			// and beta as many: 1e-16 * 1e4 * 1e4 in the worst products.
			const tol = 1e-8
			if !relative(onX0[0], wantX0, tol) || math.Abs(onX[1]-wantX) > tol || math.Abs(deviation*deviation-wantVar) > tol*wantVar+1e-300 {
				t.Fatalf("%d steps, step %d: x0 %v, x %v, variance %v; want %v, %v, %v",
					steps, i, onX0[0], onX[1], deviation*deviation, wantX0, wantX, wantVar)
			}
		}
	}
}

// With the true x0 and the true noise, a step of any eta takes
// signal x0 + noise n of one level to the law of the next: the mean is exact
// and what remains of n, squared, plus the fresh variance is the new noise^2.
func TestDescendKeepsTheMarginals(t *testing.T) {
	levels := variancePreserving(50)
	rapid.Check(t, func(t *rapid.T) {
		i := rapid.IntRange(1, 50).Draw(t, "level")
		eta := rapid.Float64Range(0, 1).Draw(t, "eta")
		hi, lo := levels[i], levels[i-1]
		x := []float64{hi.signal * 3, hi.signal*3 + hi.noise}
		deviation := moveByDDIM(x, []float64{3, 3}, hi, lo, eta)
		kept := x[1] - x[0]
		if !relative(x[0], lo.signal*3, 1e-14) || math.Abs(kept*kept+deviation*deviation-lo.noise*lo.noise) > 1e-13 {
			t.Fatalf("level %d, eta %v: mean %v, noise %v and %v; want %v and a total of %v", i, eta, x[0], kept, deviation, lo.signal*3, lo.noise)
		}
	})
}

// 400 steps without guidance keep the deviation of N(0, c) to 0.05, by the linear
// recursion that they are: what stepBias allows in the tests of DPS and PiGDM.
// With guidance c is the variance of the posterior, at least 0.04 there.
func TestVariancePreservingStepsKeepTheDeviation(t *testing.T) {
	const steps = 400
	levels := variancePreserving(steps)
	for _, c := range []float64{0.04, 0.09, 0.5, 1} {
		for _, eta := range []float64{0, 1} {
			variance := 1.0
			for i := steps; i > 0; i-- {
				sigma := levels[i].sigma()
				x := []float64{1}
				x0 := []float64{c / (c + sigma*sigma) / levels[i].signal}
				fresh := moveByDDIM(x, x0, levels[i], levels[i-1], eta)
				variance = x[0]*x[0]*variance + fresh*fresh
			}
			if factor := math.Sqrt(variance / c); math.Abs(factor-1) > 0.05 {
				t.Errorf("c %v, eta %v: deviation off by %.4f", c, eta, factor-1)
			}
		}
	}
}
