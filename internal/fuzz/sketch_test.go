package fuzz

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/props/problems"
	_ "assay/props/problems/hard" // hard: in names of problems
	"assay/spec"
)

// A problem taken apart and put together is the same: the sizes, the parts bit for bit, and
// the covariance as far as rounding lets a covariance be told from its deviations.
func TestSketchRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := problems.Any().Draw(t, "problem")
		s, ok := newSketch(p)
		if !ok {
			t.Fatal("the family is not known")
		}
		again, err := s.problem()
		if err != nil {
			t.Fatal(err)
		}
		other, ok := newSketch(again)
		if !ok || other.family != s.family || other.beta != s.beta || !slices.EqualFunc(other.rows, s.rows, slices.Equal) {
			t.Fatalf("got %+v, want %+v", other, s)
		}
		if len(other.means) != len(s.means) || other.bandwidth != s.bandwidth {
			t.Fatalf("got %+v, want %+v", other, s)
		}
		// Components of one covariance come together, so their order may change.
		for k, mean := range s.means {
			if !slices.ContainsFunc(other.means, func(x []float64) bool { return slices.Equal(x, mean) }) {
				t.Errorf("mean %d, %v, is lost", k, mean)
			}
		}
		if s.family == gaussian {
			var difference mat.Dense
			difference.Sub(s.covs[0], other.covs[0])
			// Rounding of a decomposition: a few dozen units of 2^-53 of the norm.
			if mat.Norm(&difference, 2) > 1e-13*mat.Norm(s.covs[0], 2) {
				t.Errorf("covariance off by %v", mat.Formatted(&difference))
			}
		}
	})
}

// A prior of no family that is known has no sketch, so that it is left as it is.
func TestSketchOfOther(t *testing.T) {
	p, err := problems.Parse("hard:goldreich:n=8")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := newSketch(p); ok {
		t.Error("a hard instance was taken for a mixture")
	}
	if features(p) != nil {
		t.Error("a hard instance has features of a family")
	}
}

// size is what no move may let grow.
func (s *sketch) size() [3]int { return [3]int{s.dim(), len(s.means), len(s.rows)} }

// Every move leaves its argument as it was and makes problems that can be built and are no
// larger than it; each of the moves on sizes makes one that is smaller.
func TestMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, _ := newSketch(problems.Any().Draw(t, "problem"))
		before, err := s.problem()
		if err != nil {
			t.Fatal(err)
		}
		for i, move := range moves {
			for _, changed := range move(s) {
				for j, v := range changed.size() {
					if v > s.size()[j] {
						t.Fatalf("move %d made %s of %s", i, changed.name(), s.name())
					}
				}
				if i < 3 && changed.size() == s.size() {
					t.Errorf("move %d left the size of %s", i, s.name())
				}
				if _, err := changed.problem(); err != nil {
					t.Errorf("move %d on %s: %v", i, s.name(), err)
				}
			}
		}
		after, err := s.problem()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := canonical(t, after), canonical(t, before); got != want {
			t.Errorf("a move changed its argument to %s from %s", got, want)
		}
	})
}

func canonical(t *rapid.T, p *spec.Problem) string {
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Whoever takes every move that it can, as if every problem showed the failure; ends, and
// at a standard normal law of one coordinate that nothing is measured of.
func TestMovesEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, _ := newSketch(problems.Any().Draw(t, "problem"))
		tried := map[string]bool{}
		steps := 0
		for improved := true; improved; {
			improved = false
			for _, move := range moves {
				for _, changed := range move(s) {
					p, err := changed.problem()
					if err != nil || tried[canonical(t, p)] {
						continue
					}
					tried[canonical(t, p)] = true
					s, improved = changed, true
					steps++
					break
				}
			}
			if steps > 1000 {
				t.Fatal("no end after 1000 moves")
			}
		}
		if s.size() != [3]int{1, 1, 0} || s.family != gaussian || s.means[0][0] != 0 || s.covs[0].At(0, 0) != 1 {
			t.Errorf("it ends at %s: mean %v, variance %v", s.name(), s.means, s.covs[0].At(0, 0))
		}
	})
}

func TestSubsets(t *testing.T) {
	for n, want := range [][][]int{
		nil, {{}}, {{1}, {0}}, {{0}, {1, 2}, {1, 2}, {0, 2}, {0, 1}},
	} {
		if got := subsets(n); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("subsets(%d) = %v, want %v", n, got, want)
		}
	}
}

func TestPowerOfTwo(t *testing.T) {
	for v, want := range map[float64]float64{1: 1, 1.4: 1, 1.5: 2, 0.3: 0.25, 1e-6: math.Exp2(-20), 3e300: math.Exp2(998)} {
		if got := powerOfTwo(v); got != want {
			t.Errorf("powerOfTwo(%v) = %v, want %v", v, got, want)
		}
	}
}

// To leave out coordinates is to take the law of the others, and of A the columns that act on
// them: entry by entry those of the coordinates kept.
func TestFewerCoordinates(t *testing.T) {
	cov := mat.NewSymDense(3, []float64{1, 2, 3, 2, 40, 50, 3, 50, 600})
	s := &sketch{family: gaussian, weights: []float64{1}, means: [][]float64{{7, 8, 9}}, covs: []*mat.SymDense{cov}, rows: [][]float64{{-1, -2, -3}, {4, 5, 6}}, beta: 1}
	kept := subsets(3)
	changed := fewerCoordinates(s)
	if len(changed) != len(kept) {
		t.Fatalf("%d changes, want %d", len(changed), len(kept))
	}
	for i, c := range changed {
		if c.dim() != len(kept[i]) || c.covs[0].SymmetricDim() != len(kept[i]) {
			t.Fatalf("%d coordinates, want %v", c.dim(), kept[i])
		}
		for a, from := range kept[i] {
			if c.means[0][a] != s.means[0][from] || c.rows[0][a] != s.rows[0][from] || c.rows[1][a] != s.rows[1][from] {
				t.Errorf("kept %v: mean %v and rows %v", kept[i], c.means, c.rows)
			}
			for b, to := range kept[i] {
				if c.covs[0].At(a, b) != cov.At(from, to) {
					t.Errorf("kept %v: covariance %v", kept[i], mat.Formatted(c.covs[0]))
				}
			}
		}
	}
}

// A data set of one point is the Gaussian of its bandwidth's square, by density.
func TestPlainerFamily(t *testing.T) {
	s := &sketch{family: dataSet, means: [][]float64{{1, 2}}, bandwidth: 0.5, beta: 1}
	changed := plainerFamily(s)
	if len(changed) != 1 || changed[0].family != gaussian {
		t.Fatalf("%d changes", len(changed))
	}
	x := mat.NewDense(1, 2, []float64{1.3, 1.9})
	log := func(s *sketch) float64 {
		prior, err := s.prior()
		if err != nil {
			t.Fatal(err)
		}
		at := make([]float64, 1)
		prior.(spec.Density).LogDensity(at, x, 0)
		return at[0]
	}
	if before, after := log(s), log(changed[0]); math.Abs(before-after) > 1e-12 {
		t.Errorf("log density %v, then %v", before, after)
	}
}
