package props

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"sync"

	"pgregory.net/rapid"

	"assay/internal/defaults"
	"assay/internal/stats"
	"assay/props/problems"
	"assay/spec"
)

// Posterior returns the property "the candidate samples the posterior" over
// generated problems, for rapid.Check and rapid.MakeFuzz. It fails with the
// verdict on a problem that rejects the candidate or on which the candidate
// crashes; rapid then looks for a smaller one. It skips a problem that the
// candidate refuses; rapid fails a candidate that refuses them all.
//
// rapid chooses problems, never noise: the verdict on a problem is a function of
// the problem and the root seed. One bound holds for the whole life of the
// property, shrinking included: the i-th problem that it meets is judged at
// alpha/(i(i+1)), and these sum to alpha. A problem met again keeps its verdict. (The
// processes of a parallel fuzzing run have a property, and a bound, each.)
//
// The counterexamples in testdata/assay that bear the candidate's name (see
// [Counterexample]) come first, with a budget that suffices to catch it again; one that
// still catches it fails the property at every problem.
func Posterior(candidate spec.Sampler, opts ...PosteriorOption) func(*rapid.T) {
	o := standard()
	o.calls = defaultPropertyCalls
	o, err := settle(o, opts, PosteriorOption.posterior)
	err = cmp.Or(err, checkSampler("candidate", candidate))
	if o != nil && o.generator == nil {
		o.generator = problems.Any()
	}
	p := &property{candidate: candidate, options: o, verdicts: map[string]*Verdict{}}
	return func(t *rapid.T) {
		if err != nil {
			t.Fatalf("props.Posterior: %v", err)
		}
		if err := p.remembered(t.Context()); err != nil {
			t.Fatalf("%v", err)
		}
		p.check(t)
	}
}

type property struct {
	candidate spec.Sampler
	options   *options

	mu       sync.Mutex
	verdicts map[string]*Verdict // by digest
	met      int

	recalling sync.Mutex
	recalled  bool  // whether failure says what the remembered counterexamples say
	failure   error // the first of them that still holds
}

func (p *property) check(t *rapid.T) {
	problem := p.options.generator.Draw(t, "problem")
	v, err := p.judge(t.Context(), problem, p.options.calls)
	switch {
	case err != nil:
		t.Fatalf("%v", err)
	case v.Outcome == Rejected:
		t.Fatalf("%s", v)
	case v.Stop == StopRefusal:
		t.Skipf("%v", v.Fault)
	case v.Fault != nil:
		t.Fatalf("%s", v)
	}
}

// judgeAgain returns the verdict on the problem of a counterexample, within the calls that
// suffice to catch the same candidate again, and on streams of its own: those of the root seed
// may be the ones by which the problem was found. Under a tolerance it is over all y also if
// the counterexample is about one: that may be one of those at which the definition lets the
// candidate fail.
func (p *property) judgeAgain(ctx context.Context, c *Counterexample) (*Verdict, error) {
	if err := c.lacks(p.options); err != nil {
		return nil, err
	}
	calls := max(p.options.calls, defaults.Calls, 8*c.Verdict.Calls)
	fresh := Seed(p.options.stream("remembered", c.Problem.Digest(), c.Verdict.Seed).Uint64())
	if y, ok := c.Y(); ok && p.options.exact() {
		return p.judge(ctx, c.Problem, calls, fresh, At(y))
	}
	return p.judge(ctx, c.Problem, calls, fresh)
}

// judge returns the verdict on the problem, within the given calls, at its share of
// alpha. It is an error if ctx is done first.
func (p *property) judge(ctx context.Context, problem *spec.Problem, calls int, more ...PosteriorOption) (*Verdict, error) {
	if err := checkProblems([]*spec.Problem{problem}); err != nil {
		return nil, fmt.Errorf("props.Posterior: %w", err)
	}
	key := hex.EncodeToString(problem.Digest())
	own := *p.options
	own.terse, own.calls = true, calls
	for _, option := range more {
		option.posterior(&own)
	}
	if own.at != nil {
		key += fmt.Sprintf("%x", own.at)
	}
	p.mu.Lock()
	v, met := p.verdicts[key]
	if !met {
		p.met++
	}
	own.alpha = stats.Level(own.alpha, p.met)
	p.mu.Unlock()
	if met {
		return v, nil
	}
	v, err := judge(ctx, p.candidate, []*spec.Problem{problem}, &own)
	if err == nil && v.Stop == StopInterrupted {
		err = fmt.Errorf("props.Posterior: interrupted on %s", problem.Name())
	}
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.verdicts[key] = v
	p.mu.Unlock()
	return v, nil
}
