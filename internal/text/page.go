// Package text lays out everything that assay prints: lines with a column of labels,
// tables in aligned columns or in Markdown, and numbers.
package text

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
)

// labelWidth is the column of labels with the space after it.
const labelWidth = 10

// Page is a text that is written line by line.
type Page struct{ b strings.Builder }

// String returns the text so far.
func (p *Page) String() string { return p.b.String() }

// Write adds some text as it is; it never fails.
func (p *Page) Write(text []byte) (int, error) { return p.b.Write(text) }

// Line adds a line. The text of the arguments is foreign, see [Safe]: no argument begins
// another line. What is ours and has lines goes through Write.
func (p *Page) Line(format string, args ...any) {
	shown := make([]any, len(args))
	for i, arg := range args {
		shown[i] = safe(arg)
	}
	fmt.Fprintf(&p.b, format, shown...)
	p.b.WriteByte('\n')
}

// Field adds a line under its label, or without one under that of the line before:
//
//	label     text
//	          text
func (p *Page) Field(label, format string, args ...any) { p.labelled("  ", label, format, args) }

// Subfield is [Page.Field] for what belongs to the line before, further in.
func (p *Page) Subfield(label, format string, args ...any) {
	p.labelled("    ", label, format, args)
}

// Fields adds a line for each text, the label before the first.
func (p *Page) Fields(label string, texts ...string) {
	for _, text := range texts {
		p.Field(label, "%s", text)
		label = ""
	}
}

func (p *Page) labelled(indent, label, format string, args []any) {
	fmt.Fprintf(&p.b, "%s%-*s ", indent, labelWidth-1, label)
	p.Line(format, args...)
}

// Table is rows of cells, the first row being the head. Rows may differ in length.
type Table [][]string

// Add adds a row.
func (t *Table) Add(cells ...string) { *t = append(*t, cells) }

// Lines returns a line for each row, every cell but the last padded to its column, with
// two spaces between them.
func (t Table) Lines() []string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range t {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = Safe(cell) // a tab would begin another
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // a Builder takes everything
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// Markdown returns the table in Markdown; a bar in a cell does not end it.
func (t Table) Markdown() string {
	var b strings.Builder
	write := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	for i, row := range t {
		cells, rule := make([]string, len(row)), make([]string, len(row))
		for j, cell := range row {
			cells[j], rule[j] = strings.ReplaceAll(Safe(cell), "|", `\|`), "---"
		}
		if write(cells); i == 0 {
			write(rule)
		}
	}
	return b.String()
}

// Power writes 10 to the power x, as evidence is written.
func Power(x float64) string { return fmt.Sprintf("10^%.1f", x) }

// Number returns an amount for people: whole numbers with a comma after each three digits, others to
// three digits.
func Number(x float64) string {
	if x != math.Trunc(x) || math.Abs(x) >= 1e15 {
		return fmt.Sprintf("%.3g", x)
	}
	digits := fmt.Sprintf("%.0f", x)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
