package run

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

func gauss(t *testing.T) *spec.Problem {
	t.Helper()
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func callOn(p *spec.Problem, replicate uint64) Call {
	return Call{
		Sampler: "exact", Role: "candidate", Problem: p, Replicate: replicate, Draws: 3, Y: []float64{0.1 + float64(replicate)},
		Key: spec.StreamKey(1, "candidate", p.Digest(), replicate),
	}
}

// TestJSON: calls and answers survive their JSON form, to the last bit; what is none is refused.
func TestJSON(t *testing.T) {
	c := callOn(gauss(t), 7)
	c.Y[0] = math.Nextafter(1, 2)
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var read Call
	if err := json.Unmarshal(text, &read); err != nil || read.ID() != c.ID() || read.Problem != nil || read.Y[0] != c.Y[0] || read.Key != c.Key {
		t.Errorf("%s is read as %+v, %v", text, read, err)
	}
	for _, a := range []Answer{
		{Draws: mat.NewDense(2, 2, []float64{1, math.Nextafter(0, 1), -3, 0.1}), Spent: map[string]float64{"denoiser calls": 12}},
		{Fault: &Fault{Kind: FaultRefusal, Message: "not today"}},
	} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var read Answer
		if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, a) {
			t.Errorf("%s is read as %+v, %v", text, read, err)
		}
	}
	for _, wrong := range []string{`{}`, `{"draws":[[1],[1,2]]}`, `{"draws":[[]]}`, `{"draws":[[1]],"fault":{"kind":"a","message":"b"}}`, `{"draw":[[1]]}`} {
		if err := json.Unmarshal([]byte(wrong), &Answer{}); err == nil {
			t.Errorf("%s passes for an answer", wrong)
		}
		if err := json.Unmarshal([]byte(wrong), &Call{}); err == nil {
			t.Errorf("%s passes for a call", wrong)
		}
	}
}

// TestIDs: calls that differ in anything have another ID.
func TestIDs(t *testing.T) {
	p := gauss(t)
	ids := map[any]string{}
	for what, change := range map[string]func(*Call){
		"nothing": func(*Call) {}, "sampler": func(c *Call) { c.Sampler = "exac" }, "role": func(c *Call) { c.Role = "tcandidate" },
		"problem": func(c *Call) { c.Problem, c.Digest = nil, "00" }, "replicate": func(c *Call) { c.Replicate++ },
		"draws": func(c *Call) { c.Draws++ }, "y": func(c *Call) { c.Y = []float64{9} }, "key": func(c *Call) { c.Key[31]++ },
	} {
		c := callOn(p, 0)
		change(&c)
		if other, seen := ids[c.ID()]; seen {
			t.Errorf("a change of %s and of %s have one ID", what, other)
		}
		ids[c.ID()] = what
	}
}

// TestInProcess: the sampler draws from the stream of the key; a call that was read is answered on
// a problem that is known, and is a fault otherwise.
func TestInProcess(t *testing.T) {
	p := gauss(t)
	c := callOn(p, 3)
	want := mat.NewDense(3, 2, nil)
	if err := samplers.Exact().Sample(t.Context(), want, p, c.Y, spec.Stream(1, "candidate", p.Digest(), 3)); err != nil {
		t.Fatal(err)
	}
	read := c
	read.Problem, read.Digest = nil, c.problem()
	for _, asked := range []Call{c, read} {
		if a := InProcess(samplers.Exact(), p).Answer(t.Context(), asked); a.Fault != nil || !mat.Equal(a.Draws, want) {
			t.Errorf("answered %+v, want %v", a, want)
		}
	}
	if a := InProcess(samplers.Exact()).Answer(t.Context(), read); a.Fault == nil || a.Fault.Kind != FaultError || !strings.Contains(a.Fault.Message, "not known") {
		t.Errorf("a problem that is not known: %+v", a)
	}
}

// TestInOrder: answers come in the order of the calls though they end in another, no more are under
// way than allowed, and none is begun after the caller broke off or ctx is done.
func TestInOrder(t *testing.T) {
	calls := make([]int, 200)
	for i := range calls {
		calls[i] = i
	}
	var running, most, begun atomic.Int64
	ask := func(i int) int {
		begun.Add(1)
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
		running.Add(-1)
		return i
	}
	now, at := Fixed(4)
	if got := slices.Collect(InOrder(t.Context(), calls, now, at, ask)); !slices.Equal(got, calls) {
		t.Errorf("answers come as %v", got)
	}
	if most.Load() > 4 || begun.Load() != 200 {
		t.Errorf("%d at a time, %d in all; want at most 4, 200", most.Load(), begun.Load())
	}
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		begun.Store(0)
		last := -1
		for i := range InOrder(ctx, calls, now, at, ask) {
			if last = i; i != 5 {
				continue
			}
			if !cancelled {
				break
			}
			cancel()
		}
		cancel()
		if last != 5 || begun.Load() > 5+2+2*4 { // those answered, under way, and ahead
			t.Errorf("cancelled %v: ended after %d, with %d begun", cancelled, last, begun.Load())
		}
	}
}

// TestOffline: calls left in a folder get the answers that the sampler would give here, from one
// who only knows the folder and the problem. An answer that does not fit, and a call without one,
// are faults.
func TestOffline(t *testing.T) {
	p, dir := gauss(t), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, err := AnswerFiles(ctx, dir, InProcess(samplers.Exact(), p)); err != nil && ctx.Err() == nil {
				t.Error(err)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	calls := []Call{callOn(p, 0), callOn(p, 1), callOn(p, 2)}
	now, most := Fixed(2)
	i := 0
	for got := range InOrder(ctx, calls, now, most, func(c Call) Answer { return Offline(dir).Answer(ctx, c) }) {
		if want := InProcess(samplers.Exact()).Answer(ctx, calls[i]); got.Fault != nil || !mat.Equal(got.Draws, want.Draws) {
			t.Errorf("call %d: %+v, want %+v", i, got, want)
		}
		i++
	}
	cancel()
	if i != len(calls) {
		t.Errorf("%d calls were answered, want %d", i, len(calls))
	}
	answers, err := filepath.Glob(filepath.Join(dir, "*"+answerSuffix))
	if err != nil || len(answers) != 3 {
		t.Fatal(answers, err)
	}
	for _, path := range answers {
		if err := os.WriteFile(path, []byte(`{"draws":[[1,2]]}`), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if a := Offline(dir).Answer(t.Context(), calls[0]); a.Fault == nil || a.Fault.Kind != FaultShape {
		t.Errorf("an answer of one draw to a call for three: %+v", a)
	}
	if a := Offline(t.TempDir()).Answer(ctx, calls[0]); a.Fault == nil {
		t.Errorf("a call that nobody answered: %+v", a)
	}
}
