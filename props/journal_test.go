package props_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mat"

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
			j, err := run.OpenJournal(path)
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

// TestJournalMistakes: a file that is not a journal is named, and not written over.
func TestJournalMistakes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter.txt")
	line := fmt.Sprintf(`{"call":{"sampler":"a","role":"candidate","problem":"00","replicate":0,"draws":1,"y":[],"key":"%064d"},"answer":{"draws":[[1]]}}`, 0)
	for _, letter := range []string{line + "\nDear Sir or Madam\n", line + "\nDear Sir or Madam"} {
		if err := os.WriteFile(path, []byte(letter), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := run.OpenJournal(path); err == nil || !strings.Contains(err.Error(), "letter.txt:2") {
			t.Errorf("error %v, want one that names line 2", err)
		}
		if content, err := os.ReadFile(path); err != nil || string(content) != letter {
			t.Errorf("the file now holds %q, %v", content, err)
		}
	}
}
