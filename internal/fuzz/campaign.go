package fuzz

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"assay/internal/clock"
	"assay/internal/defaults"
	"assay/internal/text"
	"assay/props"
	"assay/props/evidence"
	"assay/spec"
)

// Config is what a campaign depends on besides its state.
type Config struct {
	// Problems ends the campaign when so many have been screened, Most when so many
	// counterexamples have been found; 0 means no limit.
	Problems, Most int
	// Draws is the number of draws asked for in a call, Jobs the calls made at a time; 0 is
	// the default of package props.
	Draws, Jobs int
	// Witnesses are looked at besides those that are built in, on every problem; they are those
	// that the state names. See [props.Witnesses].
	Witnesses []evidence.Statistic
	// Save is told the state whenever it changes in a way that must outlive the process: a
	// campaign that is resumed from the last state saved keeps its bound.
	Save func(*State) error
	// Keep is told of every counterexample as soon as it is confirmed, and again whenever
	// it got smaller; those of one Origin replace each other.
	Keep func(*props.Counterexample) error
	// Watch, if not nil, is told the state after every problem, and how many counterexamples
	// there are.
	Watch func(state State, found int)

	judging func(judgement) (*props.Verdict, error) // in place of package props, in tests
}

// State is how far a campaign has come, which is all that is needed to go on with it. Its
// JSON form is that of a file.
type State struct {
	Candidate string  `json:"candidate"`
	Family    string  `json:"family"`
	Alpha     float64 `json:"alpha"`
	Seed      uint64  `json:"seed"`
	// Draws is the number of draws asked for in a call; 0 before the campaign begins.
	Draws int `json:"draws"`
	// Witnesses are the names of those of [Config], all of them.
	Witnesses []string `json:"witnesses,omitempty"`
	// Screened counts the problems that were screened, Refused those among them that the
	// candidate refused.
	Screened int `json:"screened"`
	Refused  int `json:"refused"`
	// Confirmations and Reductions count the judgements that have spent alpha.
	Confirmations int `json:"confirmations"`
	Reductions    int `json:"reductions"`
	// growth is the evidence that was seen, feature by feature.
	Growth map[string]growth `json:"growth"`
	// Round is how far the present round has come, Found the origins of the counterexamples in
	// the order in which they were confirmed.
	Round position `json:"round"`
	Found []string `json:"found,omitempty"`
	// Ended holds the limits of [Config] if one of them has ended the campaign.
	Ended *limits `json:"ended,omitempty"`
}

type limits struct {
	Problems int `json:"problems"`
	Most     int `json:"most"`
}

// NewState returns the state of a campaign that has not begun: problems of the family (one
// of [Families]), the bound alpha, and the root seed of all randomness.
func NewState(candidate, family string, alpha float64, seed uint64) (*State, error) {
	s := &State{Candidate: candidate, Family: family, Alpha: alpha, Seed: seed}
	return s, s.Check()
}

// Check returns an error if no campaign can be in this state.
func (s *State) Check() error {
	if generators[s.Family] == nil {
		return fmt.Errorf("family: %q, want one of %s", s.Family, strings.Join(Families(), ", "))
	}
	if err := defaults.CheckAlpha(s.Alpha); err != nil {
		return err
	}
	if s.Screened < 0 || s.Refused < 0 || s.Confirmations < 0 || s.Reductions < 0 || s.Draws < 0 {
		return errors.New("a count is negative")
	}
	return s.Round.check(s.Screened)
}

// OwnWitnesses says in words which witnesses of the user's a campaign has.
func OwnWitnesses(names []string) string {
	if len(names) == 0 {
		return "no witness of one's own"
	}
	return "the witnesses " + strings.Join(names, ", ")
}

// Reasons for a campaign to end, besides those of package props.
const (
	stopFound    props.Stop = "as many counterexamples as were asked for"
	stopProblems props.Stop = "as many problems as were asked for"
)

// Report is the result of a campaign.
type Report struct {
	State *State
	Stop  props.Stop
	// Found holds the counterexamples, those of earlier processes first.
	Found []*props.Counterexample
	// Pending is the call that was waited for when a time limit ended the campaign.
	Pending *props.Pending
}

// campaign is one under way.
type campaign struct {
	Config
	candidate spec.Sampler
	state     *State
	found     []*props.Counterexample
	clock     clock.Clock // of all judgements
	again     bool        // the judgement that the state says is under way was cut off, and is to be made again
	replay    *replayed   // what is known of the reduction under way; nil if nothing is
}

// Run goes on with a campaign from its state, which it changes, until a limit is reached or
// ctx is done. Given what earlier processes handed to Save and to Keep it ends as if none of them
// had been cut off, provided that the candidate's draws are a function of its seed. It is an
// error if the state is of another candidate or other draws, a problem cannot be drawn from, or
// Save or Keep fails; what was handed to Keep by then is confirmed nevertheless.
func Run(ctx context.Context, candidate spec.Sampler, state *State, kept []*props.Counterexample, config Config) (*Report, error) {
	switch {
	case candidate == nil:
		return nil, errors.New("the candidate is nil: want a spec.Sampler")
	case state == nil:
		return nil, errors.New("the state is nil: want one of NewState")
	}
	if err := state.Check(); err != nil {
		return nil, err
	}
	if state.Candidate != candidate.Name() {
		return nil, fmt.Errorf("the campaign is one of %s, not of %s", state.Candidate, candidate.Name())
	}
	var own []string
	for _, s := range config.Witnesses {
		own = append(own, s.Names()...)
	}
	if !slices.Equal(own, state.Witnesses) {
		return nil, fmt.Errorf("the campaign is one with %s, not with %s", OwnWitnesses(state.Witnesses), OwnWitnesses(own))
	}
	if config.Draws == 0 {
		config.Draws = defaults.Draws
	}
	if state.Draws == 0 {
		state.Draws = config.Draws
	}
	if state.Draws != config.Draws {
		return nil, fmt.Errorf("the campaign is one of %d draws a call, not of %d", state.Draws, config.Draws)
	}
	c := &campaign{Config: config, candidate: candidate, state: state, found: slices.Clone(kept), clock: clock.Clock{Together: true}}
	state.Ended = nil
	if state.Growth == nil {
		state.Growth = map[string]growth{}
	}
	if err := c.resume(ctx); err != nil {
		return nil, err
	}
	stop, err := c.run(ctx)
	if err != nil {
		return nil, err
	}
	if stop == stopFound || stop == stopProblems {
		state.Ended = &limits{config.Problems, config.Most}
	}
	report := &Report{State: state, Stop: stop, Found: c.found}
	if stop == props.StopTime {
		report.Pending = c.clock.Stop()
	}
	return report, c.Save(state)
}

func (c *campaign) run(ctx context.Context) (props.Stop, error) {
	for {
		switch {
		case ctx.Err() != nil:
			if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				return props.StopTime, nil
			}
			return props.StopInterrupted, nil
		case c.Most > 0 && len(c.found) >= c.Most:
			return stopFound, nil
		case c.Problems > 0 && c.state.Screened >= c.Problems && c.state.Round.over():
			return stopProblems, nil
		}
		if err := c.step(ctx); err != nil {
			return "", err
		}
	}
}

// confirm judges the suspect on fresh randomness at its share of alpha; if it is caught, the
// counterexample is handed out at once, and then reduced.
func (c *campaign) confirm(ctx context.Context, p *spec.Problem) error {
	const floor, limit = 200, 50_000 // calls
	stake, err := c.spend(ctx, p, confirmation)
	if err != nil || ctx.Err() != nil {
		return err
	}
	calls := min(limit, floor+4*expectedCalls(c.state.Round.Suspect.verdict(), stake.alpha))
	v, err := c.judge(ctx, judgement{stake: stake, candidate: c.candidate, problem: p, calls: calls})
	if err != nil || ctx.Err() != nil {
		return err
	}
	if !caught(v) {
		c.state.Round.Suspect, c.state.Round.Judging = nil, ""
		return c.Save(c.state)
	}
	found := &props.Counterexample{
		Candidate: c.candidate.Name(), Words: witnessWords(v), Alpha: c.state.Alpha, Verdict: v,
		Origin: hex.EncodeToString(p.Digest()), Problem: p,
	}
	if err := c.Keep(found); err != nil {
		return err
	}
	c.state.Round.Judging = ""
	c.found, c.state.Found = append(c.found, found), append(c.state.Found, found.Origin)
	return c.finish(ctx, found)
}

// String returns the report in a few lines of plain words.
func (r *Report) String() string {
	var page text.Page
	for _, found := range r.Found {
		fmt.Fprint(&page, found)
	}
	if len(r.Found) == 0 {
		page.Line("%s: no counterexample", text.Name(r.State.Candidate))
	}
	if r.Pending != nil && r.Pending.Stalled {
		page.Field("pending", "%v", r.Pending)
	}
	refused := ""
	if r.State.Refused > 0 {
		refused = fmt.Sprintf(" (%d refused)", r.State.Refused)
	}
	page.Field("campaign", "%s screened%s, %s, %s tried (%s)", count(r.State.Screened, "problem"), refused, count(r.State.Confirmations, "confirmation"), count(r.State.Reductions, "smaller problem"), r.Stop)
	return page.String()
}
