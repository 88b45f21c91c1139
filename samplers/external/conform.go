package external

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/text"
	"assay/spec"
)

// report is what [Conform] found.
type report struct {
	Hello  hello
	Rules  []rule
	counts *counts
	spent  time.Duration // on all draws
	draws  int
}

// rule is one thing that a program must do, and whether it does.
type rule struct {
	What  string // what it must do
	Wrong string // what it does instead, and why that matters; empty if all is well
	// Advice is set if what is wrong costs something but breaks no rule.
	Advice bool
}

// OK reports whether the program breaks no rule.
func (r *report) OK() bool {
	for _, rule := range r.Rules {
		if rule.Wrong != "" && !rule.Advice {
			return false
		}
	}
	return true
}

// String returns the report in words, a line for each rule.
func (r *report) String() string {
	var page text.Page
	for _, rule := range r.Rules {
		word := "wrong"
		switch {
		case rule.Wrong == "":
			page.Line("ok      %s", rule.What)
			continue
		case rule.Advice:
			word = "advice"
		}
		page.Line("%-6s  %s\n        %s", word, rule.What, text.Cut(rule.Wrong, 2000))
	}
	if r.Hello.Name != "" {
		independent := "independent"
		if !r.Hello.Independent {
			independent = "dependent, and judged in pairs"
		}
		page.Line("\n%s %s: the draws of a call are %s", text.Name(r.Hello.Name), text.Cut(r.Hello.Version, 100), independent)
	}
	if r.draws > 0 {
		page.Line("%d draws at %.3g a second", r.draws, float64(r.draws)/r.spent.Seconds())
		page.Line("rows asked for by callback: %d denoise, %d score, %d jvp, %d prior_draws",
			r.counts.Denoise.Load(), r.counts.Score.Load(), r.counts.JVP.Load(), r.counts.PriorDraws.Load())
	}
	return page.String()
}

// Conform runs a program through everything that the protocol asks of it, on the given
// problems, and says what it does wrong. It is an error if the program is not found, the
// options are wrong or ctx is done. It does not judge the draws, only that they are there,
// finite, and a function of the seed.
func Conform(ctx context.Context, command []string, options Options, on []*spec.Problem) (*report, error) {
	o, err := options.filled()
	if err != nil {
		return nil, err
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		return nil, fmt.Errorf("candidate: %w", err)
	}
	e := &examiner{ctx: ctx, command: command, options: o, report: &report{counts: new(counts)}}
	e.examine(on)
	return e.report, ctx.Err()
}

// examiner asks a program one question after the other.
type examiner struct {
	ctx     context.Context
	command []string
	options *Options
	report  *report
	session *session // nil if there is none, because the program could not be started
}

// rule notes how the program took a rule. It reports whether all is well.
func (e *examiner) rule(what string, err error) bool {
	wrong := ""
	if err != nil {
		wrong = err.Error()
	}
	e.report.Rules = append(e.report.Rules, rule{What: what, Wrong: wrong})
	return err == nil
}

func (e *examiner) advise(what string, err error) {
	e.rule(what, err)
	e.report.Rules[len(e.report.Rules)-1].Advice = true
}

// start starts the program anew, if there is no process that is well.
func (e *examiner) start() error {
	if e.session != nil {
		return nil
	}
	s, err := open(e.ctx, e.command, e.options, e.report.counts)
	if err != nil {
		return err
	}
	e.session = s
	e.report.Hello = s.hello
	return nil
}

// drop gives up a process that is at fault.
func (e *examiner) drop() {
	if e.session != nil {
		e.session.kill()
		e.session = nil
	}
}

func (e *examiner) examine(on []*spec.Problem) {
	if !e.rule("says hello: protocol, name, and whether draws are independent", e.start()) {
		return
	}
	defer e.drop()
	for _, p := range on {
		e.onProblem(p)
	}
	e.rule("knows a problem by its number, whichever was described last", e.interleaved(on))
	e.rule("answers a method that it does not know with an error, code -32601, and goes on", e.unknownMethod())
	if e.start() == nil {
		s := e.session
		e.session = nil
		e.rule("ends with exit code 0 when told bye", s.bye())
	}
}

// onProblem asks for draws on one problem.
func (e *examiner) onProblem(p *spec.Problem) {
	on := " on " + p.Name()
	y := measured(p, 0)
	one, err := e.draws(p, y, 1, 1)
	refusal := (*spec.Refusal)(nil)
	if errors.As(err, &refusal) {
		e.report.Rules = append(e.report.Rules, rule{What: "draws" + on, Wrong: "it declines: " + refusal.Reason, Advice: true})
		return
	}
	if !e.rule("returns one draw"+on, err) {
		return
	}
	many, err := e.draws(p, y, 7, 1)
	if !e.rule("returns 7 draws, finite, one a row"+on, err) {
		return
	}
	again, err := e.draws(p, y, 7, 1)
	e.rule("returns the same draws for the same seed"+on, differ(again, many, err, "the same seed gave other draws: some randomness does not come from the seed, and no verdict can be repeated"))
	other, err := e.draws(p, y, 7, 2)
	if err == nil && mat.Equal(other, many) {
		may := false
		if may, err = mayRepeat(e.ctx, p, y); err == nil && !may {
			err = errors.New("seeds 1 and 2 gave the same draws: seed the generator from the seed of the call")
		}
	}
	e.rule("returns other draws for another seed"+on, err)
	if e.report.Hello.Batch > 1 {
		e.rule("returns the same draws for calls that are put to it together"+on, e.together(p))
	}
	if p.Rows() > 0 {
		moved, err := e.draws(p, measured(p, 1), 7, 1)
		if err == nil && mat.Equal(moved, many) {
			err = errors.New("another y gave the same draws: is y used at all?")
		}
		e.advise("returns other draws for another y"+on, err)
	}
	e.drop()
	fresh, err := e.draws(p, y, 1, 1)
	e.rule("returns the same draws for the same seed in a new process"+on, differ(fresh, one, err, "a new process gave other draws: something besides problem, y, n and seed matters, and verdicts depend on which process serves a call"))
}

// differ returns an error if two batches of draws are not the same.
func differ(got, want *mat.Dense, err error, words string) error {
	if err == nil && !mat.Equal(got, want) {
		return errors.New(words)
	}
	return err
}

// measured returns a y of a problem, always the same one for the same number.
func measured(p *spec.Problem, number uint64) []float64 {
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	p.Draw(x, y, spec.Stream(0, "conformance", p.Digest(), number))
	return y
}

// conformanceCall returns the call of one y with one seed.
func conformanceCall(p *spec.Problem, y []float64, seed uint64) *call {
	c := newCall(p, y, spec.Stream(seed, "conformance", p.Digest(), 0))
	c.seed = seed
	return c
}

// draws asks for n draws.
func (e *examiner) draws(p *spec.Problem, y []float64, n int, seed uint64) (*mat.Dense, error) {
	if err := e.start(); err != nil {
		return nil, err
	}
	dst := mat.NewDense(n, p.Dim(), nil)
	return dst, e.fill([]*call{conformanceCall(p, y, seed)}, []*mat.Dense{dst})
}

// fill asks for the draws of some calls. A process at fault is given up.
func (e *examiner) fill(calls []*call, places []*mat.Dense) error {
	began := time.Now()
	if err := e.session.sample(e.ctx, calls, places); err != nil {
		if refusal := (*spec.Refusal)(nil); !errors.As(err, &refusal) {
			e.drop()
		}
		return err
	}
	e.report.spent += time.Since(began)
	e.report.draws += len(calls) * places[0].RawMatrix().Rows
	return nil
}

// together makes some calls at a time and one by one.
func (e *examiner) together(p *spec.Problem) error {
	var calls []*call
	var got, want []*mat.Dense
	for i := range uint64(min(3, e.report.Hello.Batch)) {
		y := measured(p, i)
		alone, err := e.draws(p, y, 5, i)
		if err != nil {
			return err
		}
		calls, want = append(calls, conformanceCall(p, y, i)), append(want, alone)
		got = append(got, mat.NewDense(5, p.Dim(), nil))
	}
	if err := e.start(); err != nil {
		return err
	}
	if err := e.fill(calls, got); err != nil {
		return err
	}
	for i := range got {
		if !mat.Equal(got[i], want[i]) {
			return fmt.Errorf("call %d of %d gave other draws than on its own: verdicts would depend on which calls meet", i, len(calls))
		}
	}
	return nil
}

// interleaved asks about the problems in turn, twice, a process that knows none of them at first:
// each is described after all before it, and asked about again after all of them.
func (e *examiner) interleaved(on []*spec.Problem) error {
	e.drop()
	first := make([]*mat.Dense, len(on))
	for round := range 2 {
		for i, p := range on {
			draws, err := e.draws(p, measured(p, 0), 2, 3)
			if refusal := (*spec.Refusal)(nil); errors.As(err, &refusal) {
				continue
			}
			if err != nil {
				return err
			}
			if round == 1 && !mat.Equal(draws, first[i]) {
				return fmt.Errorf("the draws on %s are others after it was asked about another problem", p.Name())
			}
			first[i] = draws
		}
	}
	return nil
}

// unknownMethod calls a method that no program has.
func (e *examiner) unknownMethod() error {
	if err := e.start(); err != nil {
		return err
	}
	err := e.session.call(e.ctx, e.options.Timeout, "conformance/unknown", struct{}{}, nil)
	var fault *Fault
	switch {
	case err == nil:
		return errors.New("it returned a result")
	case errors.As(err, &fault) && fault.Kind == kinds.Protocol && strings.Contains(fault.Message, "code -32601"):
		return nil
	case errors.As(err, &fault) && fault.Kind == kinds.Error:
		return fmt.Errorf("it returned an error of another code: %s", fault.Message)
	}
	e.drop()
	return err
}
