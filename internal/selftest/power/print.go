package power

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"assay/internal/text"
)

// The targets: what the evidence should need, relative to the design's own simulation
// and to the best rival in candidate draws.
const (
	worstOfGoal     = 1.15
	medianOfTools   = 0.5
	medianOfArmed   = 0.8
	worstOfArmed    = 1.15
	comparisonAlpha = 1e-6
)

// String returns the tables in Markdown, and what the targets make of them.
func (t *Table) String() string {
	var page text.Page
	page.Line("Runs a cell: %d (%s). A run is given up after %d calls. 50 / 90: the calls, or draws, within which half, or nine in ten, of the runs reject; - if fewer do.", t.Runs, t.Machine, t.Limit)
	if len(t.Entries) > 0 {
		t.printEngine(&page)
		t.printUnrejected(&page)
		t.printRivals(&page)
		t.printTargets(&page)
	}
	t.printNulls(&page)
	if t.Interrupted {
		page.Line("\ninterrupted")
	}
	return page.String()
}

// cases returns the names of the cases in the order of the table.
func (t *Table) cases() []string {
	var names []string
	for _, e := range t.Entries {
		if !slices.Contains(names, e.Case) {
			names = append(names, e.Case)
		}
	}
	return names
}

// judges returns the names of the judges in the order of the table.
func (t *Table) judges() []string {
	var names []string
	for _, e := range t.Entries {
		if !slices.Contains(names, e.Judge) {
			names = append(names, e.Judge)
		}
	}
	return names
}

func (t *Table) entry(name, judge string, draws int, alpha float64) (Entry, bool) {
	at := slices.IndexFunc(t.Entries, func(e Entry) bool {
		return e.Case == name && e.Judge == judge && e.Draws == draws && e.Alpha == alpha
	})
	if at < 0 {
		return Entry{}, false
	}
	return t.Entries[at], true
}

// number writes a number of calls or draws; - for never.
func number(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}

// level writes a false-alarm probability as people do: 1e-6, not 1e-06.
func level(alpha float64) string {
	return strings.Replace(fmt.Sprintf("%.0e", alpha), "e-0", "e-", 1)
}

// times writes a ratio of calls.
func times(ratio float64) string {
	if math.IsInf(ratio, 1) {
		return "infinitely many"
	}
	return fmt.Sprintf("%.2f", ratio)
}

func (t *Table) printEngine(page *text.Page) {
	page.Line("\n## Calls to rejection by the evidence\n\nIn brackets the median of the design's simulation. L is the number of draws a call.\n")
	head := []string{"case"}
	for _, alpha := range Alphas {
		for _, l := range t.Draws {
			head = append(head, fmt.Sprintf("L = %d, alpha %v", l, level(alpha)))
		}
	}
	table := text.Table{head}
	for _, name := range t.cases() {
		cells := []string{name}
		for _, alpha := range Alphas {
			for _, l := range t.Draws {
				e, measured := t.entry(name, evidenceName, l, alpha)
				cell := ""
				if measured {
					cell = number(e.Median) + " / " + number(e.Ninety)
				}
				if e.Goal > 0 {
					cell += fmt.Sprintf(" (%d)", e.Goal)
				}
				cells = append(cells, cell)
			}
		}
		table.Add(cells...)
	}
	fmt.Fprint(page, table.Markdown())
}

// printUnrejected lists the cases that the evidence rejects in fewer than half of the runs,
// whatever the number of draws.
func (t *Table) printUnrejected(page *text.Page) {
	var lines []string
	for _, name := range t.cases() {
		if _, _, rejects := t.fewest(name, Engine, comparisonAlpha, t.Draws); rejects {
			continue
		}
		line := name
		if remark := t.remark(name); remark != "" {
			line += ": " + remark
		}
		lines = append(lines, line)
	}
	if len(lines) > 0 {
		page.Line("\nNot rejected at alpha %s within %d calls in half of the runs:\n", level(comparisonAlpha), t.Limit)
	}
	for _, line := range lines {
		page.Line("- %s", line)
	}
}

// remark returns what is known of a case.
func (t *Table) remark(name string) string {
	at := slices.IndexFunc(t.Entries, func(e Entry) bool { return e.Case == name })
	return t.Entries[at].Remark
}

func (t *Table) printRivals(page *text.Page) {
	judges := t.judges()
	if len(judges) < 2 {
		return
	}
	for _, alpha := range Alphas {
		for _, l := range t.Draws {
			page.Line("\n## Candidate draws to rejection at alpha %v, L = %d\n\nEach rival at its best number of calls in hindsight, Gandy-Scott at its default. Armed: with our witnesses. Of draws that depend on each other a rival takes the first.\n", level(alpha), l)
			table := text.Table{append([]string{"case"}, judges...)}
			for _, name := range t.cases() {
				cells := []string{name}
				for _, judge := range judges {
					e, measured := t.entry(name, judge, l, alpha)
					if !measured {
						cells = append(cells, "")
						continue
					}
					cells = append(cells, number(l*e.Median)+" / "+number(l*e.Ninety))
				}
				table.Add(cells...)
			}
			fmt.Fprint(page, table.Markdown())
		}
	}
}

// fewest returns the fewest median draws of the judges of a kind over the given numbers
// of draws a call, and who needs them. If none rejects, it returns the draws within
// which they did not, and rejects is false.
func (t *Table) fewest(name string, kind Kind, alpha float64, draws []int) (n int, who string, rejects bool) {
	within := 0
	for _, e := range t.Entries {
		if e.Case != name || e.Kind != kind || e.Alpha != alpha || !slices.Contains(draws, e.Draws) {
			continue
		}
		within = max(within, e.Within*e.Draws)
		if all := e.Median * e.Draws; fewer(all, n) {
			n, who = all, fmt.Sprintf("%s, L = %d", e.Judge, e.Draws)
		}
	}
	if n == 0 {
		return within, "", false
	}
	return n, who, true
}

// Comparison is the evidence against the best rival of a kind on one case, in candidate
// draws at alpha 1e-6.
type Comparison struct {
	Case   string
	Ratio  float64 // an upper bound if the rivals never reject, +Inf if only they do
	Rival  string  // empty if none rejects
	Remark string
}

// Compare returns the comparisons with the rivals of a kind, each judge at the best of
// the given numbers of draws a call, by decreasing ratio. Cases that nobody rejects are left
// out.
func (t *Table) Compare(kind Kind, draws []int) []Comparison {
	var all []Comparison
	for _, name := range t.cases() {
		ours, _, rejects := t.fewest(name, Engine, comparisonAlpha, draws)
		theirs, who, rejected := t.fewest(name, kind, comparisonAlpha, draws)
		if !rejects && !rejected || theirs == 0 {
			continue
		}
		c := Comparison{Case: name, Ratio: float64(ours) / float64(theirs), Rival: who, Remark: t.remark(name)}
		if !rejects {
			c.Ratio = math.Inf(1)
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Comparison) int { return cmp.Compare(b.Ratio, a.Ratio) })
	return all
}

func (t *Table) printTargets(page *text.Page) {
	page.Line("\n## Targets")
	t.printGoals(page)
	if len(t.judges()) < 2 {
		return
	}
	page.Line("\nCandidate draws of the evidence, relative to the best rival, at alpha %v: a ratio below 1 is in favour of the evidence. A case that no rival rejects counts with the most draws that they were given.\n", level(comparisonAlpha))
	table := text.Table{{"draws a call", "rivals", "median ratio", "target", "worst ratio", "target"}}
	choices := [][]int{t.Draws}
	if len(t.Draws) > 1 {
		choices = nil
		for i := range t.Draws {
			choices = append(choices, t.Draws[i:i+1])
		}
		choices = append(choices, t.Draws)
	}
	for _, draws := range choices {
		label := "the best of each judge"
		if len(draws) == 1 {
			label = fmt.Sprint(draws[0])
		}
		for _, kind := range []Kind{Tool, Armed} {
			all := t.Compare(kind, draws)
			if len(all) == 0 {
				continue
			}
			target, worst := fmt.Sprint(medianOfTools), ""
			if kind == Armed {
				target, worst = fmt.Sprint(medianOfArmed), fmt.Sprint(worstOfArmed)
			}
			table.Add(label, string(kind), times(all[len(all)/2].Ratio), target, fmt.Sprintf("%s (%s)", times(all[0].Ratio), all[0].Case), worst)
		}
	}
	fmt.Fprint(page, table.Markdown())
	for _, draws := range choices {
		for _, c := range t.Compare(Armed, draws) {
			if c.Ratio <= worstOfArmed {
				continue
			}
			fmt.Fprintf(page, "\nMissed, L = %v: %s takes %s times the draws of %s.", strings.Trim(fmt.Sprint(draws), "[]"), c.Case, times(c.Ratio), c.Rival)
			if c.Remark != "" {
				fmt.Fprintf(page, " %s", c.Remark)
			}
		}
	}
	page.Line("")
}

// printGoals says where the evidence needs more calls than the design's simulation.
func (t *Table) printGoals(page *text.Page) {
	var ratios []float64
	var missed []string
	for _, e := range t.Entries {
		if e.Kind != Engine || e.Goal == 0 {
			continue
		}
		ratio := math.Inf(1)
		if e.Median > 0 {
			ratio = float64(e.Median) / float64(e.Goal)
		}
		ratios = append(ratios, ratio)
		if ratio > worstOfGoal {
			missed = append(missed, fmt.Sprintf("%s (L = %d, alpha %v): %s", e.Case, e.Draws, level(e.Alpha), times(ratio)))
		}
	}
	if len(ratios) == 0 {
		return
	}
	slices.Sort(ratios)
	// A median of n runs of a law whose deviation is about 0.4 of its median errs by
	// 1.25 * 0.4 / sqrt(n) of it.
	noise := 0.5 / math.Sqrt(float64(t.Runs))
	fmt.Fprintf(page, "\nCalls of the evidence relative to the design's simulation (which itself errs by 5 to 8 %%, ours here by about %.0f %%): median %s, worst %s; %d of %d cells are above %v",
		100*noise, times(ratios[len(ratios)/2]), times(ratios[len(ratios)-1]), len(missed), len(ratios), worstOfGoal)
	if len(missed) > 0 {
		page.Line(":")
		for _, line := range missed {
			fmt.Fprintf(page, "\n- %s", line)
		}
	} else {
		fmt.Fprint(page, ".")
	}
	page.Line("")
}

func (t *Table) printNulls(page *text.Page) {
	if len(t.Nulls) == 0 {
		return
	}
	page.Line("\n## A right sampler\n\nShare of %d runs of %d calls in which its wealth ever reached a level; the bound is one over the level.\n", t.NullRuns, t.NullCalls)
	head := []string{"model", "L"}
	for _, level := range NullLevels {
		head = append(head, fmt.Sprintf(">= %.0f", level))
	}
	table := text.Table{head}
	for _, n := range t.Nulls {
		cells := []string{n.Case, fmt.Sprint(n.Draws)}
		for _, reached := range n.Reached {
			cells = append(cells, fmt.Sprintf("%.4f", float64(reached)/float64(t.NullRuns)))
		}
		table.Add(cells...)
	}
	fmt.Fprint(page, table.Markdown())
}
