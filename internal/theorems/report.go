package theorems

import (
	"context"
	"fmt"
	"math"
	"sync"

	"assay/internal/parallel"
	"assay/internal/text"
)

// Report is what was found of all statements.
type Report struct {
	Seed   uint64 `json:"seed"`
	Budget Budget `json:"budget"`
	// alpha bounds the probability that some true statement is found not to hold.
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
	report := &Report{Seed: seed, Budget: budget, Alpha: alpha}
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
	table := text.Table{{"", "statement", "measured", "", "", "bound", "margin", "p"}}
	failed := 0
	for _, result := range r.Results {
		p := fmt.Sprintf("%.2g", result.P)
		if result.Certain {
			p = "-"
		}
		if !result.Holds {
			failed++
		}
		table.Add(result.Word(), string(result.Name), result.Quantity, fmt.Sprintf("%.4g", result.Measured),
			string(result.Relation), fmt.Sprintf("%.4g", result.Bound), percent(result.Margin()), p)
	}
	lines := table.Lines()
	var page text.Page
	page.Line("%s", lines[0])
	for i, result := range r.Results {
		page.Line("%s", lines[i+1])
		if result.WouldNotice != "" {
			page.Line("         would have noticed %s", result.WouldNotice)
		}
		for _, note := range result.Notes {
			page.Line("         %s", note)
		}
		if detailed(result) {
			page.Line("       %s: %s (p %.2g)\n         %s", result.Source, result.Statement, result.P, result.Detail)
		}
	}
	found := fmt.Sprintf("none of %d statements is refuted", len(r.Results))
	switch {
	case failed > 0:
		found = fmt.Sprintf("%d of %d statements are refuted", failed, len(r.Results))
	case r.Interrupted:
		found = fmt.Sprintf("interrupted; none of the %d statements checked is refuted", len(r.Results))
	}
	page.Line("%s (if all are true, one is refuted here with probability at most %.0e)", found, r.Alpha)
	return page.String()
}

// percent writes a share for people.
func percent(share float64) string {
	if rounded := math.Abs(share) * 100; rounded >= 0.05 {
		return fmt.Sprintf("%+.1f %%", 100*share)
	}
	return "0 %"
}
