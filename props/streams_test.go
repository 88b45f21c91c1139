package props

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// openings counts the streams that were opened, by everything that keys them.
type openings struct {
	mu    sync.Mutex
	count map[string]int // by seed, purpose, digest and replicate
	named map[string]int // by purpose
}

func newOpenings() *openings { return &openings{count: map[string]int{}, named: map[string]int{}} }

// watching returns o, told to report the streams that it opens.
func (s *openings) watching(o *options) *options {
	o.opened = func(purpose string, digest []byte, replicate uint64) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.count[fmt.Sprintf("seed %d, %s of %x, replicate %d", o.seed, purpose, digest, replicate)]++
		s.named[purpose]++
	}
	return o
}

// check fails unless every stream was opened once, that of the pilot draws once for each of the
// given scales, and those of all the purposes were opened.
func (s *openings) check(t *testing.T, scales int, purposes ...string) {
	t.Helper()
	for key, n := range s.count {
		allowed := 1
		if strings.Contains(key, ", pilot of ") { // the same draws set the scales of each battery
			allowed = scales
		}
		if n > allowed {
			t.Errorf("%s is opened %d times, want %d", key, n, allowed)
		}
	}
	for _, purpose := range purposes {
		if s.named[purpose] == 0 {
			t.Errorf("no stream of purpose %q was opened; there are %v", purpose, s.named)
		}
	}
	if len(s.named) != len(purposes) {
		t.Errorf("streams of the purposes %v, want %q", s.named, purposes)
	}
}

func parsed(t testing.TB, names ...string) (all []*spec.Problem) {
	t.Helper()
	for _, name := range names {
		p, err := problems.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// coins is a problem whose y is one of two numbers: a fair sign, measured with a noise that
// is lost in its last bit.
func coins(t testing.TB) *spec.Problem {
	t.Helper()
	var sides []*spec.Gaussian
	for _, at := range []float64{-1, 1} {
		side, err := spec.NewIsotropic([]float64{at}, 0)
		if err != nil {
			t.Fatal(err)
		}
		sides = append(sides, side)
	}
	prior, err := spec.NewMixture([]float64{1, 1}, sides)
	if err != nil {
		t.Fatal(err)
	}
	m, err := spec.NewLinear(mat.NewDense(1, 1, []float64{1}), 1e-30)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.NewProblem("coins", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestStreamsNeverCoincide: in every way to judge, no two uses of randomness open the same
// stream: no candidate is seeded like the truth or like its reference, no witness sees the noise
// that made what it looks at, and no point is judged on the draws of another, also where two
// points have the same y, as with nothing measured or with a y of few values. Nothing is
// random in what is compared.
func TestStreamsNeverCoincide(t *testing.T) {
	exact, dependent := samplers.Exact(), spec.NewSampler("chain", false, samplers.Exact().Sample)
	all := []string{"pilot", "truth", "candidate", "engine"}
	sensitivity := []string{"sensitivity"}
	for _, f := range effects {
		sensitivity = append(sensitivity, "sensitivity "+f.name)
	}
	for _, test := range []struct {
		name      string
		candidate spec.Sampler
		on        []*spec.Problem
		opts      []JudgeOption
		scales    int
		purposes  []string
	}{
		{"two problems", exact, parsed(t, "gauss", "gmm:d=2,dy=1"), []JudgeOption{Terse()}, 1, all},
		{"pairs", dependent, parsed(t, "gauss"), []JudgeOption{Terse()}, 1, all},
		{"tolerance", exact, parsed(t, "gauss"), []JudgeOption{Terse(), Within(spec.Tolerance{Tau: 0.1})}, 3, all},
		{"sensitivity", exact, parsed(t, "gauss:d=2,m=1"), nil, 1, slices.Concat(all, sensitivity)},
		{"local", exact, parsed(t, "gauss"), []JudgeOption{Terse(), Local(3)}, 1, append(slices.Clone(all), "local")},
		{"local, unmeasured", exact, parsed(t, "digits/prior"), []JudgeOption{Terse(), Local(3)}, 1, append(slices.Clone(all), "local")},
		{"local, two y", exact, []*spec.Problem{coins(t)}, []JudgeOption{Terse(), Local(8)}, 1, append(slices.Clone(all), "local")},
		{"at", exact, parsed(t, "gauss"), []JudgeOption{Terse(), At([]float64{1, 2})}, 1, append(slices.Clone(all), "local")},
		{"against", exact, parsed(t, "gauss"), []JudgeOption{Terse(), ofJudge(func(o *options) { o.against(exact, exact) })}, 1, append(slices.Clone(all), "reference")},
		{"against itself at y", exact, parsed(t, "gauss"), []JudgeOption{Terse(), ofJudge(func(o *options) { o.against(exact, exact) }), Local(2)}, 1, []string{"pilot", "local", "candidate", "engine", "reference"}},
		{"drawn by itself", exact, parsed(t, "gauss"), []JudgeOption{Terse(), ofJudge(func(o *options) { o.origin = exact })}, 1, append(slices.Clone(all), "origin")},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := newOptions(append([]JudgeOption{Calls(20), Seed(3)}, test.opts...))
			if err != nil {
				t.Fatal(err)
			}
			seen := newOpenings()
			v, err := judge(t.Context(), test.candidate, test.on, seen.watching(o))
			if err != nil || v.Fault != nil {
				t.Fatal(err, v)
			}
			seen.check(t, test.scales, test.purposes...)
		})
	}
}

// TestReplayIsFresh: to look again at a counterexample is to use other streams than those that
// found it, by replay and by the property that remembers it, whose root seed may be the same.
func TestReplayIsFresh(t *testing.T) {
	p := parsed(t, "gauss:d=2,m=1")[0]
	const seed = 5
	o, err := newOptions([]JudgeOption{Calls(30), Seed(seed), Terse()})
	if err != nil {
		t.Fatal(err)
	}
	first := newOpenings()
	v, err := judge(t.Context(), samplers.Prior(), []*spec.Problem{p}, first.watching(o))
	if err != nil {
		t.Fatal(err)
	}
	c := &Counterexample{Candidate: "prior", Verdict: v, Problem: p}
	replayed, err := c.Again(t.Context(), samplers.Prior(), Calls(30))
	if err != nil {
		t.Fatal(err)
	}
	remembering := &property{candidate: samplers.Prior(), options: o, verdicts: map[string]*Verdict{}}
	remembered, err := remembering.judgeAgain(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	single := *v
	single.Local, single.Problems = 1, []Finding{{Y: []float64{1}}}
	aboutY, err := remembering.judgeAgain(t.Context(), &Counterexample{Candidate: "prior", Verdict: &single, Problem: p})
	if err != nil {
		t.Fatal(err)
	}
	if replayed.Seed == seed || remembered.Seed == seed || replayed.Seed == remembered.Seed || aboutY.Seed == seed {
		t.Errorf("found with seed %d, replayed with %d, remembered with %d, at a single y with %d; want other seeds than the first",
			seed, replayed.Seed, remembered.Seed, aboutY.Seed)
	}
}

// TestRememberedUnderTolerance: a counterexample about a single y is judged there again where the
// null is exact, and over all y under a tolerance, however that is given: the y may be one of those at
// which the definition lets a sampler fail.
func TestRememberedUnderTolerance(t *testing.T) {
	p := parsed(t, "gauss:d=2,m=1")[0]
	c := &Counterexample{Problem: p, Verdict: &Verdict{Local: 1, Problems: []Finding{{Y: []float64{1}}}}}
	within := spec.Tolerance{Delta: 0.1}
	for _, test := range []struct {
		name  string
		opts  []JudgeOption
		local int
	}{
		{"exact", nil, 1},
		{"within", []JudgeOption{Within(within)}, 0},
		{"within each", []JudgeOption{WithinEach(func(*spec.Problem) spec.Tolerance { return within })}, 0},
	} {
		o, err := newOptions(append(test.opts, Calls(2)))
		if err != nil {
			t.Fatal(err)
		}
		remembering := &property{candidate: samplers.Exact(), options: o, verdicts: map[string]*Verdict{}}
		v, err := remembering.judgeAgain(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if v.Local != test.local {
			t.Errorf("%s: judged at %d single y, want %d", test.name, v.Local, test.local)
		}
	}
}

// TestPropertySpendsAlpha: the levels at which a property judges the problems that it meets,
// those of counterexamples among them, sum to alpha n/(n+1) for n problems, whatever is met
// twice; to rounding, 1e-15 of alpha.
func TestPropertySpendsAlpha(t *testing.T) {
	const alpha = 0.01
	o, err := newOptions([]JudgeOption{Calls(2), Alpha(alpha)})
	if err != nil {
		t.Fatal(err)
	}
	p := &property{candidate: samplers.Exact(), options: o, verdicts: map[string]*Verdict{}}
	small := problems.Small()
	for i := range 40 {
		if _, err := p.judge(t.Context(), small.Example(i%25), 2); err != nil {
			t.Fatal(err)
		}
	}
	gauss := parsed(t, "gauss")[0]
	for _, y := range [][]float64{{1, 2}, {2, 1}, {1, 2}} {
		c := &Counterexample{Problem: gauss, Verdict: &Verdict{Local: 1, Problems: []Finding{{Y: y}}}}
		if _, err := p.judgeAgain(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	sum, met := 0.0, float64(len(p.verdicts))
	for _, v := range p.verdicts {
		sum += v.Alpha
	}
	if want := alpha * met / (met + 1); met < 20 || sum > want+1e-15 || sum < want-1e-15 {
		t.Errorf("%v problems are judged at levels that sum to %v, want %v", met, sum, want)
	}
}

// TestPropertyJudgesOnce: rapid may meet a problem as often as it likes; its verdict stays.
func TestPropertyJudgesOnce(t *testing.T) {
	calls := 0
	counted := spec.NewSampler("counted", true, samplers.Exact().Sample)
	o, err := newOptions([]JudgeOption{Calls(3), Watch(func(Progress) { calls++ })})
	if err != nil {
		t.Fatal(err)
	}
	o.generator = rapid.Just(parsed(t, "gauss")[0])
	p := &property{candidate: counted, options: o, verdicts: map[string]*Verdict{}}
	rapid.Check(t, p.check)
	if calls != 3 || p.met != 1 {
		t.Errorf("%d calls on %d problems, want 3 on 1", calls, p.met)
	}
}
