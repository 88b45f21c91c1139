package props

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"assay/internal/defaults"
	"assay/props/evidence"
	"assay/props/run"
	"assay/spec"
)

// options are the settings of a judgement.
type options struct {
	alpha     float64
	calls     int
	draws     int
	seed      uint64
	limit     time.Duration
	tolerance spec.Tolerance
	fitting   func(*spec.Problem) spec.Tolerance // nil for one that is given
	local     int
	at        []float64 // the single y, if local is 1 and it is given
	terse     bool
	recorded  bool
	reference spec.Sampler // nil for the truth itself; see Compare
	origin    spec.Sampler // nil for the prior; see Consistent
	journal   *run.Journal
	runner    run.Runner // nil for the samplers themselves
	jobs      int
	progress  func(Progress)
	enough    func(Progress) bool
	witnesses []evidence.Statistic // the user's own
	generator *rapid.Generator[*spec.Problem]

	tolerated string // the option that said so, Within or WithinEach; empty for none
	placed    string // likewise, Local or At
	wrong     error  // the first mistake

	opened func(purpose string, digest []byte, replicate uint64) // told of every stream, in tests
}

// defaultPropertyCalls is the default budget of [Posterior] for each generated
// problem: rapid judges a hundred of them.
const defaultPropertyCalls = 200

func standard() *options {
	return &options{alpha: defaults.Alpha, calls: defaults.Calls, draws: defaults.Draws}
}

// newOptions returns what the options of [Judge] come to.
func newOptions(given []JudgeOption) (*options, error) {
	return settle(standard(), given, JudgeOption.judge)
}

// settle adds to the defaults of a door the options that it was given, and checks them.
func settle[O any](o *options, given []O, set func(O, *options)) (*options, error) {
	for i, option := range given {
		if any(option) == nil {
			return nil, fmt.Errorf("option %d of %d is nil: leave it out", i+1, len(given))
		}
		set(option, o)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *options) check() error {
	if err := cmp.Or(o.wrong, defaults.CheckAlpha(o.alpha), defaults.CheckCount("calls", o.calls), defaults.CheckCount("draws", o.draws)); err != nil {
		return err
	}
	switch {
	case o.local < 0:
		return fmt.Errorf("local is %d, want a number of points, or 0", o.local)
	case o.jobs < 0:
		return fmt.Errorf("jobs is %d, want at least 1", o.jobs)
	}
	return cmp.Or(defaults.CheckLimit(o.limit), o.tolerance.Check())
}

// checkSampler returns an error if there is no sampler; it names the sampler by its part
// in the door's call.
func checkSampler(role string, s spec.Sampler) error {
	if s == nil {
		return fmt.Errorf("the %s is nil: want a spec.Sampler", role)
	}
	return nil
}

// checkProblems returns an error if no problem is given, one is given twice, or one is nil or has no prior.
func checkProblems(problems []*spec.Problem) error {
	if len(problems) == 0 {
		return errors.New("no problem to judge on")
	}
	for i, p := range problems {
		if p == nil || p.Prior() == nil {
			return fmt.Errorf("problem %d of %d is nil, or has no prior: want one of spec.NewProblem", i+1, len(problems))
		}
		for _, q := range problems[:i] {
			if bytes.Equal(p.Digest(), q.Digest()) { // its calls would count twice
				return fmt.Errorf("problem %s is given twice", p.Name())
			}
		}
	}
	return nil
}

// Progress is how far a judgement has come.
type Progress struct {
	Calls       int     // so far
	Budget      int     // of calls, over all problems
	Log10Wealth float64 // now
	Threshold   float64 // at which the candidate is rejected, as log10 too
}

// twoSided reports whether the draws of a sampler take the place of the truth.
func (o *options) twoSided() bool { return o.reference != nil || o.origin != nil }
