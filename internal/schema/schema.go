// Package schema holds what assay writes as JSON to the schemas in docs. It is for tests: a
// test binary that imports it, be it for its side effect alone, panics at the first result of a
// door that is not as published, whatever the test is about. ci/schema_test.go sees to it that
// every test binary that can reach a door does.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"assay/internal/results"
)

func init() {
	results.Watch(func(result any) {
		if err := checkResult(result); err != nil {
			panic("a result is not as the schemas in docs say: " + err.Error())
		}
	})
}

// checkResult is an error if the JSON form of a result is not as published, or there is none.
func checkResult(result any) error {
	text, err := json.Marshal(result)
	if err != nil {
		return fmt.Errorf("%T: %w", result, err)
	}
	if _, raw := result.(json.RawMessage); raw && formatOf(text) == "" {
		return nil // a table of hardness, bench or theorems, which no schema describes
	}
	return Check(text)
}

// files are the schemas by the format that a text says it has, without the number.
var files = map[string]string{"assay record": "record.schema.json", "assay counterexample": "counterexample.schema.json"}

// otherwise is the schema of all else.
const otherwise = "verdict.schema.json"

// Path returns the path of a file in docs, in the source tree.
func Path(name string) string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(here), "..", "..", "docs", name)
}

// compiled are the schemas by file, each read once.
var compiled sync.Map

func compile(file string) (*jsonschema.Schema, error) {
	once, _ := compiled.LoadOrStore(file, sync.OnceValues(func() (*jsonschema.Schema, error) {
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft2020)
		return c.Compile(Path(file))
	}))
	return once.(func() (*jsonschema.Schema, error))()
}

// Check is an error if the text is no JSON, or not as the schema of its format says.
func Check(text []byte) error {
	name := formatOf(text)
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		name = name[:i]
	}
	file, ok := files[name]
	if !ok {
		file = otherwise
	}
	schema, err := compile(file)
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return fmt.Errorf("%w, in %.2000s", err, text)
	}
	return nil
}

// formatOf returns what a text says that its format is; empty if it does not.
func formatOf(text []byte) string {
	var head struct {
		Format string `json:"format"`
	}
	if json.Unmarshal(text, &head) != nil {
		return ""
	}
	return head.Format
}
