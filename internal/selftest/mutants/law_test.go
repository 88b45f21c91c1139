package mutants

import (
	"flag"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

var measure = flag.Bool("measure", false, "measure how far off every mutant is, by samples (half a minute)")

// TestLaws checks the total variations by draws. It is by how much more often the draws of
// the mutant than those of the posterior lie where the density of the wrong law exceeds
// that of the posterior (Scheffe). The difference of the two hits has a variance below
// 0.6, so by Bernstein's inequality its mean over n = 4,000 calls is off by 0.065 with
// probability below 3e-6 for each mutant. As a negative control the posterior is put in
// the place of the mutant: its difference is 0, and the smallest total variation is 0.07.
func TestLaws(t *testing.T) {
	const n, limit = 4000, 0.065
	known := 0
	for _, m := range List() {
		if m.law == nil {
			continue
		}
		known++
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			tv := meanVariation(t, m)
			byMutant, byControl := scheffe(t, m, n)
			t.Logf("total variation %.3f, by draws %.3f; control %.3f", tv, byMutant, byControl)
			if math.Abs(byMutant-tv) > limit {
				t.Errorf("total variation %.3f, but by draws %.3f", tv, byMutant)
			}
			if math.Abs(byControl) > limit || tv < limit {
				t.Errorf("the control's draws are off by %.3f and cannot be told from the mutant's", byControl)
			}
		})
	}
	if known < 12 {
		t.Errorf("only %d laws are known", known)
	}
}

func meanVariation(t *testing.T, m Mutant) float64 {
	s, err := targetOf(m.Problem, make([]float64, 1))
	if err != nil {
		t.Fatal(err)
	}
	return s.totalVariation(m.law)
}

// scheffe returns, over n calls, by how much more often the draws of the mutant, and those
// of its control, than those of the posterior lie where the wrong density exceeds that
// of the posterior.
func scheffe(t *testing.T, m Mutant, n int) (byMutant, byControl float64) {
	rng := spec.Stream(1, "laws of "+m.Name, m.Problem.Digest(), 0)
	x, y, draw := make([]float64, 1), make([]float64, 1), mat.NewDense(1, 1, nil)
	var p []float64
	for range n {
		m.Problem.Draw(x, y, rng)
		s, err := targetOf(m.Problem, y)
		if err != nil {
			t.Fatal(err)
		}
		g := s.support(150) // cells narrower than every deviation by a third
		if p == nil {
			p = make([]float64, g.n)
		}
		wrong := m.law(s)
		excess := g.density(p, s.log) - g.density(p, wrong)
		hit := func(x float64) float64 {
			if wrong(x)-s.log(x)+excess > 0 {
				return 1 / float64(n)
			}
			return 0
		}
		sample := func(by spec.Sampler) float64 {
			if err := by.Sample(t.Context(), draw, m.Problem, y, rng); err != nil {
				t.Fatal(err)
			}
			return hit(draw.At(0, 0))
		}
		truth := hit(x[0]) // given y, the truth is a draw from the posterior
		byMutant += sample(m.Sampler) - truth
		byControl += sample(m.Control) - truth
	}
	return byMutant, byControl
}

// TestTotalVariation: the rule against the closed form for two Gaussians of one variance
// on the line, 2 Phi(|m - m'|/(2 c)) - 1, here for the means m and m + s. It is good to
// 1e-3, as documented; a shift wrong by 1 percent would change it by 2e-3.
func TestTotalVariation(t *testing.T) {
	s, err := targetOf(line(), []float64{0})
	if err != nil {
		t.Fatal(err)
	}
	const shift = 0.7
	shifted := func(t target) func(float64) float64 {
		return func(x float64) float64 { return t.log(x - shift) }
	}
	c := s.posterior().deviations[0]
	want := math.Erf(shift / (2 * c) / math.Sqrt2)
	if got := s.totalVariation(shifted); math.Abs(got-want) > 1e-3 {
		t.Errorf("total variation %v, want %v", got, want)
	}
	if got := s.totalVariation(powers(1, 1)); got > 1e-12 {
		t.Errorf("total variation of the posterior to itself is %v", got)
	}
}

// TestWasserstein: Gelbrich's formula against its parts. A wrong mean alone costs its
// length; factors whose product commutes with the right one cost the distance of the
// factors; the posterior costs nothing. All hold to rounding, here 1e-7 after a root of
// differences of 1e-15.
func TestWasserstein(t *testing.T) {
	g, err := gaussianOf(correlated())
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, law affine, want func(radius float64) float64) {
		t.Helper()
		got, radius := g.wasserstein(law)
		if math.Abs(got-want(radius)) > 1e-7 {
			t.Errorf("%s: W2 is %v, want %v", what, got, want(radius))
		}
	}
	check("the posterior", g.exact(), func(float64) float64 { return 0 })
	check("another root of it", g.law(root(g.posterior())), func(float64) float64 { return 0 })
	moved := g.exact()
	moved.offset.SetVec(0, moved.offset.AtVec(0)+3)
	moved.offset.SetVec(2, moved.offset.AtVec(2)-4)
	check("a shift", moved, func(float64) float64 { return 5 })
	check("a spread", g.law(scaled(1.5, lower(g.posterior()))), func(radius float64) float64 { return radius / 2 })
	// A wrong gain alone moves the mean by e times the deviations of y around 0.
	gained := g.exact()
	const e = 0.1
	gained.gain.Set(1, 0, gained.gain.At(1, 0)+e)
	var mean mat.VecDense
	mean.MulVec(g.a, g.mean)
	check("a gain", gained, func(float64) float64 { return e * math.Hypot(mean.AtVec(0), math.Sqrt(g.evidence().At(0, 0))) })
}

// TestReports: every mutant names its mechanism in one line and a report, or says that
// there is none, and no two have one name.
func TestReports(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range List() {
		if seen[m.Name] || m.Name != m.Sampler.Name() {
			t.Errorf("%s: named twice, or not like its sampler, %s", m.Name, m.Sampler.Name())
		}
		seen[m.Name] = true
		if m.Mechanism == "" || strings.Contains(m.Mechanism, "\n") {
			t.Errorf("%s: mechanism %q, want one line", m.Name, m.Mechanism)
		}
		if !strings.Contains(m.Report, "#") && !strings.HasPrefix(m.Report, "arXiv:") && m.Report != unreported {
			t.Errorf("%s: report %q, want owner/name#number or arXiv:number", m.Name, m.Report)
		}
	}
	if len(seen) < 45 {
		t.Errorf("%d mutants, want at least 45", len(seen))
	}
}

// TestMeasure: gross mutants stand out from the floor, and their controls do not. With
// 4,000 calls the means of two samples of one law differ along a line by
// sqrt(2/4000) = 0.022 deviations, and W1 by little more. 0.13 is 5.8 of these, which
// happens along one of 38 lines with probability below 1e-6.
func TestMeasure(t *testing.T) {
	for _, m := range List() {
		switch m.Name {
		case "likelihood-ignored", "prior-twice", "component-per-coordinate":
		default:
			continue
		}
		rng := spec.Stream(1, "measure", nil, 0)
		got, err := m.Measure(t.Context(), 4000, rng)
		if err != nil {
			t.Fatal(err)
		}
		m.Sampler = m.Control
		exact, err := m.Measure(t.Context(), 4000, rng)
		if err != nil {
			t.Fatal(err)
		}
		if got.W1 < 0.13 || exact.W1 > 0.13 || got.Floor > 0.13 {
			t.Errorf("%s: W1 %.3f, floor %.3f; exact %.3f", m.Name, got.W1, got.Floor, exact.W1)
		}
	}
}

// TestMeasureAll prints how far off all of them are.
func TestMeasureAll(t *testing.T) {
	if !*measure {
		t.Skip("measures all mutants by samples; run with -measure")
	}
	for _, m := range List() {
		got, err := m.Measure(t.Context(), 5000, spec.Stream(1, "measure", nil, 0))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%-32s W1 %.3f deviations (floor %.3f)  %s", m.Name, got.W1, got.Floor, m.Error)
	}
}
