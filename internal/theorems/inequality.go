package theorems

import (
	"fmt"
	"math"

	"assay/props/problems/hard"
	"assay/reduction"
)

// plant is one sampler of the inequality, and what it is tested on.
type plant struct {
	function   string
	R, eps     float64
	noise      float64 // eps/beta
	tau, delta float64
}

func (p plant) instance() (*reduction.Instance, error) {
	in, _, err := hard.Parse(fmt.Sprintf("%s,R=%v,eps=%v,beta=%v", p.function, p.R, p.eps, p.eps/p.noise))
	return in, err
}

// measure counts the targets of which the sampler finds no preimage.
func (p plant) measure(r *run, number, targets int) (in *reduction.Instance, failed int, err error) {
	in, err = p.instance()
	if err != nil {
		return nil, 0, err
	}
	failed, err = failures(r.ctx, spoilt(in, p.tau, p.delta), in, targets, r.stream("inequality", number))
	return in, failed, err
}

// seen returns a lower bound on the probability of failure: what is planted, but that it aims
// at the parities read off y, which are not those of z with probability at most m misread.
// The function must not be constant, or nothing fails.
func (p plant) seen(in *reduction.Instance) float64 {
	return p.delta * max(0, 1-float64(in.Function().M)*in.Misread())
}

// plants are the samplers of the inequality: each part of its bound dominates
// in some, and each function is there. For the identity, where every sign counts and
// every parity is an image, the bound is nearly attained.
func plants() []plant {
	var all []plant
	for _, f := range []string{"identity:n=8", "goldreich:n=8,m=8", "mq:n=8,m=8", "twotoone:n=8"} {
		for _, p := range []plant{
			{R: 10, eps: 0.4, noise: 10},                       // exact
			{R: 10, eps: 0.4, noise: 10, delta: 0.1},           // fails
			{R: 10, eps: 0.4, noise: 10, tau: 7.5},             // is moved
			{R: 6, eps: 0.4, noise: 5},                         // misreads
			{R: 4, eps: 1, noise: 6, tau: 1.5, delta: 0.05},    // all of it
			{R: 12, eps: 0.25, noise: 10, tau: 10, delta: 0.3}, // more of it
		} {
			p.function = f
			all = append(all, p)
		}
	}
	return all
}

// failureBound is the right side of the inequality.
func failureBound(in *reduction.Instance, tau, delta float64) float64 {
	return min(1, delta+in.Slack(tau))
}

// inequalityStatement checks Pr[f(s') != z] <= delta + 2 m misread + n Q(R - tau)
// ([reduction.Instance.Slack]) for exact samplers in which the failure and the
// shift are planted. delta counts over y and draws together; a (tau, delta)-posterior sampler
// of Definition 1.5 has 1 - (1 - delta)^2 there.
func inequalityStatement(r *run) (Result, error) { return inequality(r, plants(), failureBound) }

func inequality(r *run, plants []plant, bound func(in *reduction.Instance, tau, delta float64) float64) (Result, error) {
	targets := r.of(2000, 20000)
	var ps []float64
	var failed int
	var bounds float64
	tightest, loosest, noticed := 0.0, math.Inf(1), math.Inf(1)
	alpha := r.alpha / float64(len(plants)+1)
	for i, p := range plants {
		in, k, err := p.measure(r, i, targets)
		if err != nil {
			return Result{}, err
		}
		b := bound(in, p.tau, p.delta)
		ps = append(ps, atLeast(k, targets, b))
		if p.delta > 0 {
			ps = append(ps, atMost(k, targets, p.seen(in)))
		}
		failed += k
		bounds += b
		if b > 0.1 {
			share := float64(k) / float64(targets) / b
			tightest, loosest = max(tightest, share), min(loosest, share)
			noticed = min(noticed, (noticedAbove(targets, b, alpha)-b)/b)
		}
	}
	broken, pBroken, err := breakingShift(r, targets)
	if err != nil {
		return Result{}, err
	}
	p := combined(append(ps, pBroken))
	return Result{
		Quantity: "share of draws that are not preimages",
		Measured: float64(failed) / float64(targets*len(plants)),
		Relation: AtMost,
		Bound:    bounds / float64(len(plants)),
		P:        p,
		Holds:    p > r.alpha,
		WouldNotice: fmt.Sprintf("a sampler that fails more often than its bound says, by %.2g %% of it; a bound smaller by %.2g %%",
			100*noticed, 100*(1-tightest/(1+noticed))),
		Detail: fmt.Sprintf("%d samplers x %d targets; used %.0f to %.0f %% of bounds above 0.1; a shift by R makes %.2f of all draws fail, by %v R none",
			len(plants), targets, 100*loosest, 100*tightest, broken, quietShift),
	}, nil
}

// breakingShift measures, on the identity with the default dials, how many draws fail
// when each may be moved by R: a coordinate is less than R from zero with probability
// 1/2, and one of 8 is with 1 - 2^-8. Moved by quietShift R, a draw fails no more
// often than the inequality allows, 8 Q(6.5) + slack. p is the p-value of both.
func breakingShift(r *run, targets int) (share, p float64, err error) {
	near := plant{function: "identity:n=8", R: 10, eps: 0.4, noise: 10}
	in, err := near.instance()
	if err != nil {
		return 0, 0, err
	}
	var failed [2]int
	for i, part := range []float64{1, quietShift} {
		failed[i], err = failures(r.ctx, spoilt(in, part*near.R, 0), in, targets, r.stream("breaking shift", i))
		if err != nil {
			return 0, 0, err
		}
	}
	const expected = 255. / 256
	slack := in.Slack(0)
	p = combined([]float64{
		atMost(failed[0], targets, expected-slack),
		atLeast(failed[0], targets, expected+slack),
		atLeast(failed[1], targets, in.Slack(quietShift*near.R)),
	})
	return float64(failed[0]) / float64(targets), p, nil
}

// quietShift is a part of R by which a draw may be moved without harm.
const quietShift = 0.35
