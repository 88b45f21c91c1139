package external

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
)

// Witness is a program that offers witnesses: numbers computed from a vector x and y. All of them are
// evaluated on a pool in one request. A program sees y and the members of a pool, blurred and in an order
// that says nothing; it is told neither the problem nor a seed, nor which member is the truth. It may be a
// program that is a candidate too, in processes of its own.
type Witness struct {
	said  string // the command, as errors name it
	names []string
	own   *Candidate // its processes; never asked for draws

	mu   sync.Mutex
	seen map[[2]int]bool // the lengths of x and y at which rows were evaluated by themselves
}

// NewWitness starts a program that offers witnesses. It is an error if there is no such
// program, the options are wrong, the program does not start well, or it offers none. Close
// it when done.
func NewWitness(ctx context.Context, command []string, options Options) (*Witness, error) {
	if len(command) == 0 {
		return nil, errors.New("a program of witnesses without a command; want PROGRAM ARGUMENTS")
	}
	w := &Witness{said: "witness program " + excerpt([]byte(strings.Join(command, " "))), seen: map[[2]int]bool{}}
	if _, err := exec.LookPath(command[0]); err != nil {
		return nil, fmt.Errorf("%s: %w", w.said, err)
	}
	c, err := New(ctx, command, options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.said, err)
	}
	if c.fault != nil {
		return nil, fmt.Errorf("%s: %w", w.said, kinded(c.fault))
	}
	if len(c.hello.Witnesses) == 0 {
		c.Close()
		return nil, fmt.Errorf(`%s: it offers no witness; want "witnesses" in its hello, in Python @witness above a function of x and y`, w.said)
	}
	w.own = c
	for _, name := range c.hello.Witnesses {
		w.names = append(w.names, fmt.Sprintf("%s (%s)", name, c.Name()))
	}
	return w, nil
}

// kinded puts the kind of a fault before its message, which does not say it, except for an
// exception that the program itself reports, whose message says all.
func kinded(err error) error {
	if fault := (*Fault)(nil); errors.As(err, &fault) {
		if fault.Kind == kinds.Error {
			return errors.New(fault.Message + fault.unseen)
		}
		return fmt.Errorf("%s: %w", fault.Kind, err)
	}
	return err
}

// Names returns the name of each witness, followed by that of the program.
func (w *Witness) Names() []string { return slices.Clone(w.names) }

// Close ends the processes.
func (w *Witness) Close() error { return w.own.Close() }

// Values stores the value of witness k at row i of x in dst[k][i]. It must be a function of that
// row and of y, which is tried on the first rows of the first x. It is safe for concurrent use.
// An error is one line that names the program.
func (w *Witness) Values(dst [][]float64, x *mat.Dense, y []float64) error {
	err := w.evaluate(dst, x, y)
	if err == nil && w.first(x, y) {
		err = w.apart(dst, x, y)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", w.said, kinded(err))
	}
	return nil
}

// first reports whether these are the first rows of several of their length and that of y.
func (w *Witness) first(x *mat.Dense, y []float64) bool {
	rows, d := x.Dims()
	if rows < 2 {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	lengths := [2]int{d, len(y)}
	seen := w.seen[lengths]
	w.seen[lengths] = true
	return !seen
}

// apart evaluates a few rows by themselves. It is an error if they then have other values.
func (w *Witness) apart(dst [][]float64, x *mat.Dense, y []float64) error {
	rows, d := x.Dims()
	alone := make([][]float64, len(w.names))
	for k := range alone {
		alone[k] = make([]float64, 1)
	}
	for i := range min(rows, 4) {
		if err := w.evaluate(alone, x.Slice(i, i+1, 0, d).(*mat.Dense), y); err != nil {
			return err
		}
		for k, one := range alone {
			if !near(one[0], dst[k][i]) {
				return fmt.Errorf("witness %q is %v at a row of x by itself and %v among others; want a function of that row and y alone", w.names[k], one[0], dst[k][i])
			}
		}
	}
	return nil
}

// near reports whether two values are the same but for rounding: sums over rows of a matrix
// may be taken in another order where there are more rows.
func near(a, b float64) bool {
	off := math.Abs(a - b) // infinite, as the allowance then is, if one of them is
	return a == b || math.IsNaN(a) && math.IsNaN(b) || !math.IsInf(off, 1) && off <= 1e-6*(1+max(math.Abs(a), math.Abs(b)))
}

// evaluate asks for the values of all witnesses on the rows of x. It is not called off with
// the judgement, whose interruption is not a failure of a witness, but by [Witness.Close]; a
// request takes as long as the time-out at most.
func (w *Witness) evaluate(dst [][]float64, x *mat.Dense, y []float64) error {
	return w.own.during(context.Background(), func(ctx context.Context) error {
		select {
		case w.own.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		defer func() { <-w.own.slots }()
		return w.own.with(ctx, func(s *session) error { return s.witness(ctx, dst, x, y) })
	})
}

// witness makes one request for the values of all witnesses on the rows of x.
func (s *session) witness(ctx context.Context, dst [][]float64, x *mat.Dense, y []float64) error {
	const method = "witness"
	defer s.frames.forget()
	asked := struct {
		X array `json:"x"`
		Y array `json:"y"`
	}{s.frames.packRows(x), s.frames.pack(y, len(y))}
	var values *array
	if err := s.call(ctx, s.limit, method, asked, func(result said) (err error) {
		values, err = result.arrayAt("values")
		return err
	}); err != nil {
		return err
	}
	wrong := func(kind, format string, args ...any) error {
		return &Fault{Kind: kind, Message: method + ": " + fmt.Sprintf(format, args...), Stderr: s.tail.last()}
	}
	if values == nil {
		return wrong(kinds.Protocol, `its result has no "values"`)
	}
	raw, err := s.frames.unpack(values)
	if err != nil {
		return wrong(kinds.Protocol, "values: %v", err)
	}
	defer s.frames.recycle(raw)
	n := x.RawMatrix().Rows
	if want := []int{len(dst), n}; !slices.Equal(values.Shape, want) {
		return wrong(kinds.Shape, "it returned values of shape %v, want %v: a row for each witness, a number for each row of x", values.Shape, want)
	}
	for k, row := range dst {
		for i := range row {
			row[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*(k*n+i):]))
		}
	}
	return nil
}
