package fuzz

import (
	"errors"
	"strings"

	"assay/props"
)

// position is how far a round has come. A campaign that is cut off at any time goes on from the
// position last saved; screening since then is repeated, as its streams are a function of the
// number of a problem and it spends nothing.
type position struct {
	// Begin counts the problems screened before this round.
	Begin int `json:"begin"`
	// Open are the problems of this round that were screened without suspicion, in that order;
	// Again, once all have been, those that are still to be looked at more closely.
	Open  []look `json:"open,omitempty"`
	Again []look `json:"again,omitempty"`
	// Suspect is what is being confirmed or, once it is a counterexample, reduced.
	Suspect *look `json:"suspect,omitempty"`
	// Judging is the kind of the judgement under way, whose number is the last of its kind.
	Judging kind `json:"judging,omitempty"`
	// Trail is how the judgements of the reduction under way have ended: + where the failure was
	// seen again, - where it was not.
	Trail string `json:"trail,omitempty"`
	// Y is the worst of several y that the reduction has found, after so many calls.
	Y      []float64 `json:"y,omitempty"`
	YCalls int       `json:"y_calls,omitempty"`
}

// look is what the screening of one problem has shown.
type look struct {
	Number      int     `json:"number"`
	Choice      int     `json:"choice"` // of the problems generated for it
	Calls       int     `json:"calls"`
	Log10Wealth float64 `json:"log10_wealth"`
	Fault       bool    `json:"fault,omitempty"`
}

func looked(number, choice int, v *props.Verdict) look {
	return look{Number: number, Choice: choice, Calls: v.Calls, Log10Wealth: v.Log10Wealth, Fault: v.Fault != nil}
}

// verdict returns as much of the verdict as is kept.
func (l *look) verdict() *props.Verdict {
	v := &props.Verdict{Calls: l.Calls, Log10Wealth: l.Log10Wealth}
	if l.Fault {
		v.Fault = &props.Fault{}
	}
	return v
}

// over reports whether nothing of the round is left but problems not screened yet.
func (r *position) over() bool {
	return r.Suspect == nil && len(r.Again) == 0 && len(r.Open) == 0
}

// check returns an error if no round can be there after so many problems.
func (r *position) check(screened int) error {
	all := append(append([]look{}, r.Open...), r.Again...)
	if r.Suspect != nil {
		all = append(all, *r.Suspect)
	}
	for _, l := range all {
		if l.Number < 0 || l.Number >= screened || l.Choice < 0 || l.Choice >= choices || l.Calls < 0 {
			return errors.New("round: a problem in it is none of those screened")
		}
	}
	switch {
	case r.Begin < 0 || r.Begin > screened:
		return errors.New("round: it begins after the problems screened")
	case r.Judging != "" && r.Judging != confirmation && r.Judging != reduction || r.Judging != "" && r.Suspect == nil:
		return errors.New("round: what is judged is no suspect")
	case strings.Trim(r.Trail, "+-") != "":
		return errors.New("round: the trail has signs other than + and -")
	}
	return nil
}
