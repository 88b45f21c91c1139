package theorems

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"assay/props"
	"assay/spec"
)

// Budget is how much is spent on a statement.
type Budget string

const (
	Quick Budget = "quick" // a few seconds each
	Full  Budget = "full"  // minutes in all
)

// alpha bounds the probability that any of the statements of list, all being true, is
// found not to hold: each is tested at its equal part.
const alpha = 1e-6

// Relation is how what is measured should compare with the bound.
type Relation string

const (
	AtMost  Relation = "<="
	AtLeast Relation = ">="
	Equals  Relation = "="
)

// Result is what was found of one statement.
type Result struct {
	Name      string   `json:"name"`
	Statement string   `json:"statement"`
	Source    string   `json:"source"`
	Quantity  string   `json:"quantity"` // what was measured
	Measured  float64  `json:"measured"`
	Relation  Relation `json:"relation"`
	Bound     float64  `json:"bound"`
	// P is the probability that what was seen, or worse, is seen if the statement is true
	// (at most; see the package comment).
	P float64 `json:"p"`
	// Holds is whether P is above this statement's part of alpha, and everything else
	// that it asserts is so.
	Holds bool `json:"holds"`
	// Certain says that nothing random entered: a statement that holds then holds where it
	// was looked at, by proof, quadrature or enumeration. Otherwise it was tested, and is not
	// refuted at P.
	Certain bool `json:"certain"`
	// WouldNotice is the smallest fault that this budget would have noticed nine times in
	// ten, in words: what the statement's bound, exponent or law would have to be wrong by.
	WouldNotice string `json:"would_have_noticed"`
	// Detail says how it was measured and how tight the bound is, and if it does not hold,
	// why.
	Detail string `json:"detail"`
	// Notes are figures that belong beside it, a line each.
	Notes []string `json:"notes,omitempty"`
}

// Word says what was found: "holds" if nothing random entered, "not refuted" for a test.
func (r Result) Word() string {
	switch {
	case !r.Holds:
		return "REFUTED"
	case r.Certain:
		return "holds"
	}
	return "not refuted"
}

// Margin is the room between what was measured and the bound, as a share of the larger:
// 0 is tight, 1 all of it. It is negative on the wrong side, where noise may
// put what is tight; for an equality it is minus the relative difference.
func (r Result) Margin() float64 {
	switch {
	case r.Measured == r.Bound:
		return 0
	case r.Relation == AtMost:
		return (r.Bound - r.Measured) / max(r.Bound, r.Measured)
	case r.Relation == AtLeast:
		return (r.Measured - r.Bound) / max(r.Bound, r.Measured)
	}
	return -max(r.Bound-r.Measured, r.Measured-r.Bound) / max(r.Bound, r.Measured)
}

// Statement is one that can be checked.
type Statement struct {
	Name      string // short, one word
	Statement string
	Source    string

	check func(r *run) (Result, error)
}

var statements = []Statement{
	{"well-modelled", "ReLU networks have the scores of the hard prior, to 1/(d^C sigma^2) for sigma from d^-C to d^C", "Definition 1.1", definition},
	{"polynomial", "their parameters number at most a power of d", "Definition 1.1", growth},
	{"weights", "and their weights are at most a power of d", "Definition 1.1", weights},
	{"covariance", "the hard prior has |Cov(p)| = 1 + 1/R^2, at most 5/4", "Definition 1.1", covariance},
	{"refusal", "with eps = 1, R = 3 or vertices it is not well modelled, and no certificate is given", "Definition 1.1", refusal},
	{"unconditional", "diffusion with the local score samples the hard prior", "Theorem 1.4", unconditional},
	{"networks", "so does diffusion with the networks' scores, a (tau, delta)-unconditional sampler", "Theorem 1.4", sampling},
	{"heun", "the law of N steps of Heun's method is right to order N^-2, down to the floor of the range of the noise", "Theorem 1.4", heun},
	{"euler", "that of N Euler steps of the reverse equation to order 1/N", "Theorem 1.4", euler},
	{"ancestral", "and that of N ancestral steps to order 1/N", "Theorem 1.4", ancestral},
	{"steps", "of order d^((k + 1/2) 7/12) steps of Heun's method, and d^((k + 1/2) 7/6) of the others, suffice for a total variation of d^-k", "Theorem 1.4", steps},
	{"acceptance", "rejection sampling accepts with probability p(y) (2 pi beta^2)^(m/2)", "Theorem 1.6", acceptance},
	{"conditional", "rejection on proposals of diffusion within eps of the prior is a (0, 2 eps)-posterior sampler, jointly", "Theorem 1.6", conditional},
	{"growth-beta", "for y at a quantile its proposals grow as (1/beta)^m", "Theorem 1.6", growthInBeta},
	{"growth-delta", "and, for the law that needs the most, as (1/sqrt(delta))^(m+2)", "Theorem 1.6", growthInDelta},
	{"proposals", "its proposals number at most (2/delta) (C/(beta sqrt(delta)))^m, but for a share delta of y", "Theorem 1.6", proposals},
	{"inequality", "a sampler more than tau off with probability delta fails to invert with probability <= delta + slack(tau)", "Theorem 1.7", inequalityStatement},
	{"one-tenth", "a (1/10, 1/10)-posterior sampler of the prior for C = 10 inverts with probability at least 0.71", "Theorem 1.7", oneTenth},
	{"noise", "its beta is Theta(1/log^2 d), and the slack below 1/10 up to d = 2^30", "Theorem 1.7", noise},
	{"contrapositive", "one draw that is not a preimage is evidence 1/slack", "Theorem 1.7", contrapositive},
	{"lower-bound", "rejection, enumeration and SAT take time exponential in m on functions believed hard (a measurement, not a proof)", "Theorem 1.8", lowerBound},
	{"converse", "uniform preimages sample the posterior, up to misread bits", "converse of the reduction (ours)", converse},
	{"smoothing", "smoothed, the two cosets differ by a factor exp(r) at most", "lemma on smoothing a discretised Gaussian", smoothing},
	{"orthant", "the posterior of secrets other than the signs has mean <= n Q(R/sqrt(1+s^2))", "orthant lemma", orthant},
	{"large-noise", "the outputs move the law of the secret by at most tanh(m r/4)", "large-noise lemma", largeNoise},
	{"score", "the local rule has the score of the smoothed prior, to the bound of ScoreBound", "lemma on the score of the lattice distribution", score},
	{"log-concave", "annealed Langevin samples the posterior of a log-concave prior, and of a locally log-concave one near a good guess", "Xun, Gupta and Price 2025, Theorems 1.1 and 1.2", logConcave},
	{"noised-posterior", "annealed Langevin Monte Carlo is near the posterior under a noised prior in KL divergence, not near the posterior", "Parulekar, Rout, Shanmugam and Shakkottai 2025", noisedPosterior},
}

// list returns the statements, the paper's theorems first.
func list() []Statement { return append([]Statement(nil), statements...) }

// Named returns the statements of the given names, in that order; all if there are none. Each
// keeps its part of alpha, however few are checked. It is an error if there is none of a name.
func Named(names ...string) ([]Statement, error) {
	if len(names) == 0 {
		return list(), nil
	}
	var found []Statement
	for i, name := range names {
		at := slices.IndexFunc(statements, func(s Statement) bool { return s.Name == name })
		switch {
		case at < 0:
			var known []string
			for _, s := range statements {
				known = append(known, s.Name)
			}
			return nil, fmt.Errorf("no statement %q, want some of %s", name, strings.Join(known, ", "))
		case slices.Contains(names[:i], name):
			return nil, fmt.Errorf("statement %s is named twice", name)
		}
		found = append(found, statements[at])
	}
	return found, nil
}

// Check measures. The result depends on the seed and the budget only. It is an error if ctx
// is done first.
func (s Statement) Check(ctx context.Context, seed uint64, budget Budget) (Result, error) {
	if budget != Quick && budget != Full {
		return Result{}, fmt.Errorf("statement %s: budget is %q, want %s or %s", s.Name, budget, Quick, Full)
	}
	r := &run{ctx: ctx, seed: seed, budget: budget, alpha: alpha / float64(len(list()))}
	result, err := s.check(r)
	if err != nil {
		return Result{}, fmt.Errorf("statement %s: %w", s.Name, err)
	}
	result.Name, result.Statement, result.Source = s.Name, s.Statement, s.Source
	return result, nil
}

// run is one check under way.
type run struct {
	ctx    context.Context
	seed   uint64
	budget Budget
	alpha  float64 // for the statement as a whole
	spent  float64 // of it, on judgements
}

// of returns the quick or the full size.
func (r *run) of(quick, full int) int {
	if r.budget == Full {
		return full
	}
	return quick
}

// stream returns the random stream of one purpose and number.
func (r *run) stream(purpose string, number int) *rand.Rand {
	return spec.Stream(r.seed, "theorems/"+purpose, nil, uint64(number))
}

// left returns what the judgements so far leave of the level: that of everything else that the
// statement asserts.
func (r *run) left() float64 { return r.alpha - r.spent }

// judge judges a sampler that the statement says is right, with the seed of the run, at a part
// of the level. A fault, or an interruption, is an error: it leaves nothing to measure.
func (r *run) judge(sampler spec.Sampler, on []*spec.Problem, options ...props.JudgeOption) (*props.Verdict, error) {
	v, err := r.judgeWrong(sampler, on, options...)
	if v != nil {
		r.spent += v.Alpha
	}
	if err == nil && r.spent > r.alpha*(1+1e-9) { // a mistake of ours
		return nil, fmt.Errorf("judgements at levels that sum to %v, more than its %v", r.spent, r.alpha)
	}
	return v, err
}

// judgeWrong is judge for a sampler that the statement says is rejected. That spends nothing of
// the level: what may go wrong with a true statement is that the budget does not suffice.
func (r *run) judgeWrong(sampler spec.Sampler, on []*spec.Problem, options ...props.JudgeOption) (*props.Verdict, error) {
	v, err := props.Judge(r.ctx, sampler, on, append(options, props.Seed(r.seed))...)
	switch {
	case err != nil:
		return nil, err
	case v.Fault != nil:
		return nil, v.Fault
	}
	return v, r.ctx.Err()
}
