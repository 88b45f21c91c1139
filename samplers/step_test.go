package samplers

import (
	"math"
	"testing"

	"assay/spec"

	"gonum.org/v1/gonum/mat"
)

// TestStepsByHand: one step from noise 2 to noise 1 of a prior that is a point at the origin, to which
// every point is denoised, keeps a quarter of x, the ratio of the variances; Euler adds noise of
// deviation sqrt(2^2 - 1^2), the exact bridge half of that, 1/2 sqrt(2^2 - 1^2), and Heun's flow none:
// it keeps a half. The last step, to 0, is the denoised point. Rounding is the only tolerance.
func TestStepsByHand(t *testing.T) {
	prior := must(spec.NewIsotropic([]float64{0, 0}, 0))
	noise := func() streams { return streams{spec.Stream(1, "steps by hand", nil, 0)} }
	z := mat.NewDense(1, 2, nil)
	noise().addNormal(z, 1)
	for method, test := range map[Method]struct{ keep, deviation float64 }{
		Euler:     {0.25, math.Sqrt(3)},
		Ancestral: {0.25, math.Sqrt(3) / 2},
		Heun:      {0.5, 0},
	} {
		x := mat.NewDense(1, 2, []float64{3, -5})
		if err := stepFrom(method, prior, 2, 1).descend(t.Context(), x, noise()); err != nil {
			t.Fatal(err)
		}
		for j, start := range []float64{3, -5} {
			if want := test.keep*start + test.deviation*z.At(0, j); math.Abs(x.At(0, j)-want) > 1e-14 {
				t.Errorf("%s: %v, want %v", method, x.At(0, j), want)
			}
		}
		if err := stepFrom(method, prior, 1, 0).descend(t.Context(), x, noise()); err != nil {
			t.Fatal(err)
		}
		if mat.Norm(x, 2) != 0 {
			t.Errorf("%s: the last step ends at %v", method, x.RawRowView(0))
		}
	}
}

// stepFrom returns the one step of a method from one deviation of the noise to another.
func stepFrom(method Method, prior spec.Denoiser, from, to float64) reversal {
	return reversal{denoiser: prior, levels: varianceExploding([]float64{from, to}), step: steppers[method]}
}

// TestKarrasByTheEquation: the levels are those of Karras et al. 2022, equation 5, with rho = 7, by a
// second route: logarithms. The last before 0 is the lowest that was asked for.
func TestKarrasByTheEquation(t *testing.T) {
	const steps, top, bottom = 18, 80., 0.002
	levels := karras(top, bottom, steps)
	for i := range steps {
		a, b := math.Exp(math.Log(top)/7), math.Exp(math.Log(bottom)/7)
		want := math.Exp(7 * math.Log(a+float64(i)/(steps-1)*(b-a)))
		if math.Abs(levels[i]-want) > 1e-12*want {
			t.Errorf("level %d is %v, want %v", i, levels[i], want)
		}
	}
}

// TestStartsAtTheCentre: of a prior a million deviations from the origin the draws are where it is:
// one of 100 draws of two coordinates is 10 deviations off with probability 2e-21. Noise that started
// round the origin, of some hundred deviations, would leave them thousands off.
func TestStartsAtTheCentre(t *testing.T) {
	prior := must(spec.NewIsotropic([]float64{1e6, -1e6}, 1))
	p := must(spec.NewProblem("far", prior, spec.Unmeasured(2)))
	for _, method := range []Method{Heun, Euler, Ancestral} {
		x := mat.NewDense(100, 2, nil)
		if err := (Diffusion{method, 50}).Sample(t.Context(), x, p, nil, spec.Stream(1, "far", nil, 0)); err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			if math.Abs(x.At(i, 0)-1e6) > 10 || math.Abs(x.At(i, 1)+1e6) > 10 {
				t.Fatalf("%s: draw %d is %v", method, i, x.RawRowView(i))
			}
		}
	}
}
