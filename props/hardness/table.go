package hardness

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

// String returns the table with a row for each n and a column for each method: the time of
// one target, and how many of those tried were inverted; for an unconditional sampler the
// time of one draw, and how many draws have f(signs) = parities. A time with > before it is
// that after which the first try was given up. The growth of the time and what could not
// be measured follow. What else ended a cell early is said after its numbers.
func (t *Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: time a target, and how many of those tried were inverted", t.Function)
	for _, method := range t.methods {
		if method.Kind == Generates {
			fmt.Fprintf(&b, " (%s: time a draw, and how many have f(signs) = parities)", method.Name)
		}
	}
	b.WriteString("\n\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "n")
	for _, method := range t.methods {
		fmt.Fprintf(w, "\t%s", method.Name)
	}
	fmt.Fprintln(w)
	cells := t.Cells
	for len(cells) > 0 {
		row := cells[:min(len(t.methods), len(cells))]
		cells = cells[len(row):]
		fmt.Fprint(w, row[0].N)
		for _, c := range row {
			fmt.Fprintf(w, "\t%s", c.text())
		}
		fmt.Fprintln(w)
	}
	if len(t.Growth) > 0 {
		fmt.Fprint(w, "growth")
		for _, method := range t.methods {
			fmt.Fprintf(w, "\t%s", t.growthOf(method.Name))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	b.WriteString("\n")
	said := map[string]bool{}
	for _, c := range t.Cells {
		if c.End == Impossible && !said[c.Method] {
			said[c.Method] = true
			fmt.Fprintf(&b, "%s from n = %d: %s\n", c.Method, c.N, c.Reason)
		}
	}
	if t.Interrupted {
		b.WriteString("interrupted\n")
	}
	return b.String()
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
