package hardness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/internal/text"
)

// String returns the table with a row for each n and a column for each method: the time of
// one target, and how many of those tried were inverted; for an unconditional sampler the
// time of one draw, and how many draws have f(signs) = parities. A time with > before it is
// that after which the first try was given up. The growth of the time and what could not
// be measured follow. What else ended a cell early is said after its numbers.
func (t *Table) String() string {
	var page text.Page
	fmt.Fprintf(&page, "%s: time a target, and how many of those tried were inverted", t.Function)
	head, growth := []string{"n"}, []string{"growth"}
	for _, method := range t.methods {
		if method.Kind == Generates {
			fmt.Fprintf(&page, " (%s: time a draw, and how many have f(signs) = parities)", method.Name)
		}
		head, growth = append(head, method.Name), append(growth, t.growthOf(method.Name))
	}
	table := text.Table{head}
	for cells := range slices.Chunk(t.Cells, max(1, len(t.methods))) {
		row := []string{fmt.Sprint(cells[0].N)}
		for _, c := range cells {
			row = append(row, c.text())
		}
		table.Add(row...)
	}
	if len(t.Growth) > 0 {
		table.Add(growth...)
	}
	fmt.Fprintf(&page, "\n\n%s\n\n", strings.Join(table.Lines(), "\n"))
	said := map[string]bool{}
	for _, c := range t.Cells {
		if c.End == Impossible && !said[c.Method] {
			said[c.Method] = true
			page.Line("%s from n = %d: %s", c.Method, c.N, text.Cut(c.Reason, 2000))
		}
	}
	if t.Interrupted {
		page.Line("interrupted")
	}
	return page.String()
}

func (c Cell) text() string {
	switch {
	case c.End == Skipped || c.End == Impossible && c.Tried == 0:
		return "-"
	case c.Tried == 0:
		return fmt.Sprintf(">%s", seconds(c.Spent))
	}
	text := fmt.Sprintf("%s %d/%d", seconds(c.Seconds), c.Right, c.Tried)
	if c.End != Done {
		text += " " + string(c.End)
	}
	return text
}

func (t *Table) growthOf(method string) string {
	for _, g := range t.Growth {
		if g.Method == method {
			return fmt.Sprintf("2^(%.2f n)", g.Exponent)
		}
	}
	return ""
}

// seconds writes a time with three digits.
func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	round := time.Duration(1)
	for d/round >= 1000 {
		round *= 10
	}
	return d.Round(round).String()
}
