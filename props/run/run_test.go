package run

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/internal/kinds"
	"assay/internal/parallel"
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
		{Fault: &Fault{Kind: kinds.Refusal, Message: "not today"}},
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
	if a := InProcess(samplers.Exact()).Answer(t.Context(), read); a.Fault == nil || a.Fault.Kind != kinds.Error || !strings.Contains(a.Fault.Message, "not known") {
		t.Errorf("a problem that is not known: %+v", a)
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
	i := 0
	for got := range parallel.InOrder(ctx, calls, func() int { return 2 }, 2, func(c Call) Answer { return Offline(dir).Answer(ctx, c) }) {
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
	if a := Offline(dir).Answer(t.Context(), calls[0]); a.Fault == nil || a.Fault.Kind != kinds.Shape {
		t.Errorf("an answer of one draw to a call for three: %+v", a)
	}
	if a := Offline(t.TempDir()).Answer(ctx, calls[0]); a.Fault == nil {
		t.Errorf("a call that nobody answered: %+v", a)
	}
}
