package props

import "fmt"

// The formats of what this package writes as JSON, the first key of each. A number changes with
// the keys or the codes; docs/verdict.schema.json describes them.
type (
	verdictFormat     struct{}
	comparisonFormat  struct{}
	consistencyFormat struct{}
)

const (
	verdictName     = "assay verdict 1"
	comparisonName  = "assay comparison 1"
	consistencyName = "assay consistency 1"
)

// MarshalText returns the name of the format.
func (verdictFormat) MarshalText() ([]byte, error) { return []byte(verdictName), nil }

// UnmarshalText returns an error if the format is another.
func (verdictFormat) UnmarshalText(name []byte) error { return checkFormat(verdictName, name) }

// MarshalText returns the name of the format.
func (comparisonFormat) MarshalText() ([]byte, error) { return []byte(comparisonName), nil }

// UnmarshalText returns an error if the format is another.
func (comparisonFormat) UnmarshalText(name []byte) error { return checkFormat(comparisonName, name) }

// MarshalText returns the name of the format.
func (consistencyFormat) MarshalText() ([]byte, error) { return []byte(consistencyName), nil }

// UnmarshalText returns an error if the format is another.
func (consistencyFormat) UnmarshalText(name []byte) error { return checkFormat(consistencyName, name) }

func checkFormat(want string, got []byte) error {
	if string(got) != want {
		return fmt.Errorf("format: %q, want %q", got, want)
	}
	return nil
}
