package props

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"assay/internal/place"
	"assay/internal/results"
	"assay/internal/text"
	"assay/internal/version"
	"assay/spec"
)

// Counterexample is a problem that a candidate was caught on, with all that is needed
// to look again: what package fuzz finds, `assay replay` and [Replay] judge anew.
type Counterexample struct {
	// Candidate is the name of the candidate, arguments included.
	Candidate string
	// Words says what is wrong with its draws.
	Words []string
	// Alpha bounds the probability that a candidate that is right is ever caught,
	// over the whole search that found it.
	Alpha float64
	// Verdict is the judgement that caught it, at its share of alpha: seed, calls, evidence
	// and witnesses. It rejects the candidate or holds its fault.
	Verdict *Verdict
	// Summary compares the draws with exact ones, one entry a coordinate; empty
	// where the exact posterior is unknown or the candidate is at fault.
	Summary []Moments
	// Origin is the digest of the problem that the candidate was first caught on, in
	// hexadecimal. Reduced says that the search for a smaller one has ended.
	Origin  string
	Reduced bool
	// Problem is the smallest problem found.
	Problem *spec.Problem
	// FewerSteps is the name of the candidate with the fewest steps that fails on Problem in
	// the same way; empty if that is the candidate itself, or if it takes no steps.
	FewerSteps string
	// Assay and Go are the versions that wrote the file.
	Assay, Go string
}

// Moments are the mean and the standard deviation, over fresh y and draws, of one
// coordinate: of exact draws, and of the candidate's.
type Moments struct {
	ExactMean     float64 `json:"exact_mean"`
	ExactSD       float64 `json:"exact_sd"`
	CandidateMean float64 `json:"candidate_mean"`
	CandidateSD   float64 `json:"candidate_sd"`
}

// counterexampleFormat is the first value of a file, and changes with its keys and those of its
// verdict. Files of format 1 hold words where verdicts now have codes, and are refused: a seed
// finds the counterexample again.
const counterexampleFormat = "assay counterexample 2"

// counterexampleText is the JSON form. The sum comes last: it is the SHA-256 hash of
// all that precedes it, white space between values left out, so that neither an editor
// nor a line ending can change the meaning of a file unnoticed.
type counterexampleText struct {
	Format    string          `json:"format"`
	Candidate string          `json:"candidate"`
	Words     []string        `json:"words"`
	Alpha     float64         `json:"alpha"`
	Verdict   *Verdict        `json:"verdict"`
	Summary   []Moments       `json:"summary,omitempty"`
	Origin    string          `json:"origin"`
	Reduced   bool            `json:"reduced"`
	Problem   json.RawMessage `json:"problem"`
	Fewer     string          `json:"fewer_steps,omitempty"`
	Assay     string          `json:"assay"`
	Go        string          `json:"go"`
	Sum       string          `json:"sha256"`
}

const sumKey = `,"sha256":"`

// Encode returns the content of the file, stamped with the versions of assay and Go
// that run. It is an error if the prior has no text form.
func (c *Counterexample) Encode() ([]byte, error) {
	problem, err := json.Marshal(c.Problem)
	if err != nil {
		return nil, err
	}
	if c.Verdict == nil {
		return nil, fmt.Errorf("counterexample on %s: it has no verdict", c.Problem.Name())
	}
	verdict := *c.Verdict
	verdict.Spent = nil // it caught nobody
	flat, err := json.Marshal(counterexampleText{
		Format: counterexampleFormat, Candidate: c.Candidate, Words: c.Words, Alpha: c.Alpha, Verdict: &verdict, Summary: c.Summary,
		Origin: c.Origin, Reduced: c.Reduced, Problem: problem, Fewer: c.FewerSteps, Assay: version.String(), Go: runtime.Version(),
	})
	if err != nil {
		return nil, fmt.Errorf("counterexample on %s: %w", c.Problem.Name(), err)
	}
	body, _, _ := cutSum(text.JSON(flat))
	flat = fmt.Appendf(bytes.Clone(body), `%s%s"}`, sumKey, sumOf(body))
	var indented bytes.Buffer
	if err := json.Indent(&indented, flat, "", "  "); err != nil {
		return nil, err
	}
	indented.WriteByte('\n')
	return results.Handed(json.RawMessage(indented.Bytes())), nil
}

// ReadCounterexample reads a file that [Counterexample.Encode] gave. It is an error,
// which names the file and the place in it, if the file is cut short, was changed
// since, or was written by a version with another format.
func ReadCounterexample(path string) (*Counterexample, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var bare *fs.PathError
		if errors.As(err, &bare) {
			err = bare.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c, err := ParseCounterexample(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// ParseCounterexample reads the content of a file; see [ReadCounterexample].
func ParseCounterexample(text []byte) (*Counterexample, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("the file is empty; want a counterexample that assay fuzz wrote")
	}
	var flat bytes.Buffer
	var head struct {
		Format *string `json:"format"`
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil { // Compact would not say where
		return nil, fmt.Errorf("cut short or not JSON: %w", place.InJSON(err, text))
	}
	if err := place.Twice(text); err != nil {
		return nil, err
	}
	if err := json.Compact(&flat, whole); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &head); err != nil || head.Format == nil {
		return nil, errors.New("not a counterexample: it has no key \"format\"")
	}
	if *head.Format != counterexampleFormat {
		return nil, fmt.Errorf("format: %q, want %q; write it anew with assay fuzz", *head.Format, counterexampleFormat)
	}
	body, sum, ok := cutSum(flat.Bytes())
	if !ok {
		return nil, errors.New("the last key is not \"sha256\"; the file was changed by hand")
	}
	if want := sumOf(body); sum != want {
		line := 1 + bytes.Count(text[:bytes.LastIndex(text, []byte(`"sha256"`))], []byte("\n"))
		return nil, fmt.Errorf("line %d: sha256 is not that of what precedes it: the file was changed after it was written; write it anew with assay fuzz", line)
	}
	var t counterexampleText
	d := json.NewDecoder(&flat)
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return nil, place.InWords(err)
	}
	problem, err := spec.ParseProblem(t.Problem)
	switch {
	case err != nil:
		return nil, err
	case t.Verdict == nil || len(t.Verdict.Problems) == 0:
		return nil, errors.New("verdict: it is empty")
	}
	return &Counterexample{Candidate: t.Candidate, Words: t.Words, Alpha: t.Alpha, Verdict: t.Verdict, Summary: t.Summary,
		Origin: t.Origin, Reduced: t.Reduced, Problem: problem, FewerSteps: t.Fewer, Assay: t.Assay, Go: t.Go}, nil
}

// cutSum splits a compact file into what the sum is of and the sum.
func cutSum(flat []byte) (body []byte, sum string, ok bool) {
	at := bytes.LastIndex(flat, []byte(sumKey))
	if at < 0 {
		return nil, "", false
	}
	sum, ok = strings.CutSuffix(string(flat[at+len(sumKey):]), `"}`)
	return flat[:at], sum, ok
}

func sumOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// String returns the counterexample in a few lines of plain words.
func (c *Counterexample) String() string {
	var b text.Page
	v := c.Verdict
	if v.Fault != nil {
		b.Line("%s: %v", text.Name(c.Candidate), v.Fault)
	} else {
		b.Line("%s: wrong on %s", text.Name(c.Candidate), text.Name(c.Problem.Name()))
		if y, ok := c.Y(); ok {
			b.Field("at y", "%s, and little elsewhere", shortVector(y))
		}
		b.Field("evidence", "%s after %s (a right sampler is ever caught, in the whole search, with probability at most %.3g)", text.Power(v.Log10Wealth), v.work(), c.Alpha)
	}
	b.Fields("wrong", c.Words...)
	v.writeTolerance(&b)
	if c.FewerSteps != "" {
		b.Field("steps", "fewer do: %s is wrong in the same way", text.Name(c.FewerSteps))
	}
	return b.String()
}
