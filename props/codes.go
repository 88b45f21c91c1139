package props

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"assay/internal/kinds"
)

// Outcome is the answer of a judgement, in words; its JSON form is a code.
type Outcome string

const (
	Rejected     Outcome = "rejected"
	NotRejected  Outcome = "not rejected"
	Inconclusive Outcome = "inconclusive"
)

// Stop is the reason why a judgement ended, in words; its JSON form is a code.
type Stop string

const (
	StopWealth      Stop = "wealth reached 1/alpha"
	StopCalls       Stop = "budget of calls spent"
	StopTime        Stop = "time limit reached"
	StopUntil       Stop = "ended as Until asked"
	StopFault       Stop = "fault of the candidate"
	StopRefusal     Stop = "candidate refused"
	StopInterrupted Stop = "interrupted"
)

// FaultKind is a way in which a candidate fails to answer, in words: one of those below, or one
// that the candidate's error names by a method FaultKind; for programs see Fault in package
// samplers/external. Its JSON form is a code.
type FaultKind string

const (
	FaultPanic     FaultKind = kinds.Panic
	FaultError     FaultKind = kinds.Error
	FaultNonFinite FaultKind = kinds.NonFinite
	FaultShape     FaultKind = kinds.Shape
	// FaultRefusal is a candidate that declines; see spec.Refusal. That is not
	// a mistake, but leaves nothing to judge.
	FaultRefusal FaultKind = kinds.Refusal
)

// stopCodes are the codes of stops.
var stopCodes = map[Stop]string{
	StopWealth: "wealth", StopCalls: "calls", StopTime: "time", StopUntil: "until",
	StopFault: "fault", StopRefusal: "refusal", StopInterrupted: "interrupted",
}

// outcomes are those of all doors.
var outcomes = []Outcome{Rejected, NotRejected, Inconclusive, Disagree, NoDisagreement, Inconsistent, NoInconsistency}

// MarshalText returns the code: the words with "_" between them, such as not_rejected.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(codeOf(string(o))), nil }

// UnmarshalText reads a code. It is an error if there is no such outcome.
func (o *Outcome) UnmarshalText(code []byte) (err error) {
	*o, err = decode("outcome", code, outcomes, func(o Outcome) string { return codeOf(string(o)) })
	return err
}

// MarshalText returns the code, such as wealth or calls. It is an error if there is none.
func (s Stop) MarshalText() ([]byte, error) {
	code, ok := stopCodes[s]
	if !ok {
		return nil, fmt.Errorf("stop %q has no code", string(s))
	}
	return []byte(code), nil
}

// UnmarshalText reads a code. It is an error if there is no such stop.
func (s *Stop) UnmarshalText(code []byte) (err error) {
	stops := []Stop{StopWealth, StopCalls, StopTime, StopUntil, StopFault, StopRefusal, StopInterrupted}
	*s, err = decode("stop", code, stops, func(s Stop) string { return stopCodes[s] })
	return err
}

// MarshalText returns the code: the words with "_" between them, such as time_out, or own: and
// the words of a kind that a candidate of the user's own named.
func (k FaultKind) MarshalText() ([]byte, error) {
	if !slices.Contains(kinds.All, string(k)) {
		return []byte(ownCode + string(k)), nil
	}
	return []byte(codeOf(string(k))), nil
}

// UnmarshalText reads a code. It is an error if there is no such kind.
func (k *FaultKind) UnmarshalText(code []byte) error {
	if own, ok := strings.CutPrefix(string(code), ownCode); ok {
		*k = FaultKind(own)
		return nil
	}
	known, err := decode("kind of fault", code, kinds.All, codeOf)
	*k = FaultKind(known)
	return err
}

// ownCode comes before the words of what is the user's own.
const ownCode = "own:"

// decode returns the one of the values that has the code.
func decode[T ~string](what string, code []byte, values []T, of func(T) string) (T, error) {
	i := slices.IndexFunc(values, func(v T) bool { return of(v) == string(code) })
	if i < 0 {
		var codes []string
		for _, v := range values {
			codes = append(codes, of(v))
		}
		return "", fmt.Errorf("%s: %q is not a code; want one of %s", what, code, strings.Join(codes, ", "))
	}
	return values[i], nil
}

// separators is what stands between the words of a name.
var separators = regexp.MustCompile(`[^a-z0-9]+`)

// codeOf returns the words in lower case with "_" between them.
func codeOf(words string) string {
	return strings.Trim(separators.ReplaceAllString(strings.ToLower(words), "_"), "_")
}

// indices are the numbers in the name of a built-in witness: those of coordinates, which stand
// in brackets, and those of directions and points, which are words.
var indices = regexp.MustCompile(`\[(\d+)\]|\b(\d+)\b`)

// witnessCode returns the code of a witness by its name: its words with "_" between them, then
// ":" and its numbers, if it has any: log_likelihood, x:3 for x[3], x_x:0,3 for the product of
// two coordinates, squared_projection:2. One of the user's own is own: and its name.
func witnessCode(name string, own []string) string {
	if slices.Contains(own, name) {
		return ownCode + name
	}
	var numbers []string
	for _, match := range indices.FindAllStringSubmatch(name, -1) {
		numbers = append(numbers, match[1]+match[2])
	}
	code := codeOf(indices.ReplaceAllString(name, " "))
	if len(numbers) > 0 {
		code += ":" + strings.Join(numbers, ",")
	}
	return code
}
