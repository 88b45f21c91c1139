package run

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/tally"
	"assay/spec"
)

// Call is one request to a sampler: draws of x given y, on one problem. The answer depends on
// nothing else.
type Call struct {
	Sampler   string // its name
	Role      string // what it is asked as: "candidate", or "reference", say
	Digest    string // of the problem, in hexadecimal; taken from Problem if that is there
	Replicate uint64 // number of the call among those of its kind
	Draws     int    // asked for
	Y         []float64
	Key       spec.Key // of the stream that the sampler draws from

	// Problem is the one of the digest; nil in a call that was read, as it is not part of
	// the JSON form.
	Problem *spec.Problem
}

// callJSON is the JSON form of a call.
type callJSON struct {
	Sampler   string    `json:"sampler"`
	Role      string    `json:"role"`
	Problem   string    `json:"problem"`
	Replicate uint64    `json:"replicate"`
	Draws     int       `json:"draws"`
	Y         []float64 `json:"y"`
	Key       spec.Key  `json:"key"`
}

// problem returns the digest of the problem.
func (c Call) problem() string {
	if c.Problem != nil {
		return hex.EncodeToString(c.Problem.Digest())
	}
	return c.Digest
}

// MarshalJSON implements [json.Marshaler].
func (c Call) MarshalJSON() ([]byte, error) {
	y := c.Y
	if y == nil {
		y = []float64{}
	}
	return json.Marshal(callJSON{c.Sampler, c.Role, c.problem(), c.Replicate, c.Draws, y, c.Key})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (c *Call) UnmarshalJSON(text []byte) error {
	var read callJSON
	if err := strictly(text, &read); err != nil {
		return err
	}
	switch {
	case read.Problem == "":
		return fmt.Errorf("the call names no problem: want its digest")
	case read.Draws < 1:
		return fmt.Errorf("the call is for %d draws, want at least 1", read.Draws)
	}
	*c = Call{Sampler: read.Sampler, Role: read.Role, Digest: read.Problem, Replicate: read.Replicate, Draws: read.Draws, Y: read.Y, Key: read.Key}
	return nil
}

// ID is a hash of everything in the call: calls with one ID have one answer.
func (c Call) ID() [sha256.Size]byte {
	var b []byte
	for _, word := range []string{c.Sampler, c.Role, c.problem()} {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(word)))
		b = append(b, word...)
	}
	b = binary.LittleEndian.AppendUint64(b, c.Replicate)
	b = binary.LittleEndian.AppendUint64(b, uint64(c.Draws))
	b = append(b, c.Key[:]...)
	for _, v := range c.Y {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return sha256.Sum256(b)
}

// name is the ID in hexadecimal.
func (c Call) name() string { return fmt.Sprintf("%x", c.ID()) }

// Answer is what came of a call: draws or a fault.
type Answer struct {
	Draws *mat.Dense // rows are draws; nil if there is a fault
	Fault *Fault
	// Spent is what the call took, by names such as "points denoised"; it is evidence of
	// nothing.
	Spent tally.Costs
	// Call is the [Call.ID] of the call that it answers, in hexadecimal; empty if who made it
	// does not say. An answer to another call is refused.
	Call string
}

// answerJSON is the JSON form of an answer.
type answerJSON struct {
	Draws [][]float64 `json:"draws,omitempty"`
	Fault *Fault      `json:"fault,omitempty"`
	Spent tally.Costs `json:"spent,omitempty"`
	Call  string      `json:"call,omitempty"`
}

// MarshalJSON implements [json.Marshaler].
func (a Answer) MarshalJSON() ([]byte, error) {
	form := answerJSON{Fault: a.Fault, Spent: a.Spent, Call: a.Call}
	if a.Draws != nil {
		for i := range a.Draws.RawMatrix().Rows {
			form.Draws = append(form.Draws, a.Draws.RawRowView(i))
		}
	}
	return json.Marshal(form)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (a *Answer) UnmarshalJSON(text []byte) error {
	var read answerJSON
	if err := strictly(text, &read); err != nil {
		return err
	}
	if (len(read.Draws) == 0) == (read.Fault == nil) {
		return fmt.Errorf("the answer has %d draws and the fault %v, want either draws or a fault", len(read.Draws), read.Fault)
	}
	*a = Answer{Fault: read.Fault, Spent: read.Spent, Call: read.Call}
	if read.Fault != nil {
		return nil
	}
	d := len(read.Draws[0])
	if d == 0 {
		return fmt.Errorf("the answer has draws without a number")
	}
	a.Draws = mat.NewDense(len(read.Draws), d, nil)
	for i, row := range read.Draws {
		if len(row) != d {
			return fmt.Errorf("draw %d of the answer has %d numbers, want %d like the first", i, len(row), d)
		}
		a.Draws.SetRow(i, row)
	}
	return nil
}

// check returns what is wrong with an answer as one to the call. Draws may be of any length if
// nobody here knows the problem.
func (a Answer) check(c Call) *Fault {
	if id := c.name(); a.Call != "" && a.Call != id {
		return &Fault{Kind: kinds.Error, Message: fmt.Sprintf("the answer is to another call, %.12s; want one to call %.12s, number %d on problem %.12s", a.Call, id, c.Replicate, c.problem())}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Spent)) {
		if err := tally.Check(name, a.Spent[name]); err != nil {
			return &Fault{Kind: kinds.Error, Message: err.Error()}
		}
	}
	if a.Fault != nil {
		return a.Fault
	}
	if a.Draws == nil {
		return &Fault{Kind: kinds.Shape, Message: "returned no draws"}
	}
	rows, cols := a.Draws.Dims()
	d := cols
	if c.Problem != nil {
		d = c.Problem.Dim()
	}
	if rows != c.Draws || cols != d {
		return &Fault{Kind: kinds.Shape, Message: fmt.Sprintf("returned %d x %d draws, want %d x %d", rows, cols, c.Draws, d)}
	}
	for i := range c.Draws {
		for j, v := range a.Draws.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &Fault{Kind: kinds.NonFinite, Message: fmt.Sprintf("draw %d of %d has %v in coordinate %d", i, c.Draws, v, j)}
			}
		}
	}
	return nil
}
