package props

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"assay/internal/place"
)

// Record is the course of a judgement, for reports; see [Recorded]. Its JSON form holds no times,
// and docs/record.schema.json describes it; [ParseRecord] reads it.
type Record struct {
	Format   recordFormat    `json:"format"`
	Assay    string          `json:"assay"`    // the version that ran
	Go       string          `json:"go"`       // and that of Go
	Verdict  *Verdict        `json:"verdict"`  // which holds most options
	Options  RecordedOptions `json:"options"`  // the others
	Draws    int             `json:"draws"`    // asked of the candidate, in the calls that were bet on
	Wealth   Course          `json:"wealth"`   // over all problems
	Problems []Recording     `json:"problems"` // in the order of those of the verdict
	// Largest are the calls that moved the wealth on their problem most, at most ten, the
	// largest move first and the earlier of two alike.
	Largest []Move `json:"largest_moves"`
}

// RecordedOptions are those that shaped a judgement and are not in its verdict.
type RecordedOptions struct {
	Terse bool   `json:"terse"`                // see [Terse]
	Until bool   `json:"until"`                // whether there was an [Until]
	Limit string `json:"time_limit,omitempty"` // of [For], such as 5m0s
}

// Recording is the course of a judgement on one problem.
type Recording struct {
	Problem string `json:"problem"`
	Wealth  Course `json:"wealth"`
	// Moments are those of at most the first 64 coordinates.
	Moments []RecordedMoments `json:"moments"`
	// Witnesses are all of them, the largest share first; at single y, those at the one with
	// the most evidence.
	Witnesses []Ranks `json:"witnesses"`
}

// RecordedMoments are the mean and deviation of one coordinate, over calls, of the truth and of the
// draws; at single y, of the draw of the candidate and of those that it was among.
type RecordedMoments struct {
	TruthMean Number `json:"truth_mean"`
	TruthSD   Number `json:"truth_sd"`
	DrawsMean Number `json:"draws_mean"`
	DrawsSD   Number `json:"draws_sd"`
}

// Ranks is how often the truth ranked 0, 1, ... among the draws by a witness; at single y, how often
// 0, 1, ... of the exact draws lay above that of the candidate. Either way the mean rank is the mean
// of these ranks, as a share of the highest. Under dependent draws and under a tolerance each draw is
// compared with the truth by itself: there are two ranks, and a call counts in shares of its draws.
type Ranks struct {
	WitnessShare
	Counts []float64 `json:"rank_counts"`
	// Ties is the number of calls on the problem, at single y of all of them, in which the
	// truth and a draw had one value.
	Ties int `json:"ties"`
}

// Move is a call that moved the wealth on its problem by a factor.
type Move struct {
	Problem     string     `json:"problem"`
	Call        int        `json:"call"` // bet on in the whole judgement, from 0
	Log10Factor float64    `json:"log10_factor"`
	Y           []Number   `json:"y"`     // of each vector, at most the first 64 numbers
	Truth       []Number   `json:"truth"` // at single y, the draw of the candidate
	Draws       [][]Number `json:"draws"` // at most eight
}

// Course is the wealth after every Stride-th call, as log10. It has at most 10,000 points: before
// there would be more, every second one is left out and the stride is doubled.
type Course struct {
	Calls  int       `json:"calls"`
	Stride int       `json:"stride"`
	Log10  []float64 `json:"log10_wealth"` // entry i after call (i+1) Stride, the first being 1
}

// Number is a number whose JSON form is a number, too, or "NaN", "Infinity" or "-Infinity", which a
// law of the user's own may give and JSON has no numbers for.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	switch v := float64(n); {
	case math.IsNaN(v):
		return []byte(`"NaN"`), nil
	case math.IsInf(v, 1):
		return []byte(`"Infinity"`), nil
	case math.IsInf(v, -1):
		return []byte(`"-Infinity"`), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements [json.Unmarshaler].
func (n *Number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"NaN"`, `"Infinity"`, `"-Infinity"`:
		v, err := strconv.ParseFloat(string(text[1:len(text)-1]), 64)
		*n = Number(v)
		return err
	case "null":
		return errors.New(`null, want a number, "NaN", "Infinity" or "-Infinity"`)
	}
	return json.Unmarshal(text, (*float64)(n))
}

const recordName = "assay record 1"

type recordFormat struct{}

// MarshalText returns the name of the format.
func (recordFormat) MarshalText() ([]byte, error) { return []byte(recordName), nil }

// UnmarshalText is an error if the format is another.
func (recordFormat) UnmarshalText(name []byte) error { return checkFormat(recordName, name) }

// Recorded keeps the course of the judgement in [Verdict.Record].
func Recorded() JudgeOption { return ofJudge(func(o *options) { o.recorded = true }) }

// ParseRecord reads the JSON form of a record. It is an error, which names the place in the text, if
// that is cut short, no record, one of another format, or has an unknown key; and if what it says of
// itself does not fit.
func ParseRecord(text []byte) (*Record, error) {
	var head struct {
		Format *string `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("no record, or cut short: %w", place.InJSON(err, text))
	}
	if head.Format == nil {
		return nil, errors.New(`no record: it has no key "format"`)
	}
	if err := checkFormat(recordName, []byte(*head.Format)); err != nil {
		return nil, err
	}
	r := &Record{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("no record: %w", place.InJSON(err, text))
	}
	return r, r.check()
}

// check is an error if the parts of a record do not fit.
func (r *Record) check() error {
	if r.Verdict == nil {
		return errors.New(`the record has no verdict: want one under "verdict"`)
	}
	if len(r.Problems) != len(r.Verdict.Problems) {
		return fmt.Errorf("the record is of %d problems, its verdict of %d", len(r.Problems), len(r.Verdict.Problems))
	}
	if err := r.Wealth.check(r.Verdict.Calls); err != nil {
		return fmt.Errorf("wealth: %w", err)
	}
	for i, p := range r.Problems {
		if err := p.Wealth.check(r.Verdict.Problems[i].Calls); err != nil {
			return fmt.Errorf("wealth on %s: %w", p.Problem, err)
		}
	}
	return nil
}

func (c *Course) check(calls int) error {
	switch {
	case c.Calls != calls:
		return fmt.Errorf("calls is %d, and that of the verdict %d", c.Calls, calls)
	case c.Stride < 1:
		return fmt.Errorf("stride is %d, want at least 1", c.Stride)
	case len(c.Log10) != calls/c.Stride:
		return fmt.Errorf("%d points of %d calls, want %d, one after every %d", len(c.Log10), calls, calls/c.Stride, c.Stride)
	}
	return nil
}
