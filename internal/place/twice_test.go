package place

import "testing"

// TestTwice: the second of two keys of one object is found wherever it is, and however it is written;
// keys of different objects may be the same, and values may be what keys are.
func TestTwice(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1, "a": 2}`:                         `line 1, column 12: key "a" is given twice`,
		"{\"a\": {\"b\": [1]},\n \"A\": 2}":        `line 2, column 4: key "A" is given twice`,
		`{"a": [{"b": "b", "c": {}, "b": null}]}`:  `line 1, column 30: key "b" is given twice`,
		`{"s": 1, "\u017f": 2}`:                    `line 1, column 17: key "ſ" is given twice`,
		`{"a": {"a": {"a": "a"}}, "b": ["a","a"]}`: "",
		`[{"a": 1}, {"a": 1}]`:                     "",
		`"a"`:                                      "",
		`{"a": 1, "a"`:                             `line 1, column 12: key "a" is given twice`,
		`{"a": ]`:                                  "",
		``:                                         "",
	} {
		got := ""
		if err := Twice([]byte(text)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
