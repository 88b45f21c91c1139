package props

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"assay/props/evidence"
	"assay/spec"
)

// Option sets one of the things that a judgement depends on.
type Option func(*options)

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
	reference spec.Sampler // nil for the truth itself; see Against
	origin    spec.Sampler // nil for the prior; see DrawnBy
	journal   *Journal
	jobs      int
	progress  func(Progress)
	enough    func(Progress) bool
	witnesses []evidence.Statistic // the user's own
	generator *rapid.Generator[*spec.Problem]

	opened func(purpose string, digest []byte, replicate uint64) // told of every stream, in tests
}

// The defaults of a judgement.
const (
	DefaultAlpha = 1e-6
	DefaultCalls = 2000
	DefaultDraws = 3
)

// defaultPropertyCalls is the default budget of [Posterior] for each generated
// problem: rapid judges a hundred of them.
const defaultPropertyCalls = 200

func newOptions(opts []Option) (*options, error) {
	o := &options{alpha: DefaultAlpha, calls: DefaultCalls, draws: DefaultDraws}
	for _, set := range opts {
		set(o)
	}
	switch {
	case !(o.alpha > 0 && o.alpha < 1):
		return nil, fmt.Errorf("alpha is %v, want a probability above 0 and below 1", o.alpha)
	case o.calls < 1:
		return nil, fmt.Errorf("calls is %d, want at least 1", o.calls)
	case o.draws < 1:
		return nil, fmt.Errorf("draws is %d, want at least 1", o.draws)
	case o.local < 0:
		return nil, fmt.Errorf("local is %d, want a number of points, or 0", o.local)
	case o.jobs < 0:
		return nil, fmt.Errorf("jobs is %d, want at least 1", o.jobs)
	case o.limit < 0:
		return nil, fmt.Errorf("time limit is %v, want a positive duration", o.limit)
	}
	return o, o.tolerance.Check()
}

// Alpha bounds the probability that a right candidate is rejected: by one call of
// [Judge], or ever by one property of [Posterior]. Default 1e-6.
func Alpha(alpha float64) Option { return func(o *options) { o.alpha = alpha } }

// Calls is the budget: the number of calls of the candidate on each problem.
// Default 2000, and 200 in [Posterior].
func Calls(n int) Option { return func(o *options) { o.calls = n } }

// Draws is the number of draws asked for in a call. Default 3.
func Draws(n int) Option { return func(o *options) { o.draws = n } }

// Seed is the root seed of all randomness. Default 0.
func Seed(seed uint64) Option { return func(o *options) { o.seed = seed } }

// For stops a judgement after the given time, whatever is left of the budget. Where
// it stops then depends on the machine; the bound alpha does not. Default: no limit.
func For(d time.Duration) Option { return func(o *options) { o.limit = d } }

// Within makes the null wider: not the exact posterior, but any (tau, delta)-posterior
// sampler of the paper (Definition 1.5), and where nothing is measured any
// (tau, delta)-unconditional sampler (Definition 1.3). At single y (see [Local], [At]) the
// draws must be (tau, delta)-close to the posterior at each of them (Definition 1.2), and
// a y at which they are not is a rejection. The form [spec.Joint] counts failures over y
// and draws together, and does not go with single y. With [Against] the law of the
// reference stands in the place of the posterior; if both are off by the tolerance from
// something else, they may be off by twice as much from each other. With [DrawnBy] the
// posterior is that of the law that the other sampler samples, however far that is from
// the prior. Default: exact.
func Within(t spec.Tolerance) Option { return func(o *options) { o.tolerance = t } }

// Local looks at the given number of single y, drawn from the problem, instead of a
// fresh one in each call, and spends half of the calls on the one with the most
// evidence: an error that shows at few y only is not diluted by the others. One draw a
// call is asked for and compared with exact draws, as many as [Draws] says, so that the
// exact posterior must be known. A tolerance must then hold at each y, see [Within]. Default: 0, all y.
func Local(points int) Option { return func(o *options) { o.local, o.at = points, nil } }

// At looks at one y only, the given one; see [Local].
func At(y []float64) Option {
	return func(o *options) { o.local, o.at = 1, append([]float64{}, y...) }
}

// Remember asks j before it asks the candidate, and tells it every answer. Default: no
// journal.
func Remember(j *Journal) Option { return func(o *options) { o.journal = j } }

// Terse leaves out what a pass means (see [Finding]), which takes about as many calls
// of the exact sampler as the judgement took of the candidate.
func Terse() Option { return func(o *options) { o.terse = true } }

// Jobs is how many calls of the candidate are under way at a time. The verdict does not
// depend on it. Default: as many as there are processors.
func Jobs(n int) Option { return func(o *options) { o.jobs = n } }

// Watch calls f after every call of the candidate, from one goroutine.
func Watch(f func(Progress)) Option { return func(o *options) { o.progress = f } }

// Until ends a judgement after a call at which enough says so, as if the budget were spent.
// The bound alpha holds, whatever that depends on. Default: never.
func Until(enough func(Progress) bool) Option { return func(o *options) { o.enough = enough } }

// Over is the generator of the problems of a property. Default [problems.Any].
func Over(g *rapid.Generator[*spec.Problem]) Option {
	return func(o *options) { o.generator = g }
}

// Progress is how far a judgement has come.
type Progress struct {
	Calls       int     // so far
	Budget      int     // of calls, over all problems
	Log10Wealth float64 // now
	Threshold   float64 // at which the candidate is rejected, as log10 too
}
