package main

import (
	"slices"
	"testing"
)

// TestSplitWords: a command after --witness is split as a shell does it, and what repeat quotes
// comes back; half a quotation is refused.
func TestSplitWords(t *testing.T) {
	for line, want := range map[string][]string{
		"python3 w.py":         {"python3", "w.py"},
		` a  'b c' "d 'e" '' `: {"a", "b c", "d 'e", ""},
		`a\ b 'c\d'`:           {"a b", `c\d`},
		"":                     nil,
	} {
		got, err := splitWords(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", line, got, err, want)
		}
		if again, err := splitWords(joinQuoted(want)); err != nil || !slices.Equal(again, want) {
			t.Errorf("%q quoted: %q, %v", want, again, err)
		}
	}
	for _, line := range []string{"'a", `"a`, `a\`} {
		if words, err := splitWords(line); err == nil {
			t.Errorf("%q: %q, want an error", line, words)
		}
	}
}
