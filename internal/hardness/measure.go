package hardness

import (
	"context"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/stat"

	"assay/internal/inverter"
	"assay/reduction"
	"assay/spec"
)

// Options are what a measurement depends on besides the function.
type Options struct {
	Sizes   []int         // n, in the order in which they are measured
	Methods []Method      // in the order in which they are shown
	Targets int           // tries in a cell, at least 1
	Limit   time.Duration // for a cell, above 0
	Seed    uint64
	Watch   func(done, of int) // called after each cell, if not nil
}

// End is why a cell ended.
type End string

const (
	Done       End = "done"        // every target was tried
	OutOfTime  End = "time limit"  // some were
	Skipped    End = "skipped"     // none, because the limit ended a smaller n
	Impossible End = "impossible"  // the method declines or cannot; Reason says why
	Broken     End = "interrupted" // by the caller
)

// Cell is one method at one n.
type Cell struct {
	Method   string `json:"method"`
	Kind     Kind   `json:"kind"`
	N        int    `json:"n"`
	Function string `json:"function"` // with the dials of the hard instance
	End      End    `json:"end"`
	Reason   string `json:"reason,omitempty"`
	// Tried and Right count targets, or draws of an unconditional sampler: those tried to
	// the end and those right.
	Tried int `json:"tried"`
	Right int `json:"right"`
	// Seconds is the time for one of those tried, 0 if there are none; Spent is all time
	// spent in the cell.
	Seconds float64 `json:"seconds"`
	Spent   float64 `json:"spent_seconds"`
	// What an inverter did for all targets.
	Candidates uint64 `json:"candidates,omitempty"`
	Conflicts  uint64 `json:"conflicts,omitempty"`
}

// Growth is the fit of 2^(a + Exponent n) to the time of a method: by least squares of the
// logarithm, over the cells that took fitFrom seconds at least and in which something came
// out right.
type Growth struct {
	Method   string  `json:"method"`
	Exponent float64 `json:"exponent"`
	Cells    int     `json:"cells"`
}

const (
	fitFrom  = 2e-4 // below it is overhead
	fitCells = 3    // that a fit needs at least
)

// Table is what was measured.
type Table struct {
	Function    string   `json:"function"`
	Seed        uint64   `json:"seed"`
	Targets     int      `json:"targets"`
	Limit       float64  `json:"limit_seconds"` // of a cell
	Interrupted bool     `json:"interrupted"`
	Cells       []Cell   `json:"cells"`
	Growth      []Growth `json:"growth"`

	sizes   []int
	methods []Method
}

// Measure measures every method on the same targets, n by n: images of uniform secrets. Once
// the limit has ended a cell, the method is not asked for a later n. If ctx is done it
// returns what was measured so far. It is an error if the function does not come in one of the sizes or
// an option is out of range.
func Measure(ctx context.Context, family *Family, o Options) (*Table, error) {
	switch {
	case len(o.Sizes) == 0 || len(o.Methods) == 0:
		return nil, fmt.Errorf("hardness: %d sizes and %d methods, want at least one of each", len(o.Sizes), len(o.Methods))
	case o.Targets < 1:
		return nil, fmt.Errorf("hardness: targets is %d, want at least 1", o.Targets)
	case o.Limit <= 0:
		return nil, fmt.Errorf("hardness: limit is %v, want a positive duration", o.Limit)
	}
	instances, names := make([]*reduction.Instance, len(o.Sizes)), make([]string, len(o.Sizes))
	for i, n := range o.Sizes {
		var err error
		if instances[i], names[i], err = family.At(n); err != nil {
			return nil, err
		}
	}
	t := &Table{
		Function: family.String(), Seed: o.Seed, Targets: o.Targets, Limit: o.Limit.Seconds(),
		Cells: []Cell{}, Growth: []Growth{}, sizes: o.Sizes, methods: o.Methods,
	}
	slow := map[string]bool{}
	for i, n := range o.Sizes {
		for _, method := range o.Methods {
			cell := Cell{Method: method.Name, Kind: method.Kind, N: n, Function: names[i], End: Skipped}
			if ctx.Err() != nil {
				t.Interrupted = true
				t.fit()
				return t, nil
			}
			if !slow[method.Name] {
				cell.measure(ctx, method, instances[i], o)
			}
			slow[method.Name] = slow[method.Name] || cell.End == OutOfTime
			t.Cells = append(t.Cells, cell)
			if o.Watch != nil {
				o.Watch(len(t.Cells), len(o.Sizes)*len(o.Methods))
			}
		}
	}
	t.Interrupted = ctx.Err() != nil
	t.fit()
	return t, nil
}

// measure tries the targets one by one.
func (c *Cell) measure(ctx context.Context, method Method, in *reduction.Instance, o Options) {
	limited, cancel := context.WithTimeout(ctx, o.Limit)
	defer cancel()
	finished := 0.0
	for target := range o.Targets {
		number := uint64(c.N)<<32 | uint64(target)
		z := in.RandomImage(spec.Stream(o.Seed, "hardness", []byte(c.Function), number))
		start := time.Now()
		right, of, work, err := method.try(limited, in, z, spec.Stream(o.Seed, "hardness "+method.Name, []byte(c.Function), number))
		took := time.Since(start).Seconds()
		c.Spent += took
		c.add(work)
		switch {
		case err == nil:
			c.Right += right
			c.Tried += of
			finished += took
			c.Seconds = finished / float64(c.Tried)
		case ctx.Err() != nil:
			c.End = Broken
			return
		case limited.Err() == nil:
			c.End, c.Reason = Impossible, err.Error()
			return
		}
		if limited.Err() != nil && (err != nil || target < o.Targets-1) {
			c.End = OutOfTime
			return
		}
	}
	c.End = Done
}

func (c *Cell) add(work inverter.Work) {
	c.Candidates += work.Candidates
	c.Conflicts += work.Conflicts
}

// fit fills in the growth of each method.
func (t *Table) fit() {
	for _, method := range t.methods {
		var n, logs []float64
		for _, c := range t.Cells {
			if c.Method == method.Name && c.Right > 0 && c.Seconds >= fitFrom {
				n, logs = append(n, float64(c.N)), append(logs, math.Log2(c.Seconds))
			}
		}
		if len(n) >= fitCells {
			_, slope := stat.LinearRegression(n, logs, nil, false)
			t.Growth = append(t.Growth, Growth{method.Name, slope, len(n)})
		}
	}
}
