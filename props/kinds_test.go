package props_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"assay/internal/kinds"
	"assay/props"
)

// TestKinds: every kind of fault there is has a code of its own, which is read back and is not
// that of a user's own kind, and the schema has those codes and no others. The control is a kind
// that is not in the list.
func TestKinds(t *testing.T) {
	var codes []string
	for _, words := range kinds.All {
		code, err := props.FaultKind(words).MarshalText()
		if err != nil || strings.HasPrefix(string(code), "own:") || slices.Contains(codes, string(code)) {
			t.Errorf("%q has the code %q (%v)", words, code, err)
		}
		codes = append(codes, string(code))
		back(t, props.FaultKind(words))
	}
	if code, err := props.FaultKind("late").MarshalText(); string(code) != "own:late" || err != nil {
		t.Errorf("a kind that is not in the list has the code %q (%v)", code, err)
	}
	text, err := os.ReadFile("../docs/verdict.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	lists := enums(schema, codes[0])
	if len(lists) != 1 || !slices.Equal(lists[0], codes) {
		t.Errorf("the schema lists the kinds %q, want %q once", lists, codes)
	}
}

// enums returns the enumerations in a schema that have the code.
func enums(schema any, code string) (found [][]string) {
	switch node := schema.(type) {
	case []any:
		for _, below := range node {
			found = append(found, enums(below, code)...)
		}
	case map[string]any:
		var list []string
		if values, ok := node["enum"].([]any); ok {
			for _, value := range values {
				if word, ok := value.(string); ok {
					list = append(list, word)
				}
			}
		}
		if slices.Contains(list, code) {
			found = append(found, list)
		}
		for _, below := range node {
			found = append(found, enums(below, code)...)
		}
	}
	return found
}
