package evidence

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	room "assay/internal/memory"
	"assay/spec"
)

// Config is what the evidence on one problem depends on.
type Config struct {
	Problem *spec.Problem
	// Draws is the number of draws that the truth is compared with in a call.
	Draws int
	// Independent says that the candidate claims its draws of one call to be independent
	// given y.
	Independent bool
	// Single says that a session is about one y. There one draw of the candidate takes the
	// place of the truth, among exact ones: as exchangeable as the other way round.
	Single bool
	// Tolerance is what counts as right; zero is the exact law.
	Tolerance spec.Tolerance
	// Extra are statistics of the user's own.
	Extra []Statistic
	// Sessions is how many like this one there are to be, Calls how many are evaluated at a
	// time; 0 for one. A session that would need more memory than there is is an error.
	Sessions, Calls int
}

// bytes returns about how much memory the sessions take at the peak, with scales batteries of so many
// witnesses: what is allocated in newProcess and rankShapes once for each session, or for all; in
// [Session.Evaluate] and by the sampler, once for each call that is made at a time, where what is between
// witnesses and coordinates are single numbers by member and slices' heads. For a call there is as
// much again that was let go and not collected yet. TestPeak of cmd/assay measures that.
func (c *Config) bytes(witnesses, scales int) float64 {
	d, m, members := float64(c.Problem.Dim()), float64(c.Problem.Rows()), float64(c.Draws+1)
	w := float64(witnesses)
	ranks := members
	if c.pairs() {
		ranks = 2
	}
	shapes := float64(len(betaExponents)*len(betaExponents) - 1)
	experts := shapes + valueExperts
	session := 8 * w * (2*experts + 2*ranks + float64(len(c.Extra)))
	if !c.Tolerance.Exact() {
		session += 8 * w * experts
	}
	if c.pairs() {
		session += 8 * w * members // ranks
	}
	session += 8 * 2 * maxFeatures * maxFeatures * float64(len(learnedScales))
	call := 8 * members * (w + 4*d + m + 60)
	sessions, calls, batteries := float64(max(c.Sessions, 1)), float64(max(c.Calls, 1)), float64(scales)
	pilot := 8 * pilotDraws * 3 * (d + m)
	return 1.25*batteries*(sessions*session+8*shapes*ranks+pilot) + 2*calls*(batteries*call+8*members*2*d)
}

// fits returns an error if there is not the memory for the sessions.
func (c *Config) fits(scales []scale) error {
	what := fmt.Sprintf("%d draws a call on %s", c.Draws, c.Problem.Name())
	if c.Sessions > 1 {
		what = fmt.Sprintf("%d single y on %s", c.Sessions, c.Problem.Name())
		if c.Draws > c.Sessions {
			what += fmt.Sprintf(" with %d draws a call", c.Draws)
		}
	}
	return room.Need(what, c.bytes(len(scales[0].battery.names), len(scales)))
}

// pairs reports whether each draw is compared with the truth by itself: if the draws are
// not independent, and under a tolerance, where a pair needs an allowance for one draw
// and a pool for all of its draws. Neither matters where a pool holds one draw of the
// candidate. Nobody else decides this.
func (c *Config) pairs() bool {
	return !c.Single && c.Draws > 1 && (!c.Independent || !c.Tolerance.Exact())
}

// resolutions are the h, in units of tau, at which a tolerance is tested. At small h
// little is blurred, but much must be allowed for: [spec.Tolerance.Asymmetry] of a pair is
// erf(tau/(2h))/2 for delta = 0, which is 0.138, 0.035 and 0.009.
var resolutions = []float64{2, 8, 32}

// scale is what is looked at on a problem at one resolution.
type scale struct {
	h         float64
	asymmetry float64 // how far, in total variation, what is bet on may be from exchangeable
	battery   *battery
}

// Session is the evidence against one candidate on one problem, and for single y on one y:
// a wealth that starts at 1 and has mean at most 1 at every call, and at every stopping
// rule, if the candidate is right. It is the mean wealth over the resolutions at which a
// tolerance is tested; the exact law is tested at one.
//
// Each call of the candidate is shown to it once, by [Session.Observe]. Calls may be
// evaluated in parallel, by [Session.Evaluate], and must be bet on in the order of an index
// that was given before they were made, by [Session.Bet].
type Session struct {
	config    Config
	tolerance spec.Tolerance // as it is read on the problem
	scales    []scale        // shared with forks
	processes []*process     // one for each scale
	memories  []*memory      // one for each scale
	pooled    *Pooled        // what bets on every call too; nil if nothing does
}

// NewSession returns the evidence before the first call. pilot opens the stream of the draws
// that set scales and random directions, anew for each resolution. It is an error if the
// problem cannot be drawn from, the tolerance does not go with it, or a statistic of the
// user's own is of no use; see [Config].
func NewSession(c Config, pilot func() *rand.Rand) (*Session, error) {
	if c.Draws < 1 {
		return nil, fmt.Errorf("draws is %d, want at least 1", c.Draws)
	}
	s := &Session{config: c}
	var err error
	if s.tolerance, err = c.Tolerance.On(c.Problem, c.Single); err != nil {
		return nil, err
	}
	heights := []float64{0}
	if c.Tolerance.Tau > 0 {
		heights = nil
		for _, r := range resolutions {
			heights = append(heights, r*c.Tolerance.Tau)
		}
	}
	others := 1 // of the pool that one draw of the candidate is among
	if c.Single {
		others = c.Draws
	}
	for _, h := range heights {
		battery, err := newBattery(c.Problem, c.Draws, c.pairs(), h, pilot(), c.Extra...)
		if err != nil {
			return nil, err
		}
		s.scales = append(s.scales, scale{h, s.tolerance.Asymmetry(h, others), battery})
	}
	if err := c.fits(s.scales); err != nil {
		return nil, err
	}
	return s.Fork(), nil
}

// Fork returns another session of the same kind before its first call, for another y, say.
// It shares all that was prepared, and is not part of a [Pooled].
func (s *Session) Fork() *Session {
	f := &Session{config: s.config, tolerance: s.tolerance, scales: s.scales}
	for _, at := range s.scales {
		f.processes = append(f.processes, newProcess(len(at.battery.names), at.battery.features, s.config.Draws, s.config.pairs(), at.asymmetry))
		f.memories = append(f.memories, &memory{})
	}
	return f
}

// Evaluation is one call as the bets see it. It keeps the stream that it was made with, to
// break ties by when it is bet on.
type Evaluation struct {
	tables   []*table // one for each scale
	ties     *rand.Rand
	recalled bool
}

// Values returns the value of each witness on each member of the pool, in row k that of
// witness k, and which member is the truth, at the finest resolution.
func (e *Evaluation) Values() (values [][]float64, truth int) {
	return e.tables[0].values, e.tables[0].place
}

// Evaluate computes what needs to be known of a call, which is what takes time: of the truth
// (length d; or, at a single y, a draw of the candidate) and the draws (L x d, given y).
// rng shuffles, blurs, and breaks ties; the same stream gives the same bets. It is safe for
// concurrent use, each with a stream of its own. It is an error if a statistic of the user's
// own panics.
func (s *Session) Evaluate(truth []float64, draws *mat.Dense, y []float64, rng *rand.Rand) (*Evaluation, error) {
	e := &Evaluation{ties: rng}
	for _, at := range s.scales {
		t := at.battery.Evaluate(truth, draws, y, rng)
		if t.failure != nil {
			return nil, fmt.Errorf("on %s: %w", s.config.Problem.Name(), t.failure)
		}
		e.tables = append(e.tables, t)
	}
	return e, nil
}

// Recall completes an evaluation by what depends on the calls before it, once. Bet does so
// by itself; Recall alone is for those who look at values and do not bet.
func (s *Session) Recall(e *Evaluation) {
	if e.recalled {
		return
	}
	e.recalled = true
	for i, memory := range s.memories {
		memory.Recall(e.tables[i])
	}
}

// Bet bets on a call and multiplies the wealth. A call is bet on once. If the session is part
// of a [Pooled], that bets first, on what was known before this call.
func (s *Session) Bet(e *Evaluation) {
	s.Recall(e)
	if s.pooled != nil {
		s.pooled.bet(s, e)
	}
	for i, process := range s.processes {
		process.Observe(e.tables[i].values, e.tables[i].place, e.ties)
	}
}

// Observe evaluates a call and bets on it.
func (s *Session) Observe(truth []float64, draws *mat.Dense, y []float64, rng *rand.Rand) error {
	e, err := s.Evaluate(truth, draws, y, rng)
	if err == nil {
		s.Bet(e)
	}
	return err
}

// Calls returns the number of calls that were bet on.
func (s *Session) Calls() int { return s.processes[0].Calls() }

// LogWealth returns the natural logarithm of the wealth.
func (s *Session) LogWealth() float64 { return meanLogWealth(s.processes) }

// Tolerance returns the tolerance as it is read on the problem, with its form.
func (s *Session) Tolerance() spec.Tolerance { return s.tolerance }

// Names returns the names of the witnesses.
func (s *Session) Names() []string { return s.scales[0].battery.names }

// LeftOut says which witnesses there are none of, and why, for what the problem does not
// have; empty if nothing is missing.
func (s *Session) LeftOut() string { return s.scales[0].battery.leftOut }

// Resolution returns the deviation of the noise, in the units of x, under which the
// evidence is strongest: of the order of the tolerance tau, 0 if that is 0.
func (s *Session) Resolution() float64 { return s.scales[leading(s.processes)].h }

// WitnessShares returns what each witness has contributed at that resolution, the largest
// share first. Mean ranks are those of the truth among the draws, and at a single y those of
// an exact draw next to that of the candidate.
func (s *Session) WitnessShares() []WitnessShare {
	all := s.processes[leading(s.processes)].shares()
	for i := range all {
		all[i].Name = s.Names()[all[i].Witness]
		if s.config.Single {
			all[i].MeanRank = 1 - all[i].MeanRank
		}
	}
	return all
}

// RankCounts returns how often witness k ranked the truth 0, 1, ... among the draws, or, at a
// single y, how often 0, 1, ... of the exact draws lay above that of the candidate, at the
// resolution where the evidence is strongest: the mean rank of [Session.WitnessShares] is the
// mean of these. In pairs there are two ranks, and a call counts in shares of its draws. It is
// what a record of a judgement keeps, besides the wealth after each call.
func (s *Session) RankCounts(k int) []float64 {
	counts := slices.Clone(s.processes[leading(s.processes)].rank.counts[k])
	if s.config.Single {
		slices.Reverse(counts)
	}
	return counts
}

// CalibrationLimit returns an upper confidence limit for the calibration error of every
// witness, at the given level for each of them, at the resolution where the evidence is
// strongest: see the process's own. As that is chosen by what was seen, the resolutions share
// the chance of an error.
func (s *Session) CalibrationLimit(level float64) (limit float64) {
	at := leading(s.processes)
	level = 1 - (1-level)/float64(len(s.scales))
	for k := range s.Names() {
		limit = max(limit, s.processes[at].CalibrationLimit(k, level))
	}
	return limit
}

// LargestFactor returns what one call multiplies the wealth by at most: the size of the pool,
// n, and under a tolerance that allows for an asymmetry a, n/(1 + a n), which is what a factor
// between 0 and n is divided down to.
func (s *Session) LargestFactor() float64 {
	members := float64(s.config.Draws + 1)
	if s.config.pairs() {
		members = 2
	}
	least := 1.0
	for _, at := range s.scales {
		least = min(least, at.asymmetry)
	}
	return members / (1 + least*members)
}

// errUnlike is why sessions cannot be pooled.
var errUnlike = errors.New("sessions of unlike configurations cannot be pooled: want the same draws, independence, tolerance and statistics")
