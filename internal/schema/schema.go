// Package schema checks, in tests, what assay writes as JSON against docs/verdict.schema.json.
package schema

import (
	"bytes"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// compiled is the schema, read from the source tree once.
var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	_, here, _, _ := runtime.Caller(0)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	return c.Compile(filepath.Join(filepath.Dir(here), "..", "..", "docs", "verdict.schema.json"))
})

// Check returns an error if the text is not JSON or not as the schema says.
func Check(text []byte) error {
	schema, err := compiled()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%w, in %s", err, text)
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("%w, in %s", err, text)
	}
	return nil
}
