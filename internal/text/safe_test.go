package text

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestSafe(t *testing.T) {
	for _, test := range []struct{ foreign, want string }{
		{"", ""},
		{"dps:steps=20", "dps:steps=20"},
		{"größe-模型 σ ± 😀", "größe-模型 σ ± 😀"},
		{`C:\new "draws"`, `C:\new "draws"`},
		{"x\nexact: not rejected", `x\nexact: not rejected`},
		{"\x1b[31mred\x07\x00\x7f\t\r", `\x1b[31mred\a\x00\x7f\t\r`},
		{"\u009b31m\u0085", `\u009b31m\u0085`},                                           // C1: the same as ESC [
		{"a\u202eb\u2066c\u200fd\u200be\ufefff", `a\u202eb\u2066c\u200fd\u200be\ufefff`}, // bidi, zero width
		{"a\u00a0b\u3000c\u2028d\u2800e\u3164f", `a\u00a0b\u3000c\u2028d\u2800e\u3164f`}, // blanks of other kinds
		{"\U000e0041\U0010fffd", `\U000e0041\U0010fffd`},                                 // tags, private use
		{"\xff\xc3(\xed\xa0\x80", `\xff\xc3(\xed\xa0\x80`},                               // not UTF-8
		{"\ufffd", "\ufffd"},
	} {
		check(t, Safe(test.foreign), test.want)
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		foreign string
		most    int
		want    string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "abc... (4 bytes)"},
		{"aéé", 4, "aé... (5 bytes)"}, // not within a character
		{"a\xa9\xa9\xa9\xa9\xa9\xa9\xa9", 6, `a\xa9... (8 bytes)`},
		{"a\x1b", 1, "a... (2 bytes)"},
	} {
		check(t, Cut(test.foreign, test.most), test.want)
	}
}

func TestName(t *testing.T) {
	for name, want := range map[string]string{
		"dps:zeta=0.3,steps=20":             "dps:zeta=0.3,steps=20",
		"exact in Python":                   "exact in Python",
		"parity (parity_witness)":           "parity (parity_witness)",
		"exact: not rejected":               `"exact: not rejected"`,
		"exact:":                            `"exact:"`,
		"":                                  `""`,
		" exact":                            `" exact"`,
		"exact" + strings.Repeat(" ", 80):   `"exact` + strings.Repeat(" ", 80) + `"`,
		`"exact": not rejected`:             `""exact": not rejected"`,
		"x\nexact: not rejected on gauss\n": `"x\nexact: not rejected on gauss\n"`,
		strings.Repeat("x", 300):            strings.Repeat("x", 200) + "... (300 bytes)",
	} {
		check(t, Name(name), want)
	}
}

func TestJSONEscapes(t *testing.T) {
	check(t, string(JSON([]byte("{\n \"a\": \"\u202e\x7f\u009b😀\U000e0041\u00e9\"\n}\n"))), "{\n \"a\": \"\\u202e\\u007f\\u009b😀\\udb40\\udc41\u00e9\"\n}\n")
}

// foreign draws texts of a kind that does harm more often than at random.
var foreign = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOf(rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"\n", "\r", "\t", "\x1b[2J", "\x1b]0;t\x07", "\u009b1A", "\u202e", "\u2067", "\u200b", "\ufeff", "\u2028", "\xff", "\xed\xa0\x80", "\x7f", "exact: not rejected", "  evidence  ", "%s%d%!", "%"}),
		rapid.StringOf(rapid.RuneFrom(nil, unicode.Cc, unicode.Cf, unicode.Zs)),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)).Draw(t, "pieces")
	return strings.Join(pieces, "")
})

// harmless fails unless a text is one line of characters that a terminal shows as they are.
// It says so on its own, by categories of Unicode, and not by what Safe looks at.
func harmless(t rapid.TB, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("%q is not UTF-8", text)
	}
	for _, r := range text {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Join_Control) || unicode.Is(unicode.Zs, r) && r != ' ' {
			t.Fatalf("%q holds %U", text, r)
		}
	}
}

// TestForeign: whatever comes, it is shown in one line without harm, twice as once, and nothing
// of what was harmless is lost.
func TestForeign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := foreign.Draw(t, "text")
		safe := Safe(s)
		harmless(t, safe)
		if Safe(safe) != safe {
			t.Fatalf("%q is shown as %q and then as %q", s, safe, Safe(safe))
		}
		most := rapid.IntRange(0, 40).Draw(t, "most")
		cut := Cut(s, most)
		harmless(t, cut)
		if bound := 10*most + len("... (1000000 bytes)"); len(cut) > bound { // \U000e0041 is of 4 bytes, \xff of 1
			t.Fatalf("%d bytes of %q, want %d at most", len(cut), cut, bound)
		}
		name := Name(s)
		harmless(t, name)
		if inner, quoted := strings.CutPrefix(name, `"`); !quoted && strings.Contains(inner, ": ") {
			t.Fatalf("%q reads like words of ours", name)
		}
		encoded, err := json.Marshal(map[string]string{"text": s})
		if err != nil {
			t.Fatal(err)
		}
		var before, after map[string]string
		escaped := JSON(encoded)
		harmless(t, string(escaped))
		if err := errors.Join(json.Unmarshal(encoded, &before), json.Unmarshal(escaped, &after)); err != nil || before["text"] != after["text"] {
			t.Fatalf("%q became %q (%v)", before, after, err)
		}
	})
}

// said is a text in each of the forms in which foreign text is an argument of a line.
type said struct{ text string }

func (s said) String() string { return s.text }

type word string

// TestPageOfForeign: a page has the lines that we wrote and no others, whatever the arguments are.
func TestPageOfForeign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := foreign.Draw(t, "text")
		var p Page
		p.Line("exact: %s", s)
		p.Field("words", "%v, %-11s, %v", errors.New(s), word(s), said{s})
		p.Field("list", "%v %s", []string{s}, &said{s})
		p.Fields("each", s, s)
		for _, line := range (Table{{"head", s}, {s, "x"}}).Lines() {
			harmless(t, line)
		}
		table := Table{{"head", s}, {s, "x"}}
		lines := strings.Split(strings.TrimSuffix(p.String()+table.Markdown(), "\n"), "\n")
		if len(lines) != 5+3 {
			t.Fatalf("%d lines, want 8:\n%s", len(lines), p.String())
		}
		for i, want := range []string{"exact: ", "  words     ", "  list      ", "  each      ", "            ", "| ", "| --- ", "| "} {
			harmless(t, lines[i])
			if !strings.HasPrefix(lines[i], want) {
				t.Fatalf("line %d is %q, want it to begin with %q", i, lines[i], want)
			}
		}
	})
}
