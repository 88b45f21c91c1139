package props

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/schema"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// TestRecord: the record ends at the wealth of the verdict, counts every call once for every
// witness, and is the same bytes on any number of processors. Without the option there is none.
func TestRecord(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	run := func(opts ...JudgeOption) *Verdict {
		v, err := Judge(t.Context(), samplers.Prior(), []*spec.Problem{p}, opts...)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := run(Recorded(), Jobs(1))
	r := v.Record
	if end := r.Wealth.Log10[len(r.Wealth.Log10)-1]; end != v.Log10Wealth || len(r.Wealth.Log10) != v.Calls || len(r.Largest) != maxMoves {
		t.Errorf("it ends at %v after %d calls, the verdict at %v after %d; %d moves", end, len(r.Wealth.Log10), v.Log10Wealth, v.Calls, len(r.Largest))
	}
	for _, w := range r.Problems[0].Witnesses {
		sum := 0.0
		for _, n := range w.Counts {
			sum += n
		}
		if math.Abs(sum-float64(v.Calls)) > 1e-9 {
			t.Errorf("%s: %v ranks of %d calls", w.Name, sum, v.Calls)
		}
	}
	one, err := json.Marshal(r)
	two, err2 := json.Marshal(run(Recorded(), Jobs(2)).Record)
	if err != nil || err2 != nil || !bytes.Equal(one, two) {
		t.Errorf("another record with two jobs (%v, %v)", err, err2)
	}
	if run().Record != nil {
		t.Error("a record that nobody asked for")
	}
}

// TestRecordOfAConstant: of a sampler that always draws sevens the moments of the draws are known,
// and those of the truth are others; the moves are in order, and hold what was drawn.
func TestRecordOfAConstant(t *testing.T) {
	p, err := problems.Parse("gauss")
	if err != nil {
		t.Fatal(err)
	}
	sevens := spec.NewSampler("sevens", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, _ *rand.Rand) error {
		dst.Apply(func(_, _ int, _ float64) float64 { return 7 }, dst)
		return nil
	})
	v, err := Judge(t.Context(), sevens, []*spec.Problem{p}, Recorded())
	if err != nil {
		t.Fatal(err)
	}
	moments := v.Record.Problems[0].Moments
	if len(moments) != p.Dim() {
		t.Fatalf("moments of %d coordinates, want %d", len(moments), p.Dim())
	}
	for j, m := range moments {
		if m.DrawsMean != 7 || m.DrawsSD != 0 || m.TruthMean == 7 || m.TruthSD == 0 {
			t.Errorf("coordinate %d: %+v", j, m)
		}
	}
	last := math.Inf(1)
	for _, move := range v.Record.Largest {
		if size := math.Abs(move.Log10Factor); size > last {
			t.Errorf("a move of 10^%v after one of 10^%v", size, last)
		} else {
			last = size
		}
		if len(move.Draws) != v.DrawsACall || len(move.Y) != p.Rows() || move.Truth[0] == 7 {
			t.Errorf("call %d: %+v", move.Call, move)
		}
		for _, draw := range move.Draws {
			if slices.ContainsFunc(draw, func(x Number) bool { return x != 7 }) {
				t.Errorf("call %d: drawn %v", move.Call, draw)
			}
		}
	}
}

// TestCounterexampleSchema: the schema of a counterexample has the keys of its text.
func TestCounterexampleSchema(t *testing.T) {
	for _, fault := range schema.Unlike(reflect.TypeFor[counterexampleText](), "counterexample.schema.json", "repeat") {
		t.Error(fault)
	}
}

// TestCourse: up to 10,000 calls all are kept, of one more every second, and of 25,000 every fourth:
// entry i is the wealth after call (i+1) stride.
func TestCourse(t *testing.T) {
	for _, test := range []struct{ calls, stride, points int }{{1, 1, 1}, {9999, 1, 9999}, {10000, 1, 10000}, {10001, 2, 5000}, {10002, 2, 5001}, {20001, 2, 10000}, {20002, 4, 5000}, {25003, 4, 6250}} {
		c := newCourse()
		for i := range test.calls {
			c.add(float64(i+1) * math.Ln10)
		}
		if c.Stride != test.stride || len(c.Log10) != test.points || c.Calls != test.calls {
			t.Errorf("%d calls: stride %d, %d points of %d calls, want %+v", test.calls, c.Stride, len(c.Log10), c.Calls, test)
		}
		for i, w := range c.Log10 {
			if math.Abs(w-float64((i+1)*c.Stride)) > 1e-9 {
				t.Errorf("%d calls: point %d is of call %v, want %d", test.calls, i, w, (i+1)*c.Stride)
				break
			}
		}
	}
}
