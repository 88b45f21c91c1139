package text

import (
	"strings"
	"testing"
)

func check(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestPage(t *testing.T) {
	var p Page
	p.Line("%s: %d%%", "dps", 5)
	p.Field("evidence", "%s after %d", Power(6.04), 7)
	p.Fields("witness", "one", "50%", "three")
	p.Fields("nothing")
	p.Field("on", "a")
	p.Subfield("tolerance", "b")
	p.Subfield("", "c")
	check(t, p.String(), `dps: 5%
  evidence  10^6.0 after 7
  witness   one
            50%
            three
  on        a
    tolerance b
              c
`)
}

func TestLines(t *testing.T) {
	table := Table{{"", "name", "p"}}
	table.Add("holds", "σ", "-")
	table.Add("no", "a long one", "0.5")
	table.Add("short")
	check(t, strings.Join(table.Lines(), "\n"), `       name        p
holds  σ           -
no     a long one  0.5
short`)
}

func TestMarkdown(t *testing.T) {
	table := Table{{"a", "b"}}
	table.Add("1", "|x|")
	table.Add("", "2")
	check(t, table.Markdown(), `| a | b |
| --- | --- |
| 1 | \|x\| |
|  | 2 |
`)
	check(t, Table{}.Markdown(), "")
}

func TestPower(t *testing.T) {
	check(t, Power(-0.04)+" "+Power(12), "10^-0.0 10^12.0")
}

func TestNumber(t *testing.T) {
	got := ""
	for _, x := range []float64{0, 7, 999, 1000, 48000, 1234567, 1e15, -1000, -100, 0.25, 1234.5} {
		got += Number(x) + " "
	}
	check(t, got, "0 7 999 1,000 48,000 1,234,567 1e+15 -1,000 -100 0.25 1.23e+03 ")
}
