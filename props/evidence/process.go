package evidence

import (
	"math"
	"math/rand/v2"
	"slices"

	"assay/internal/stats"
	"assay/internal/wealth"
)

// process is the evidence against one candidate on one problem: a wealth that
// starts at 1 and has mean at most 1 at every call, and at every stopping rule,
// if the candidate is right. A third of it is bet on ranks, a third on values and
// a third on what the learner learns.
type process struct {
	witnesses int
	pairs     bool

	distance  float64   // of the pool from an exchangeable one, in total variation
	spans     []float64 // scratch: of the experts' factors, if distance > 0
	portfolio *wealth.Portfolio
	rank      *rankBets
	value     *valueBets
	learned   *learnedBets // nil if there are no features

	pools      int         // pools a call: 1, or L for pairs
	phi        [][]float64 // scratch: for each witness, standardised values on a pool
	pool       []float64   // scratch: values of one witness on a pool
	order      []float64   // scratch
	deviations []float64   // of this call, by witness
	ranks      []int       // of this call, pool by pool and witness by witness
	calls      int
}

// newProcess returns the process for a battery of the given number of witnesses,
// of which those in features are also offered to the learner (20 at most are
// used), and for calls of the given number of draws. If pairs is set, for draws of a call that
// are not independent given y, each is compared with the truth by itself, and a bet
// is the average over these pairs: an e-value whatever the dependence is.
//
// distance is the tolerance: how far, in total variation, a pool (or a pair) may be
// from an exchangeable one; 0 asks for the exact law. If each draw may be eta off, that
// is L eta for a pool and eta for a pair. A factor between f_min and f_max then has
// mean at most 1 + distance (f_max - f_min) and is divided by that, the bounds being
// those that hold whatever the next call brings.
func newProcess(witnesses int, features []int, draws int, pairs bool, distance float64) *process {
	p := &process{witnesses: witnesses, pairs: pairs, pools: 1, distance: distance}
	members := draws + 1
	if p.pairs {
		p.pools, members = draws, 2
	}
	p.rank = newRankBets(witnesses, members)
	p.value = newValueBets(witnesses)
	var share []float64
	for range witnesses {
		share = p.rank.shares(share)
	}
	for i := range share {
		share[i] /= float64(witnesses)
	}
	for range witnesses * valueExperts {
		share = append(share, 1/float64(witnesses*valueExperts))
	}
	if len(features) > 0 {
		p.learned = newLearnedBets(features[:min(len(features), maxFeatures)])
		for range learnedScales {
			share = append(share, 1/float64(len(learnedScales)))
		}
	}
	p.portfolio = wealth.NewPortfolio(share)
	if distance > 0 {
		p.spans = make([]float64, len(share))
	}
	for range witnesses {
		p.phi = append(p.phi, make([]float64, members))
	}
	p.pool = make([]float64, members)
	p.order = make([]float64, members)
	p.deviations = make([]float64, witnesses)
	p.ranks = make([]int, p.pools*witnesses)
	return p
}

// Observe bets on one call and multiplies the wealth. values[k][i] is the value of
// witness k on member i of the pool, of which one, truth, is the truth. ties breaks
// ties between ranks.
func (p *process) Observe(values [][]float64, truth int, ties *rand.Rand) {
	clear(p.portfolio.Factor)
	p.rank.prepare()
	weight := 1 / float64(p.pools)
	clear(p.deviations)
	for pool := range p.pools {
		at := truth
		for k, v := range values {
			if p.pairs {
				other := pool
				if other >= truth {
					other++
				}
				p.pool[0], p.pool[1] = v[truth], v[other]
				at = 0
			} else {
				copy(p.pool, v)
			}
			p.ranks[pool*p.witnesses+k] = stats.Rank(p.pool, at, ties)
			deviation := p.standardise(k)
			p.deviations[k] += weight * deviation
		}
		p.bet(pool, at, weight)
	}
	if p.distance > 0 {
		p.allow()
	}
	p.portfolio.Collect()
	for i, r := range p.ranks {
		p.rank.learn(i%p.witnesses, r, weight)
	}
	for k, deviation := range p.deviations {
		p.value.learn(k, deviation)
	}
	if p.learned != nil {
		p.learned.learn()
	}
	p.rank.past++
	p.value.past++
	p.calls++
}

// Scaled returns values of witness k on a pool in units of its spread over the past pools,
// for a process that bets on several problems; zeros if there were none.
func (p *process) Scaled(k int, values []float64) []float64 {
	scaled := make([]float64, len(values))
	if scale := p.value.deviation[k] / p.value.past; scale > 0 && !math.IsInf(scale, 1) {
		for i, v := range values {
			scaled[i] = bounded(v / scale)
		}
	}
	return scaled
}

// standardise fills phi of witness k from its values on the pool and returns their
// mean absolute deviation from the median.
func (p *process) standardise(k int) float64 {
	copy(p.order, p.pool)
	slices.Sort(p.order)
	n := len(p.order)
	median := p.order[(n-1)/2]/2 + p.order[n/2]/2
	deviation := 0.0
	for _, v := range p.order {
		deviation += max(v-median, median-v) / float64(n)
	}
	p.value.standardise(p.phi[k], p.pool, k, median, deviation)
	return deviation
}

// bet adds the factors of all experts on one pool.
func (p *process) bet(pool, at int, weight float64) {
	factor := p.portfolio.Factor
	for k := range p.witnesses {
		p.rank.add(factor, k, p.ranks[pool*p.witnesses+k], weight)
		factor = factor[p.rank.experts():]
	}
	for k := range p.witnesses {
		p.value.add(factor, p.phi[k], at, weight)
		factor = factor[valueExperts:]
	}
	if p.learned != nil {
		p.learned.add(factor, p.phi, at, weight)
	}
}

// allow divides each factor by its largest mean under the tolerance.
func (p *process) allow() {
	members := len(p.pool)
	spans := p.spans
	for k := range p.witnesses {
		p.rank.storeSpans(spans, k)
		spans = spans[p.rank.experts():]
	}
	for range p.witnesses {
		storeValueSpans(spans, members)
		spans = spans[valueExperts:]
	}
	if p.learned != nil {
		p.learned.storeSpans(spans, members)
	}
	for e, span := range p.spans {
		p.portfolio.Factor[e] /= 1 + p.distance*span
	}
}

// Calls returns the number of calls observed.
func (p *process) Calls() int { return p.calls }

// LogWealth returns the natural logarithm of the wealth.
func (p *process) LogWealth() float64 { return p.portfolio.LogWealth }

// WitnessShare is what one witness has to say.
type WitnessShare struct {
	Witness  int     // its index among the names of its session
	Name     string  // as a report shows it
	Share    float64 // of the wealth, in [0, 1]; the shares of all witnesses sum to 1
	MeanRank float64 // of the truth among the draws: 0 below all of them, 1 above; 0.5 is expected
}

// shares returns what each witness has contributed, the largest share of the
// wealth first.
func (p *process) shares() []WitnessShare {
	credit := make([]float64, p.witnesses)
	share := p.portfolio.Share
	for k := range credit {
		for range p.rank.experts() {
			credit[k] += share[0]
			share = share[1:]
		}
	}
	for k := range credit {
		for range valueExperts {
			credit[k] += share[0]
			share = share[1:]
		}
	}
	if p.learned != nil {
		p.learned.credit(credit, share)
	}
	all := make([]WitnessShare, p.witnesses)
	for k := range all {
		all[k] = WitnessShare{Witness: k, Share: credit[k], MeanRank: p.rank.meanRank(k)}
	}
	slices.SortStableFunc(all, func(a, b WitnessShare) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		}
		return 0
	})
	return all
}
