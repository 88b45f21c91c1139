package mutation

import (
	"context"
	"fmt"
	"math"
	"time"

	"assay/internal/fuzz"
	"assay/internal/selftest/mutants"
	"assay/internal/text"
	"assay/props"
	"assay/spec"
)

// Options say how much is tried.
type Options struct {
	For   time.Duration `json:"for"`   // for each mutant
	Alpha float64       `json:"alpha"` // of each campaign
	// Discards is the number of counterexamples, on which the control is rejected too,
	// after which a mutant is given up; 0 to go on.
	Discards int                `json:"discards,omitempty"`
	Seed     uint64             `json:"seed"`
	Watch    func(done, of int) `json:"-"` // nil for nobody
}

// Size is how large a problem is: its coordinates, the components or points of its prior,
// and its measurements.
type Size struct {
	Dim          int `json:"dim"`
	Components   int `json:"components"`
	Measurements int `json:"measurements"`
}

// Smallest is what a problem is to be reduced to, at most, where the error shows there.
var Smallest = Size{2, 2, 1}

// within reports whether s is no larger than limit in any way.
func (s Size) within(limit Size) bool {
	return s.Dim <= limit.Dim && s.Components <= limit.Components && s.Measurements <= limit.Measurements
}

func (s Size) String() string {
	return fmt.Sprintf("d = %d, %d comp., m = %d", s.Dim, s.Components, s.Measurements)
}

// sizeOf returns the size of a problem of one of the families that campaigns generate.
func sizeOf(p *spec.Problem) Size {
	s := Size{p.Dim(), 1, p.Rows()}
	switch prior := p.Prior().(type) {
	case *spec.Mixture:
		s.Components = prior.Len()
	case *spec.DataSet:
		s.Components, _ = prior.Points().Dims()
	}
	return s
}

// Row is the result for one mutant.
type Row struct {
	Mutant string `json:"mutant"`
	// Found says that a counterexample was found on which the control is not rejected.
	Found   bool `json:"found"`
	Reduced bool `json:"reduced"`
	// First is the time to the confirmation of it, Whole to the end of its reduction. They are
	// not part of the JSON form.
	First time.Duration `json:"-"`
	Whole time.Duration `json:"-"`
	// Screened and Refused count the problems, Discarded the counterexamples on which the
	// control was rejected too.
	Screened  int    `json:"screened"`
	Refused   int    `json:"refused"`
	Discarded int    `json:"discarded"`
	Problem   string `json:"problem"`
	Size      Size   `json:"size"`
	Calls     int    `json:"calls"` // of the last judgement, on the smallest problem
	Words     string `json:"words"`
	// Reason says why the mutant is not found, or not on a smaller problem; empty if it is.
	Reason string `json:"reason,omitempty"`
}

// Table is what was measured.
type Table struct {
	Options     Options `json:"options"`
	Rows        []Row   `json:"rows"`
	Interrupted bool    `json:"interrupted"`
}

// Measure runs a campaign on each of the mutants in turn. If ctx is done it returns what was
// measured by then, and marks it as interrupted.
func Measure(ctx context.Context, list []mutants.Mutant, o Options) (*Table, error) {
	if !(o.For > 0) {
		return nil, fmt.Errorf("mutation: time for each mutant is %v, want a positive duration", o.For)
	}
	t := &Table{Options: o}
	for i, m := range list {
		row, err := search(ctx, m, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		if ctx.Err() != nil {
			t.Interrupted = true
			return t, nil
		}
		t.Rows = append(t.Rows, *row)
		if o.Watch != nil {
			o.Watch(i+1, len(list))
		}
	}
	return t, nil
}

// patience is the number of problems after which a mutant that has refused them all is
// given up.
const patience = 1000

// search runs one campaign until a counterexample survives its control, or the time is over.
func search(ctx context.Context, m mutants.Mutant, o Options) (*Row, error) {
	row := &Row{Mutant: m.Name}
	state, err := fuzz.NewState(m.Sampler.Name(), "any", o.Alpha, o.Seed)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, o.For)
	defer cancel()
	start := time.Now()
	for limited.Err() == nil && (o.Discards == 0 || row.Discarded < o.Discards) {
		most := patience
		if state.Refused < state.Screened {
			most = 0
		}
		confirmed := time.Duration(0)
		report, err := fuzz.Run(limited, m.Sampler, state, nil, fuzz.Config{
			Problems: most, Most: 1,
			Save: func(*fuzz.State) error { return nil },
			Keep: func(*props.Counterexample) error {
				if confirmed == 0 {
					confirmed = time.Since(start)
				}
				return nil
			},
		})
		if err != nil {
			return nil, err
		}
		if len(report.Found) == 0 {
			if limited.Err() == nil && state.Refused < state.Screened {
				continue
			}
			break
		}
		found := report.Found[0]
		right, err := controlPasses(limited, m, found, o)
		switch {
		case limited.Err() != nil: // too late to ask the control
			continue
		case err != nil:
			return nil, err
		case !right:
			row.Discarded++
			continue
		}
		row.Found, row.Reduced = true, found.Reduced
		row.First, row.Whole = confirmed, time.Since(start)
		row.Problem, row.Size, row.Calls = found.Problem.Name(), sizeOf(found.Problem), found.Verdict.Calls
		row.Words = found.Words[0]
		break
	}
	row.Screened, row.Refused = state.Screened, state.Refused
	row.Reason = reason(m, row, o)
	return row, nil
}

// controlPasses judges the control on a counterexample at the level of the campaign, with
// four times the calls that the mutant took and at least 2,000.
func controlPasses(ctx context.Context, m mutants.Mutant, found *props.Counterexample, o Options) (bool, error) {
	v, err := props.Judge(ctx, m.Control, []*spec.Problem{found.Problem}, props.Alpha(o.Alpha),
		props.Calls(max(2000, 4*found.Verdict.Calls)), props.Seed(o.Seed), props.Terse())
	if err != nil {
		return false, err
	}
	return v.Outcome == props.NotRejected, nil
}

// reason says why a mutant is an exception: by what the package of mutants says of it, or by
// what the campaign saw.
func reason(m mutants.Mutant, row *Row, o Options) string {
	switch {
	case row.Found && row.Size.within(Smallest):
		return ""
	case m.Confined != "":
		return m.Confined
	case m.Undetectable != "":
		return m.Undetectable
	case row.Found:
		return "no smaller problem was confirmed"
	case row.Screened >= patience && row.Refused == row.Screened:
		return "it refuses every problem that was generated"
	case o.Discards > 0 && row.Discarded == o.Discards:
		return "wherever it is rejected its control is rejected too"
	}
	return "not found in the time given"
}

// String returns the table in Markdown, and a summary.
func (t *Table) String() string {
	table := text.Table{{"mutant", "found after", "reduced after", "to", "calls there", "what is said"}}
	found, small := 0, 0
	slowest := time.Duration(0)
	for _, r := range t.Rows {
		if !r.Found {
			table.Add(r.Mutant, "-", "-", "-", "-", "-")
			continue
		}
		found++
		if r.Size.within(Smallest) {
			small++
		}
		slowest = max(slowest, r.Whole)
		table.Add(r.Mutant, seconds(r.First), seconds(r.Whole), r.Size.String(), fmt.Sprint(r.Calls), r.Words)
	}
	var page text.Page
	fmt.Fprintln(&page, table.Markdown())
	page.Line("%d of %d found within %v each, the slowest reduced after %s; %d of them on a problem of at most %s.",
		found, len(t.Rows), t.Options.For, seconds(slowest), small, Smallest)
	first := true // of the mutants that are not found, or not on a small problem
	for _, r := range t.Rows {
		if r.Reason == "" {
			continue
		}
		if first {
			page.Line("\nExceptions:\n")
		}
		page.Line("- %s: %s", r.Mutant, r.Reason)
		first = false
	}
	if t.Interrupted {
		page.Line("\ninterrupted")
	}
	return page.String()
}

func seconds(d time.Duration) string {
	s := d.Seconds()
	if s >= 10 {
		return fmt.Sprintf("%.0f s", s)
	}
	return fmt.Sprintf("%.*f s", max(0, int(1-math.Floor(math.Log10(max(s, 0.01))))), s)
}
