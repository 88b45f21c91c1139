package spec

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

// forms are those that a tolerance can be tested by.
var forms = []Form{Definition12, Definition13, Definition15, Joint}

func drawTolerance(t *rapid.T) (tolerance Tolerance, h float64) {
	h = math.Exp(rapid.Float64Range(-5, 5).Draw(t, "log h"))
	tau := h * rapid.OneOf(rapid.Just(0.), rapid.Float64Range(0, 6)).Draw(t, "tau/h")
	delta := rapid.Float64Range(0, 0.999).Draw(t, "delta")
	return Tolerance{tau, delta, rapid.SampledFrom(forms).Draw(t, "form")}, h
}

// TestToleranceAttained: the extremal sampler attains both bounds. The posterior is a point of mass
// 1 - delta and another, far away, of mass delta; the sampler moves the first by tau and the
// second to a third place, and by Definition 1.5 gives nothing right at a share delta of y. What
// its law then shares with the posterior, and a pair with the swapped pair, is integrated: in
// units of h with t = tau/h the smaller of phi(x) and phi(x - t) has a kink at t/2, and the
// smaller of phi(x) phi(x' - t) and phi(x - t) phi(x') is the first where x' < x, so that the
// integral is 2 int phi(x) Phi(x - t) dx. 400 Gauss-Legendre nodes on a smooth piece
// integrate a Gaussian over 20 deviations to better than 1e-12.
func TestToleranceAttained(t *testing.T) {
	phi, Phi := distuv.UnitNormal.Prob, distuv.UnitNormal.CDF
	rapid.Check(t, func(t *rapid.T) {
		tolerance, h := drawTolerance(t)
		shift := tolerance.Tau / h
		lower := func(x float64) float64 { return min(phi(x), phi(x-shift)) }
		shared := quad.Fixed(lower, -20, shift/2, 400, nil, 0) + quad.Fixed(lower, shift/2, 20+shift, 400, nil, 0)
		swapped := 2 * quad.Fixed(func(x float64) float64 { return phi(x) * Phi(x-shift) }, -20, 20+shift, 400, nil, 0)
		good, kept := 1., 1-tolerance.Delta
		if tolerance.Form == Definition15 {
			good = 1 - tolerance.Delta
		}
		if got, want := tolerance.TotalVariation(h), 1-good*kept*shared; math.Abs(got-want) > 1e-10 {
			t.Fatalf("total variation at most %v, attained %v", got, want)
		}
		if got, want := tolerance.Asymmetry(h, 1), (1-good*kept*kept*swapped)/2; math.Abs(got-want) > 1e-10 {
			t.Fatalf("asymmetry of a pair at most %v, attained %v", got, want)
		}
	})
}

// TestToleranceBounds: no law within a tolerance exceeds the bounds. The posterior is a random
// mixture of points on a line; the sampler moves a random share delta of it anywhere and
// the rest by at most tau either way. The densities smoothed by N(0, 1) are summed on a grid of
// 0.1, of which the error is well below 1e-3 (the second derivatives are below 1/2). A
// factor that is 1 % too small for the extremal law fails [TestToleranceAttained].
func TestToleranceBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tau, delta := rapid.Float64Range(0, 4).Draw(t, "tau"), rapid.Float64Range(0, 1).Draw(t, "delta")
		const low, step, nodes = -16, 0.1, 321
		p, q := make([]float64, nodes), make([]float64, nodes)
		points := rapid.IntRange(1, 3).Draw(t, "points")
		for range points {
			at := rapid.Float64Range(-5, 5).Draw(t, "at")
			moved := at + tau*rapid.Float64Range(-1, 1).Draw(t, "move")
			anywhere := rapid.Float64Range(-9, 9).Draw(t, "anywhere")
			for i := range nodes {
				x := low + step*float64(i)
				p[i] += step * distuv.UnitNormal.Prob(x-at) / float64(points)
				q[i] += step * ((1-delta)*distuv.UnitNormal.Prob(x-moved) + delta*distuv.UnitNormal.Prob(x-anywhere)) / float64(points)
			}
		}
		variation, asymmetry := 0., 0.
		for i := range nodes {
			variation += math.Abs(p[i]-q[i]) / 2
			for j := range nodes {
				asymmetry += math.Abs(p[i]*q[j]-q[i]*p[j]) / 4
			}
		}
		tolerance := Tolerance{tau, min(delta, 1-1e-9), Definition12}
		if bound := tolerance.TotalVariation(1); variation > bound+1e-3 {
			t.Fatalf("total variation %v exceeds %v", variation, bound)
		}
		if bound := tolerance.Asymmetry(1, 1); asymmetry > bound+1e-3 {
			t.Fatalf("asymmetry %v exceeds %v", asymmetry, bound)
		}
	})
}

// TestAsymmetryOfPools: a draw of a random law q among n of p, on three atoms, enumerated, is as
// near as the bound says to the pool of p alone or to the one in which q's place is
// chosen at random: the two exchangeable laws of the proof. Rounding is the only tolerance.
func TestAsymmetryOfPools(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		law := func(name string) (p [3]float64) {
			total := 0.
			for i := range p {
				p[i] = rapid.Float64Range(0, 1).Draw(t, name)
				total += p[i]
			}
			for i := range p {
				p[i] = (p[i] + 1e-9) / (total + 3e-9)
			}
			return p
		}
		p, q := law("p"), law("q")
		n := rapid.IntRange(1, 4).Draw(t, "n")
		eta := 0.
		for i := range p {
			eta += math.Abs(p[i]-q[i]) / 2
		}
		alone, placed := 0., 0.
		for pool := range int(math.Pow(3, float64(n+1))) {
			atoms := make([]int, n+1)
			exact := 1.
			for i := range atoms {
				atoms[i], pool = pool%3, pool/3
				exact *= p[atoms[i]]
			}
			odd := func(i int) float64 { return exact * q[atoms[i]] / p[atoms[i]] } // q in place i
			mean := 0.
			for i := range atoms {
				mean += odd(i) / float64(n+1)
			}
			alone += math.Abs(odd(0)-exact) / 2
			placed += math.Abs(odd(0)-mean) / 2
		}
		bound := Tolerance{0, min(eta, 1-1e-12), Definition12}.Asymmetry(0, n)
		if nearest := min(alone, placed); nearest > bound+1e-9 {
			t.Fatalf("%d exact draws: %v from exchangeable, want at most %v", n, nearest, bound)
		}
	})
}

// TestToleranceForms: failures spread over y in any way are within the joint bounds at
// their mean; Definition 1.5 is one such way, within the joint form at Failure; and the joint form
// at delta is within Definition 1.5 at sqrt(delta), by Markov. No form is Definition 1.5, and no
// pool is further from exchangeable than its odd draw is from the others.
func TestToleranceForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tolerance, h := drawTolerance(t)
		n := rapid.IntRange(1, 20).Draw(t, "n")
		both := func(delta float64, form Form) (variation, asymmetry float64) {
			u := Tolerance{tolerance.Tau, delta, form}
			return u.TotalVariation(h), u.Asymmetry(h, n)
		}
		within := func(what string, variation, asymmetry, delta float64, form Form) {
			v, a := both(delta, form)
			if variation > v+1e-12 || asymmetry > a+1e-12 {
				t.Fatalf("%s: total variation %v and asymmetry %v, want at most %v and %v", what, variation, asymmetry, v, a)
			}
		}
		rates := rapid.SliceOfN(rapid.Float64Range(0, 0.999), 1, 5).Draw(t, "rates at y")
		rate, variation, asymmetry := 0., 0., 0.
		for _, r := range rates {
			v, a := both(r, Definition12)
			rate += r / float64(len(rates))
			variation += v / float64(len(rates))
			asymmetry += a / float64(len(rates))
		}
		within("spread over y", variation, asymmetry, rate, Joint)
		paper := Tolerance{tolerance.Tau, tolerance.Delta, Definition15}
		within("definition 1.5", paper.TotalVariation(h), paper.Asymmetry(h, n), paper.Failure(), Joint)
		if want := tolerance.Delta + (1-tolerance.Delta)*tolerance.Delta; math.Abs(paper.Failure()-want) > 1e-12 {
			t.Fatalf("failure %v by definition 1.5, want %v", paper.Failure(), want)
		}
		if v, a := both(tolerance.Delta, ""); v != paper.TotalVariation(h) || a != paper.Asymmetry(h, n) {
			t.Fatalf("no form: total variation %v and asymmetry %v, want those of definition 1.5", v, a)
		}
		if v, a := both(tolerance.Delta, tolerance.Form); a > v+1e-12 {
			t.Fatalf("asymmetry %v, want at most the total variation %v", a, v)
		}
		v, a := both(tolerance.Delta, Joint)
		within("joint", v, a, math.Sqrt(tolerance.Delta), Definition15)
	})
}

// TestToleranceOn: which definition a tolerance is read by, and which it cannot be.
func TestToleranceOn(t *testing.T) {
	prior, err := NewIsotropic([]float64{0, 0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewLinear(mat.NewDense(1, 2, []float64{1, 0}), 1)
	if err != nil {
		t.Fatal(err)
	}
	problem := func(m Measurement) *Problem {
		p, err := NewProblem("some", prior, m)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	measured, unmeasured := problem(m), problem(Unmeasured(2))
	for _, test := range []struct {
		form  Form
		on    *Problem
		local bool
		want  Form // empty for a mistake
	}{
		{"", measured, false, Definition15},
		{"", measured, true, Definition12},
		{"", unmeasured, false, Definition13},
		{"", unmeasured, true, Definition13},
		{Joint, measured, false, Joint},
		{Joint, measured, true, ""},
		{Joint, unmeasured, false, Definition13},
		{Definition15, measured, false, Definition15},
		{Definition15, measured, true, ""},
		{Definition15, unmeasured, false, ""},
		{Definition13, unmeasured, false, Definition13},
		{Definition13, measured, false, ""},
		{Definition12, measured, true, Definition12},
		{Definition12, measured, false, ""},
		{"loose", measured, false, ""},
	} {
		got, err := Tolerance{0.1, 0.2, test.form}.On(test.on, test.local)
		if (err == nil) != (test.want != "") || err == nil && got != (Tolerance{0.1, 0.2, test.want}) {
			t.Errorf("%+v: got %+v, %v", test, got, err)
		}
	}
	if got, err := (Tolerance{Form: Joint}).On(measured, true); err != nil || got != (Tolerance{}) {
		t.Errorf("exact: got %+v, %v", got, err)
	}
	if got := (Tolerance{Form: Definition15}).Asymmetry(0, 3); got != 0 {
		t.Errorf("exact: asymmetry %v", got)
	}
}

// TestToleranceCheck: numbers out of range are named with the range.
func TestToleranceCheck(t *testing.T) {
	for _, good := range []Tolerance{{}, {Tau: maxTau}, {Delta: 0.999}, {Form: Joint}} {
		if err := good.Check(); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, v := range []float64{-1, math.NaN(), math.Inf(1), 1e101} {
		if err := (Tolerance{Tau: v}).Check(); err == nil || !strings.Contains(err.Error(), "tau is") || !strings.Contains(err.Error(), "a distance from 0 to 1e+100, in the units of x") {
			t.Errorf("tau %v: %v", v, err)
		}
	}
	for _, v := range []float64{-0.1, math.NaN(), 1} {
		if err := (Tolerance{Delta: v}).Check(); err == nil || !strings.Contains(err.Error(), "delta is") || !strings.Contains(err.Error(), "a probability from 0 to below 1") {
			t.Errorf("delta %v: %v", v, err)
		}
	}
}
