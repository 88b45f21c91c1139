package props_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props"
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
			j, err := props.OpenJournal(path, props.JournalOf{Samplers: []spec.Sampler{counted}})
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
