package schema

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"assay/internal/results"
)

// TestRefused: a result that is not as published stops its test, by whatever door it comes; a table
// without a format passes, and what is no result of a door but claims a format does not.
func TestRefused(t *testing.T) {
	handed := func(result any) (said string) {
		defer func() {
			if r := recover(); r != nil {
				said = r.(string)
			}
		}()
		results.Handed(result)
		return ""
	}
	type formed struct {
		Format string  `json:"format"`
		Wealth float64 `json:"log10_wealth"`
	}
	for what, test := range map[string]struct {
		result any
		want   string // empty for none
	}{
		"a table":             {json.RawMessage(`{"cases":[]}`), ""},
		"not even JSON":       {json.RawMessage(`{"cases":`), "unexpected end"},
		"a struct without":    {struct{}{}, "format"},
		"an unknown format":   {formed{Format: "assay verdict 9"}, "format"},
		"keys are missing":    {formed{Format: "assay verdict 1"}, "candidate"},
		"a text likewise":     {json.RawMessage(`{"format":"assay verdict 1"}`), "candidate"},
		"no such number":      {formed{Format: "assay verdict 1", Wealth: math.NaN()}, "NaN"},
		"no record":           {formed{Format: "assay record 1"}, "verdict"},
		"another record":      {formed{Format: "assay record 2"}, "format"},
		"no counterexample":   {formed{Format: "assay counterexample 2"}, "sha256"},
		"an old comparison":   {formed{Format: "assay comparison 0"}, "format"},
		"no inversion either": {formed{Format: "assay inversion 1"}, "slack"},
	} {
		if said := handed(test.result); (said == "") != (test.want == "") || !strings.Contains(said, test.want) {
			t.Errorf("%s: said %q, want %q", what, said, test.want)
		}
	}
}

// TestSpoilt: an object loses each key that is not optional, and gets one more where it is not open.
func TestSpoilt(t *testing.T) {
	spoilt, err := Spoilt([]byte(`{"a":1,"b":[{"c":2,"d":{}}]}`), []string{".b[].c"}, []string{".d"})
	want := map[string]string{
		"without .a":       `{"b":[{"c":2,"d":{}}]}`,
		"without .b":       `{"a":1}`,
		"without .b[].d":   `{"a":1,"b":[{"c":2}]}`,
		"one more in ":     `{"a":1,"b":[{"c":2,"d":{}}],"no such key":1}`,
		"one more in .b[]": `{"a":1,"b":[{"c":2,"d":{},"no such key":1}]}`,
	}
	if err != nil || len(spoilt) != len(want) {
		t.Fatalf("%d forms, want %d: %v", len(spoilt), len(want), err)
	}
	for what, form := range want {
		if string(spoilt[what]) != form {
			t.Errorf("%s: %s, want %s", what, spoilt[what], form)
		}
	}
}
