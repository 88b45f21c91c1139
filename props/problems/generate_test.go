package problems

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/spec"
)

// Whatever is generated can be drawn from, and so can its exact posterior.
func TestGeneratedProblemsAreFinite(t *testing.T) {
	for name, g := range map[string]*rapid.Generator[*spec.Problem]{
		"Any": Any(), "Small": Small(), "Gaussian": Gaussian(), "Mixture": Mixture(), "DataSet": DataSet(),
	} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			p := g.Draw(t, "problem")
			checkFiniteLaw(t, p, spec.Stream(1, "test", p.Digest(), 0))
		}))
	}
}

func TestSmallIsSmall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if d := Small().Draw(t, "problem").Dim(); d > 4 {
			t.Errorf("dimension %d", d)
		}
	})
}

// rapid chooses problems, never noise, so the same choices are the same problem.
func TestGeneratorsDrawNoNoise(t *testing.T) {
	for seed := range 50 {
		a, b := Any().Example(seed), Any().Example(seed)
		if !slices.Equal(a.Digest(), b.Digest()) {
			t.Fatalf("example %d is another problem the second time", seed)
		}
	}
}

// Every oddity that the package promises is met: by its construction in one of 40
// examples or more, so at least 100 of 4,000 are expected, and fewer than 40 have
// probability below 1e-11 (Poisson) were the examples others than the first 4,000.
// An oddity that a change makes impossible, or ten times as rare, is noticed.
func TestOddities(t *testing.T) {
	const examples, least = 4000, 40
	count := map[string]int{}
	g := Any()
	for seed := range examples {
		for oddity, has := range oddities(t, g.Example(seed)) {
			if has {
				count[oddity]++
			} else {
				count[oddity] += 0 // so that one that never occurs is listed
			}
		}
	}
	// A mixture forgets components of weight 0, so these are counted as drawn.
	weights := rapid.Custom(func(t *rapid.T) []float64 {
		w, _, err := drawComponents(t, 1)
		if err != nil {
			t.Fatal(err)
		}
		return w
	})
	for seed := range examples / 4 {
		if slices.Contains(weights.Example(seed), 0) {
			count["weight of exactly 0"]++
		}
	}
	for oddity, n := range count {
		if n < least {
			t.Errorf("%s: %d of %d examples, want at least %d", oddity, n, examples, least)
		}
		t.Logf("%5d  %s", n, oddity)
	}
}

// oddities says which oddities the problem has.
func oddities(t *testing.T, p *spec.Problem) map[string]bool {
	m, _ := p.Linear()
	found := map[string]bool{
		"beta is 1e-6":      m.Beta() == 1e-6,
		"beta is 1e6":       m.Beta() == 1e6,
		"nothing measured":  m.Rows() == 0,
		"one row of many":   m.Rows() == 1 && m.Dim() > 1,
		"more rows than d":  m.Rows() > m.Dim(),
		"one coordinate":    m.Dim() == 1,
		"several of them":   m.Dim() > 4,
		"A has a zero row":  false,
		"A repeats a row":   false,
		"A is of low rank":  false,
		"A is of full rank": false,
	}
	if a := m.A(); a != nil {
		var svd mat.SVD
		if !svd.Factorize(a, mat.SVDNone) {
			t.Fatal("no singular values")
		}
		s := svd.Values(nil)
		found["A is of low rank"] = s[len(s)-1] <= 1e-13*s[0]
		found["A is of full rank"] = s[len(s)-1] > 1e-3*s[0]
		list := rows(a)
		for i, row := range list {
			zero := !slices.ContainsFunc(row, func(v float64) bool { return v != 0 })
			found["A has a zero row"] = found["A has a zero row"] || zero
			for _, other := range list[:i] {
				found["A repeats a row"] = found["A repeats a row"] || !zero && slices.Equal(row, other)
			}
		}
	}
	switch prior := p.Prior().(type) {
	case *spec.Gaussian:
		singular, point := singularity(t, prior)
		found["Gaussian"] = true
		found["Gaussian, singular"] = singular && !point
		found["Gaussian, a point"] = point
		found["Gaussian, regular"] = !singular
		found["Gaussian, far away"] = far(prior.Mean())
	case *spec.Mixture:
		found["mixture"] = true
		found["mixture of one"] = prior.Len() == 1
		atoms := true
		var components []*spec.Gaussian
		for k := range prior.Len() {
			weight, g := prior.Component(k)
			singular, point := singularity(t, g)
			atoms = atoms && point
			found["mixture, singular component"] = found["mixture, singular component"] || singular && !point
			found["mixture, weight near 0"] = found["mixture, weight near 0"] || weight < 1e-10
			found["mixture, far away"] = found["mixture, far away"] || far(g.Mean())
			for _, other := range components {
				same := slices.Equal(g.Mean(), other.Mean()) && mat.Equal(g.Covariance(), other.Covariance())
				found["mixture, repeated component"] = found["mixture, repeated component"] || same
			}
			components = append(components, g)
		}
		found["mixture of points only"] = atoms && prior.Len() > 1
	case *spec.DataSet:
		found["data set"] = true
		points := rows(prior.Points())
		found["data set of one point"] = len(points) == 1
		found["data set, narrow kernel"] = prior.Bandwidth() <= 1e-3
		found["data set, wide kernel"] = prior.Bandwidth() >= 1e3
		for i, point := range points {
			found["data set, far away"] = found["data set, far away"] || far(point)
			for _, other := range points[:i] {
				found["data set, repeated point"] = found["data set, repeated point"] || slices.Equal(point, other)
			}
		}
	default:
		t.Fatalf("a prior of type %T", prior)
	}
	return found
}

// singularity says whether the covariance is singular to rounding, and whether it
// is zero.
func singularity(t *testing.T, g *spec.Gaussian) (singular, point bool) {
	var eigen mat.EigenSym
	if !eigen.Factorize(g.Covariance(), false) {
		t.Fatal("no eigenvalues")
	}
	values := eigen.Values(nil) // ascending
	widest := values[len(values)-1]
	return values[0] <= 1e-13*widest, widest == 0
}

func far(mean []float64) bool {
	return slices.ContainsFunc(mean, func(v float64) bool { return math.Abs(v) > 50 })
}
