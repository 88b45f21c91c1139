package props

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

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

// TestRecordByHand: moments, ties and the largest moves are those of what the candidate was
// asked, drew and was told, by another route: sums over all that a sampler kept, and the progress
// after each call. A mean of n numbers of order 1 is off by n roundings: 1e-12 is above that of 200.
func TestRecordByHand(t *testing.T) {
	const tolerance = 1e-12
	p := parsed(t, "gauss:d=2,m=1")[0]
	var asked, drawn [][]float64
	prior := spec.NewSampler("kept", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		err := samplers.Prior().Sample(ctx, dst, p, y, rng)
		asked, drawn = append(asked, slices.Clone(y)), append(drawn, slices.Clone(mat.DenseCopyOf(dst).RawMatrix().Data))
		return err
	})
	var truths [][]float64
	watched := Witness("side", func(x, _ []float64) float64 { return math.Copysign(1, x[0]) })
	wealth := []float64{0}
	v, err := Judge(t.Context(), prior, []*spec.Problem{p}, Recorded(), Jobs(1), Calls(200), Alpha(1e-200), Draws(2), watched,
		Watch(func(p Progress) { wealth = append(wealth, p.Log10Wealth) }))
	if err != nil {
		t.Fatal(err)
	}
	for call := range v.Calls { // a truth and its y have a stream of their own
		x, y := make([]float64, 2), make([]float64, 1)
		p.Draw(x, y, spec.Stream(0, "truth", p.Digest(), uint64(call)))
		truths = append(truths, x)
		if y[0] != asked[call][0] {
			t.Fatalf("call %d was about %v, not %v", call, asked[call], y)
		}
	}
	r := v.Record
	for j, m := range r.Problems[0].Moments {
		var truth, draws []float64
		for call := range v.Calls {
			truth, draws = append(truth, truths[call][j]), append(draws, drawn[call][j], drawn[call][2+j])
		}
		truthMean, truthSD := stat.MeanStdDev(truth, nil)
		drawsMean, drawsSD := stat.MeanStdDev(draws, nil)
		for what, pair := range map[string][2]float64{
			"mean of the truth": {float64(m.TruthMean), truthMean}, "deviation of the truth": {float64(m.TruthSD), truthSD},
			"mean of the draws": {float64(m.DrawsMean), drawsMean}, "deviation of the draws": {float64(m.DrawsSD), drawsSD},
		} {
			if math.Abs(pair[0]-pair[1]) > tolerance {
				t.Errorf("coordinate %d: the %s is %v, want %v", j, what, pair[0], pair[1])
			}
		}
	}
	ties := 0
	for call := range v.Calls { // the noise that blurs is far below the draws
		if side := truths[call][0] > 0; side == (drawn[call][0] > 0) || side == (drawn[call][2] > 0) {
			ties++
		}
	}
	for _, w := range r.Problems[0].Witnesses {
		want := map[string]int{"side": ties, "distance to a draw of the last call": 1}[w.Name] // before the first there is none
		if w.Ties != want && w.Name != "distance to nearest in pool" {                         // two that are nearest to each other tie
			t.Errorf("%s: %d ties, want %d", w.Name, w.Ties, want)
		}
	}
	if r.Draws != 2*v.Calls {
		t.Errorf("%d draws in %d calls of 2", r.Draws, v.Calls)
	}
	order := make([]int, v.Calls)
	for call := range order {
		order[call] = call
	}
	size := func(call int) float64 { return math.Abs(wealth[call+1] - wealth[call]) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	for i, m := range r.Largest {
		call := order[i]
		if m.Call != call || math.Abs(m.Log10Factor-(wealth[call+1]-wealth[call])) > tolerance {
			t.Errorf("move %d is call %d by 10^%v, want call %d by 10^%v", i, m.Call, m.Log10Factor, call, wealth[call+1]-wealth[call])
			continue
		}
		got := slices.Concat(m.Y, m.Truth, m.Draws[0], m.Draws[1])
		for k, v := range slices.Concat(asked[call], truths[call], drawn[call]) {
			if got[k] != Number(v) {
				t.Errorf("call %d: y, truth and draws %v, want %v, %v, %v", call, got, asked[call], truths[call], drawn[call])
				break
			}
		}
	}
}

// TestMovesAlike: of more like moves than are kept, the earlier ones are, gains and losses alike.
func TestMovesAlike(t *testing.T) {
	r := &recorder{}
	a := &answer{pool: mat.NewDense(1, 1, nil)}
	for call := range 3 * maxMoves {
		r.move(Move{Call: call, Log10Factor: float64(1 - 2*(call%2))}, a)
	}
	r.move(Move{Call: 99, Log10Factor: -2}, a)
	for i, m := range r.record.Largest {
		if want := max(0, i-1) + 99*max(0, 1-i); m.Call != want {
			t.Errorf("move %d is call %d, want %d", i, m.Call, want)
		}
	}
	if len(r.record.Largest) != maxMoves {
		t.Errorf("%d moves, want %d", len(r.record.Largest), maxMoves)
	}
}

// TestRecordHeads: of long vectors and many draws the first are kept, as they were.
func TestRecordHeads(t *testing.T) {
	x := mat.NewDense(maxRecorded+1, maxNumbers+1, nil)
	x.Apply(func(i, j int, _ float64) float64 { return float64(100*i + j) }, x)
	rows := heads(x)
	if len(rows) != maxRecorded {
		t.Fatalf("%d draws, want %d", len(rows), maxRecorded)
	}
	for i, row := range rows {
		if len(row) != maxNumbers || row[0] != Number(100*i) || row[maxNumbers-1] != Number(100*i+maxNumbers-1) {
			t.Errorf("draw %d: %v", i, row)
		}
	}
	if head(nil) == nil {
		t.Error("no y is written as null, want an empty array")
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
