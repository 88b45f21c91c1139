package props

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"assay/props/run"
	"assay/spec"
)

// JudgeOption is an option of [Judge]. Each door has a type of its own for its options, and
// an option is of the types of those doors that honour it: what a door would ignore does not
// compile with it. If an option is given twice, the later one counts.
type JudgeOption interface{ judge(*options) }

// CompareOption is an option of [Compare].
type CompareOption interface{ compare(*options) }

// ConsistentOption is an option of [Consistent].
type ConsistentOption interface{ consistent(*options) }

// PosteriorOption is an option of [Posterior].
type PosteriorOption interface{ posterior(*options) }

// ReplayOption is an option of [Replay] and of [Counterexample.Again].
type ReplayOption interface{ replay(*options) }

// Option is an option of every door.
type Option interface {
	JudgeOption
	CompareOption
	ConsistentOption
	PosteriorOption
	ReplayOption
}

// RunOption is an option of the doors that give one verdict, whenever that comes.
type RunOption interface {
	JudgeOption
	CompareOption
	ConsistentOption
	ReplayOption
}

// PlaceOption is an option of the doors that can look at single y.
type PlaceOption interface {
	JudgeOption
	CompareOption
	PosteriorOption
	ReplayOption
}

// FittedOption is an option of the doors that judge on several problems.
type FittedOption interface {
	JudgeOption
	PosteriorOption
}

// The options by the doors that honour them.
type (
	everywhere  func(*options)
	oneRun      func(*options)
	atPlaces    func(*options)
	onSeveral   func(*options)
	ofJudge     func(*options)
	ofPosterior func(*options)
)

func (set everywhere) judge(o *options)      { set(o) }
func (set everywhere) compare(o *options)    { set(o) }
func (set everywhere) consistent(o *options) { set(o) }
func (set everywhere) posterior(o *options)  { set(o) }
func (set everywhere) replay(o *options)     { set(o) }

func (set oneRun) judge(o *options)      { set(o) }
func (set oneRun) compare(o *options)    { set(o) }
func (set oneRun) consistent(o *options) { set(o) }
func (set oneRun) replay(o *options)     { set(o) }

func (set atPlaces) judge(o *options)     { set(o) }
func (set atPlaces) compare(o *options)   { set(o) }
func (set atPlaces) posterior(o *options) { set(o) }
func (set atPlaces) replay(o *options)    { set(o) }

func (set onSeveral) judge(o *options)     { set(o) }
func (set onSeveral) posterior(o *options) { set(o) }

func (set ofJudge) judge(o *options) { set(o) }

func (set ofPosterior) posterior(o *options) { set(o) }

// Alpha bounds the probability that a right candidate is rejected (in [Compare], that two
// samplers that agree are said to disagree): by one call of a door, or ever by one property
// of [Posterior]. Default 1e-6.
func Alpha(alpha float64) Option { return everywhere(func(o *options) { o.alpha = alpha }) }

// Calls is the budget: the number of calls of the candidate on each problem.
// Default 2000, and 200 in [Posterior]; for [Replay] see [Counterexample.Again].
func Calls(n int) Option { return everywhere(func(o *options) { o.calls = n }) }

// Draws is the number of draws asked for in a call. Default 3.
func Draws(n int) Option { return everywhere(func(o *options) { o.draws = n }) }

// Seed is the root seed of all randomness. Default 0.
func Seed(seed uint64) Option { return everywhere(func(o *options) { o.seed = seed }) }

// Jobs is how many calls of the candidate are under way at a time. The verdict does not
// depend on it. Default: as many as there are processors.
func Jobs(n int) Option { return everywhere(func(o *options) { o.jobs = n }) }

// Remember looks for each answer in j before the candidate is asked, and writes every
// new answer to j. Default: no journal.
func Remember(j *run.Journal) Option { return everywhere(func(o *options) { o.journal = j }) }

// AnsweredBy has the calls answered by r, which need not be in this process: by answers that
// were recorded ([run.Offline]), or by machines of your own. The samplers given to a door then say
// their names and whether draws are independent, and are asked for nothing; a [run.Call]
// says by name and role which of them it is to. The verdict is the same, byte for byte, if the
// answers are, in whatever order they come. An answer that is none to its call is a fault.
// [Jobs] is by default what r says by a method AtOnce as [spec.Concurrent] has it, or
// the number of processors. Default: the samplers themselves answer.
func AnsweredBy(r run.Runner) Option {
	return everywhere(func(o *options) {
		if r == nil {
			o.mistake(errors.New("AnsweredBy is given no runner: want one such as run.Offline(folder)"))
		}
		o.runner = foreign{r}
	})
}

// Within makes the null wider: not the exact posterior, but any (tau, delta)-posterior
// sampler of the paper (Definition 1.5), and where nothing is measured any
// (tau, delta)-unconditional sampler (Definition 1.3). At single y (see [Local], [At]) the
// draws must be (tau, delta)-close to the posterior at each of them (Definition 1.2), and
// a y at which they are not is a rejection. The form [spec.Joint] counts failures over y
// and draws together, and does not go with single y. In [Compare] the law of the second
// sampler takes the place of the posterior; if both are off by the tolerance from
// something else, they may be off by twice as much from each other. In [Consistent] the
// posterior is that of the law that the other sampler samples, however far that is from
// the prior. It does not go with [WithinEach]. Default: exact.
func Within(t spec.Tolerance) Option {
	return everywhere(func(o *options) {
		o.only(&o.tolerated, "Within", "WithinEach")
		o.tolerance = t
	})
}

// WithinEach is [Within] with a tolerance that depends on the problem, for candidates whose
// error is known from it, such as that of a number of steps. Problems that are judged
// together are judged within the largest tau and the largest delta of theirs.
func WithinEach(of func(*spec.Problem) spec.Tolerance) FittedOption {
	return onSeveral(func(o *options) {
		o.only(&o.tolerated, "WithinEach", "Within")
		if of == nil {
			o.mistake(errors.New("WithinEach is given no function: want one that returns the tolerance for a problem"))
		}
		o.fitting = of
	})
}

// For stops a judgement after the given time, whatever is left of the budget. Where
// it stops then depends on the machine; the bound alpha does not. Default: no limit.
func For(d time.Duration) RunOption { return oneRun(func(o *options) { o.limit = d }) }

// Watch calls f after every call of the candidate, from one goroutine.
func Watch(f func(Progress)) RunOption { return oneRun(func(o *options) { o.progress = f }) }

// Until ends a judgement after a call at which enough says so, as if the budget were spent,
// except that the verdict says how it ended. The bound alpha holds whatever that decision
// depends on. Default: never.
func Until(enough func(Progress) bool) RunOption {
	return oneRun(func(o *options) { o.enough = enough })
}

// Local looks at the given number of single y, drawn from the problem, instead of a
// fresh one in each call, and spends half of the calls on the one with the most
// evidence: an error that shows at few y only is not diluted by the others. One draw a
// call is asked for and compared with exact draws, as many as [Draws] says, so that the
// exact posterior must be known; in [Compare] they are draws of the other sampler. A
// tolerance must then hold at each y, see [Within]. It does not go with [At]. Default: 0,
// all y.
func Local(points int) PlaceOption {
	return atPlaces(func(o *options) {
		o.only(&o.placed, "Local", "At")
		o.local, o.at = points, nil
	})
}

// At looks at one y only, the given one; see [Local].
func At(y []float64) PlaceOption {
	return atPlaces(func(o *options) {
		o.only(&o.placed, "At", "Local")
		o.local, o.at = 1, append([]float64{}, y...)
	})
}

// Terse leaves out what a pass means (see [Finding]), which takes about as many calls
// of the exact sampler as the judgement took of the candidate.
func Terse() JudgeOption { return ofJudge(func(o *options) { o.terse = true }) }

// Over is the generator of the problems of a property. Default [problems.Any].
func Over(g *rapid.Generator[*spec.Problem]) PosteriorOption {
	return ofPosterior(func(o *options) {
		if g == nil {
			o.mistake(errors.New("Over is given no generator: want one of problems, such as problems.Any()"))
		}
		o.generator = g
	})
}

// only notes that an option was given, and that it is a mistake if the other is, too.
func (o *options) only(given *string, name, other string) {
	if *given == other {
		o.mistake(fmt.Errorf("%s and %s contradict each other: give one of them", other, name))
	}
	*given = name
}

// mistake keeps the first mistake in the options.
func (o *options) mistake(err error) {
	if o.wrong == nil {
		o.wrong = err
	}
}
