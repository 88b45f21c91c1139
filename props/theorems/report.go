package theorems

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"text/tabwriter"

	"assay/internal/parallel"
)

// Report is what was found of all statements.
type Report struct {
	Seed   uint64 `json:"seed"`
	Budget Budget `json:"budget"`
	// Alpha bounds the probability that some true statement is found not to hold.
	Alpha float64 `json:"alpha"`
	// Interrupted is set if not all statements were checked.
	Interrupted bool     `json:"interrupted"`
	Results     []Result `json:"statements"`
}

// Run checks the statements, several at a time; the report does not depend on how many. It
// calls watch, if that is not nil, whenever one is done. If ctx is done it returns those
// checked so far.
func Run(ctx context.Context, all []Statement, seed uint64, budget Budget, watch func(done, of int)) (*Report, error) {
	results := make([]*Result, len(all))
	var mutex sync.Mutex
	done := 0 // under mutex, as is watch
	err := parallel.Each(ctx, len(all), func(i int) error {
		result, err := all[i].Check(ctx, seed, budget)
		if err != nil {
			return err
		}
		results[i] = &result
		mutex.Lock()
		defer mutex.Unlock()
		if done++; watch != nil {
			watch(done, len(all))
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return nil, err
	}
	report := &Report{Seed: seed, Budget: budget, Alpha: Alpha}
	for _, result := range results {
		if result == nil {
			report.Interrupted = true
		} else {
			report.Results = append(report.Results, *result)
		}
	}
	return report, nil
}

// Holds reports whether every statement that was checked holds.
func (r *Report) Holds() bool {
	for _, result := range r.Results {
		if !result.Holds {
			return false
		}
	}
	return true
}

// String returns one line for each statement: what was measured, the bound, and the margin
// between them (see [Result.Margin]) in percent. How it was measured follows where a statement
// does not hold; [Report.Details] says it of all.
func (r *Report) String() string { return r.table(func(result Result) bool { return !result.Holds }) }

// Details returns the table of String with a line on every statement that says what it claims
// and how it was measured.
func (r *Report) Details() string { return r.table(func(Result) bool { return true }) }

func (r *Report) table(detailed func(Result) bool) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\tstatement\tmeasured\t\t\tbound\tmargin\tp")
	failed := 0
	for _, result := range r.Results {
		p := fmt.Sprintf("%.2g", result.P)
		if result.Certain {
			p = "-"
		}
		if !result.Holds {
			failed++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%.4g\t%s\t%.4g\t%s\t%s\n", result.Word(), result.Name, result.Quantity,
			result.Measured, result.Relation, result.Bound, percent(result.Margin()), p)
	}
	w.Flush()
	lines := strings.SplitAfter(b.String(), "\n")
	b.Reset()
	b.WriteString(lines[0])
	for i, result := range r.Results {
		b.WriteString(lines[i+1])
		if result.WouldNotice != "" {
			fmt.Fprintf(&b, "         would have noticed %s\n", result.WouldNotice)
		}
		for _, note := range result.Notes {
			fmt.Fprintf(&b, "         %s\n", note)
		}
		if detailed(result) {
			fmt.Fprintf(&b, "       %s: %s (p %.2g)\n         %s\n", result.Source, result.Statement, result.P, result.Detail)
		}
	}
	switch {
	case failed > 0:
		fmt.Fprintf(&b, "%d of %d statements are refuted", failed, len(r.Results))
	case r.Interrupted:
		fmt.Fprintf(&b, "interrupted; none of the %d statements checked is refuted", len(r.Results))
	default:
		fmt.Fprintf(&b, "none of %d statements is refuted", len(r.Results))
	}
	fmt.Fprintf(&b, " (if all are true, one is refuted here with probability at most %.0e)\n", r.Alpha)
	return b.String()
}

// percent writes a share for people.
func percent(share float64) string {
	if rounded := math.Abs(share) * 100; rounded >= 0.05 {
		return fmt.Sprintf("%+.1f %%", 100*share)
	}
	return "0 %"
}
