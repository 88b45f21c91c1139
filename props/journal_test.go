package props_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/identity"
	"assay/internal/version"
	"assay/props"
	"assay/props/run"
	"assay/samplers"
	"assay/spec"
)

// TestJournalResumes: a judgement that was interrupted, and whose file was cut in the
// middle of a line, ends with the verdict of one that was not, and asks the candidate
// only for what is missing.
func TestJournalResumes(t *testing.T) {
	var asked atomic.Int64
	counted := spec.NewSampler("counted", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		asked.Add(1)
		return samplers.Exact().Sample(ctx, dst, p, y, rng)
	})
	path := filepath.Join(t.TempDir(), "journal")
	run := func(calls int, remember bool) string {
		opts := []props.JudgeOption{props.Calls(calls), props.Terse()}
		if remember {
			j, err := run.OpenJournal(path, run.JournalOf{Samplers: []spec.Sampler{counted}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := j.Close(); err != nil {
					t.Error(err)
				}
			}()
			opts = append(opts, props.Remember(j))
		}
		text, err := json.Marshal(judge(t, counted, named(t, "gauss", "gmm:d=2,dy=1"), opts...))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	want := run(100, false)
	run(40, true)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content[:len(content)-10], 0o666); err != nil {
		t.Fatal(err)
	}
	asked.Store(0)
	if got := run(100, true); got != want {
		t.Errorf("resumed:\n%s\nin one go:\n%s", got, want)
	}
	if n := asked.Load(); n != 200-80+1 {
		t.Errorf("the candidate was asked %d times after 79 whole answers, want 121", n)
	}
	asked.Store(0)
	if got := run(100, true); got != want || asked.Load() != 0 {
		t.Errorf("a finished run asks %d times again", asked.Load())
	}
}

// identified is a sampler that says what it is.
type identified struct {
	spec.Sampler
	parts []identity.Part
}

func (i identified) Identity() ([]identity.Part, error) {
	if i.parts == nil {
		return nil, errors.New("no identity")
	}
	return i.parts, nil
}

// TestJournalOfOthers: a journal is of samplers, by name and identity, of problems, by digest, and of
// the program that asks, in which the samplers are that have no identity of their own.
func TestJournalOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	open := func(samplers []spec.Sampler, problems ...*spec.Problem) error {
		j, err := run.OpenJournal(path, run.JournalOf{Samplers: samplers, Problems: problems})
		if err == nil {
			err = j.Close()
		}
		return err
	}
	part := func(value string) spec.Sampler {
		return identified{samplers.Exact(), []identity.Part{{Name: "file a.py", Value: value}}}
	}
	on := named(t, "gauss", "gauss:m=1")
	renamed, err := spec.NewProblem(on[0].Name(), on[1].Prior(), must(on[1].Measurement()))
	if err != nil {
		t.Fatal(err)
	}
	two := []spec.Sampler{part("1"), part("1")}
	if err := open(two, on[0]); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want     string
		samplers []spec.Sampler
		problems []*spec.Problem
	}{
		{"", two, on[:1]},
		{"something else: file a.py was 1 and is 2; make", []spec.Sampler{part("2"), part("1")}, on[:1]},
		{"something else: of sampler 2: file a.py was 1 and is 2; make", []spec.Sampler{part("1"), part("2")}, on[:1]},
		{"something else: of sampler 2: candidate was exact and is prior; of sampler 2: file a.py is there no more: it was 1; make", []spec.Sampler{part("1"), samplers.Prior()}, on[:1]},
		{"problem 1 was gauss:d=4,m=2,beta=0.5,seed=1 with digest", two, []*spec.Problem{renamed}},
		{"problem 2 is new: gauss:d=4,m=1,", two, on},
		{"problem 1 is there no more: ", two, nil},
		{"sampler 2 of 2 of the journal is nil", []spec.Sampler{part("1"), nil}, on[:1]},
		{"problem 1 of 1 of the journal is nil", two, []*spec.Problem{nil}},
		{"a journal of no sampler", nil, on[:1]},
		{"no identity", []spec.Sampler{identified{samplers.Exact(), nil}}, nil},
	} {
		if err := open(c.samplers, c.problems...); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		fmt.Sprintf(`{"part":"version of assay","value":%q}`, version.String()), fmt.Sprintf(`{"part":"executable of assay","value":"sha256 %x"}`, sha256.Sum256(program)),
	} {
		if !strings.Contains(string(content), part) {
			t.Errorf("the journal has no %s:\n%s", part, content)
		}
	}
}

func must(m spec.Measurement, known bool) spec.Measurement {
	if !known {
		panic("no measurement")
	}
	return m
}

// TestJournalOfWhatChanges: a candidate that changes while it is judged is in the verdict's warnings,
// and its answers are not in the journal.
func TestJournalOfWhatChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	c := identified{samplers.Exact(), []identity.Part{{Name: "file a.py", Value: "1"}}}
	j, err := run.OpenJournal(path, run.JournalOf{Samplers: []spec.Sampler{&c}})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	v := judge(t, &c, named(t, "gauss"), props.Calls(20), props.Terse(), props.Remember(j), props.Watch(func(props.Progress) { c.parts = []identity.Part{{Name: "file a.py", Value: "2"}} }))
	if len(v.Warnings) == 0 || !strings.Contains(v.Warnings[len(v.Warnings)-1], "file a.py was 1 and is 2") || !strings.Contains(v.String(), "  warning   what was judged changed meanwhile: ") {
		t.Errorf("warnings %q", v.Warnings)
	}
	valid(t, v)
	if content, err := os.ReadFile(path); err != nil || bytes.Count(content, []byte("\n")) != 1 {
		t.Errorf("the journal holds\n%s\n%v", content, err)
	}
}
