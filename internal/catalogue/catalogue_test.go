package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// shape is what the catalogue of these tests lists.
type shape struct{ sides, size int }

func shapes() *Catalogue[shape] {
	return New[shape]("shape").
		Add("circle", "round", func(a *Args) shape { return shape{0, a.Int("radius", 1, 1, 9)} }).
		Add("square", "four sides, of even length", func(a *Args) shape {
			s := shape{4, a.Int("side", 2, 1, 9)}
			if s.size%2 == 1 {
				a.Fail("side=%d: want an even number", s.size)
			}
			return s
		}).
		Add("squiggle", "anything", func(*Args) shape { return shape{} })
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name      string
		want      shape
		canonical string
		mistake   string
	}{
		{name: "circle", want: shape{0, 1}, canonical: "circle:radius=1"},
		{name: "square:side=4", want: shape{4, 4}, canonical: "square:side=4"},
		{name: "squiggle", canonical: "squiggle"},
		{name: "circel", mistake: `unknown shape "circel"; did you mean "circle"?`},
		{name: "circ", mistake: `unknown shape "circ"; did you mean "circle"?`},
		{name: "poly", mistake: `unknown shape "poly"; did you mean "polygon:N"?`},
		{name: "squ", mistake: `unknown shape "squ", want one of circle, square, squiggle, polygon:N`},
		{name: "blob:x=1", mistake: `unknown shape "blob", want one of circle, square, squiggle, polygon:N`},
		{name: "", mistake: `shape "": want NAME or NAME:key=value,key=value`},
		{name: "square:side=3", mistake: "shape square: side=3: want an even number"},
		{name: "square:side=99", mistake: "shape square: side=99: want an integer from 1 to 9"},
		{name: "square:sides=2", mistake: `shape square: unknown key "sides"; did you mean "side"? It takes side`},
		{name: "squiggle:n=1", mistake: `shape squiggle: unknown key "n"; it takes no arguments`},
	} {
		got, canonical, err := shapes().Parse(test.name, "polygon:N")
		said := ""
		if err != nil {
			said = err.Error()
		}
		if got != test.want || canonical != test.canonical || said != test.mistake {
			t.Errorf("%q: %v, %q, %q; want %v, %q, %q", test.name, got, canonical, said, test.want, test.canonical, test.mistake)
		}
	}
}

func TestList(t *testing.T) {
	want := []Entry{
		{"circle", "circle:radius=1", "round"},
		{"square", "square:side=2", "four sides, of even length"},
		{"squiggle", "squiggle", "anything"},
	}
	if got := shapes().List(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A name that is taken and defaults that are wrong are mistakes of the programmer.
func TestPanics(t *testing.T) {
	for what, f := range map[string]func(){
		"two of shape circle":             func() { shapes().Add("circle", "", nil) },
		"the defaults of shape odd: n=11": func() { New[int]("shape").Add("odd", "", func(a *Args) int { a.Fail("n=11"); return 0 }).List() },
	} {
		func() {
			defer func() {
				if r := fmt.Sprint(recover()); !strings.Contains(r, what) {
					t.Errorf("panic %q, want one with %q", r, what)
				}
			}()
			f()
		}()
	}
}

func TestSlips(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"dps", "dps", 0}, {"dsp", "dps", 1}, {"dp", "dps", 1}, {"dpss", "dps", 1},
		{"dqs", "dps", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, // 2 if a place could be touched twice
	} {
		if got, back := slips(test.a, test.b), slips(test.b, test.a); got != test.want || back != test.want {
			t.Errorf("%q and %q: %d and %d, want %d", test.a, test.b, got, back, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"n", "exact", "dps", "pigdm", "aes128"}
	for given, want := range map[string]string{
		"dsp": "dps", "exat": "exact", "pgidm": "pigdm", "aes": "aes128", "dps2": "dps",
		"m": "", "magic": "", "ddrm": "", "": "", "e": "", "nn": "",
	} {
		if got := nearest(given, words); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}
