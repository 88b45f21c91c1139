package props_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/props"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// caught returns a counterexample to the prior as a posterior sampler, and its file.
func caught(t *testing.T) (*props.Counterexample, []byte) {
	t.Helper()
	p, err := problems.Parse("gauss:d=2,m=1")
	if err != nil {
		t.Fatal(err)
	}
	v, err := props.Judge(t.Context(), samplers.Prior(), []*spec.Problem{p}, props.Alpha(1e-3), props.Terse())
	if err != nil {
		t.Fatal(err)
	}
	c := &props.Counterexample{Candidate: "prior", Words: []string{"ignores y", "x < y & \"so\""}, Alpha: 1e-3, Verdict: v,
		Summary: []props.Moments{{ExactMean: 1, ExactSD: 2, CandidateMean: 3, CandidateSD: 4}, {}}, Origin: v.Problems[0].Digest, Problem: p, FewerSteps: "prior:steps=3"}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return c, text
}

func write(t *testing.T, text []byte) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "c.json")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file gives back what was written, whatever its line endings and indentation.
func TestCounterexampleRoundTrip(t *testing.T) {
	c, text := caught(t)
	for _, form := range [][]byte{text, bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")), bytes.ReplaceAll(text, []byte("\n  "), []byte("\n\t"))} {
		got, err := props.ReadCounterexample(write(t, form))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Problem.Digest(), c.Problem.Digest()) {
			t.Errorf("another problem came back: %s", got.Problem.Name())
		}
		if diff := cmp.Diff(c, got, cmpopts.IgnoreFields(props.Counterexample{}, "Problem", "Assay", "Go")); diff != "" {
			t.Errorf("written and read differ:\n%s", diff)
		}
		if got.Go == "" || got.Assay == "" {
			t.Errorf("no versions: assay %q, Go %q", got.Assay, got.Go)
		}
	}
}

// A file that was cut short anywhere, or in which any byte of a value or key was changed, is
// not read. (Every seventh place, which visits every line.)
func TestCounterexampleDistrust(t *testing.T) {
	_, text := caught(t)
	end := len(bytes.TrimRight(text, "\n"))
	for i := 0; i < end; i += 7 {
		if _, err := props.ReadCounterexample(write(t, text[:i])); err == nil {
			t.Fatalf("a file cut at byte %d of %d was read", i, end)
		}
		if bytes.IndexByte([]byte(" \n"), text[i]) >= 0 {
			continue
		}
		edited := bytes.Clone(text)
		edited[i] ^= 1 // digits stay digits, letters printable
		if _, err := props.ReadCounterexample(write(t, edited)); err == nil {
			t.Fatalf("a file with %q for %q at byte %d was read", edited[i], text[i], i)
		}
	}
	for name, test := range map[string]struct{ text, want string }{
		"empty": {"", "the file is empty"},
		"cut":   {string(text[:200]), fmt.Sprintf("cut short or not JSON: line %d, column ", 1+bytes.Count(text[:200], []byte("\n")))},
		"other": {`{"name": "x"}`, "not a counterexample"},
		"format": {`{"format": "assay counterexample 9"}`,
			`format: "assay counterexample 9", want "assay counterexample 2"`},
		"edited":   {strings.Replace(string(text), `"alpha": 0.001`, `"alpha": 0.002`, 1), "sha256 is not that of what precedes it"},
		"twice":    {strings.Replace(string(text), `"candidate"`, `"candidate": "exact", "candidate"`, 1), `line 3, column 35: key "candidate" is given twice`},
		"cases":    {strings.Replace(string(text), `"candidate"`, `"Candidate": "exact", "candidate"`, 1), `key "candidate" is given twice`},
		"deeper":   {strings.Replace(string(text), `"verdict": {`, `"verdict": {"seed": 1, "seed": 2,`, 1), `key "seed" is given twice`},
		"unsealed": {string(text[:bytes.LastIndexByte(text, ',')]) + "}", `the last key is not "sha256"`},
	} {
		_, err := props.ReadCounterexample(write(t, []byte(test.text)))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "c.json") {
			t.Errorf("%s: error %v, want the file and %q", name, err, test.want)
		}
	}
}

// told runs f under a recorder.
func told(f func(rapid.TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

// Replay catches the candidate again, passes one that is right (it fails by chance with
// probability 1e-6), and fails on a file that it cannot trust.
func TestReplay(t *testing.T) {
	_, text := caught(t)
	path := write(t, text)
	if r := told(func(tb rapid.TB) { props.Replay(tb, path, samplers.Prior()) }); !r.failed || !strings.Contains(r.log.String(), "still holds") {
		t.Errorf("failed %v, said %s", r.failed, &r.log)
	}
	if r := told(func(tb rapid.TB) { props.Replay(tb, path, samplers.Exact()) }); r.failed {
		t.Errorf("the exact sampler fails: %s", &r.log)
	}
	if r := told(func(tb rapid.TB) { props.Replay(tb, write(t, text[:100]), samplers.Exact()) }); !r.failed || !strings.Contains(r.log.String(), "cut short") {
		t.Errorf("failed %v, said %s", r.failed, &r.log)
	}
}

// TestPosteriorRemembers: a counterexample in testdata/assay fails the property of the
// candidate that it names, even where the generated problems cannot; no other's.
func TestPosteriorRemembers(t *testing.T) {
	_, text := caught(t)
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("testdata/assay", 0o777); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "assay", "prior-1.json")
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	unmeasured, err := problems.Parse("digits/prior")
	if err != nil {
		t.Fatal(err)
	}
	over := props.Over(rapid.Just(unmeasured)) // there the prior is right
	failed, said := check(t, props.Posterior(samplers.Prior(), over, props.Calls(5)))
	if !failed || !strings.Contains(said, "prior-1.json still holds") || strings.Contains(said, "flaky") {
		t.Errorf("failed %v, said %s", failed, said)
	}
	prior := samplers.Prior()
	other := spec.NewSampler("other", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		return prior.Sample(ctx, dst, p, y, rng)
	})
	if failed, said := check(t, props.Posterior(other, over, props.Calls(5))); failed {
		t.Errorf("another candidate fails: %s", said)
	}
	if err := os.WriteFile(path, text[:300], 0o666); err != nil {
		t.Fatal(err)
	}
	if failed, said := check(t, props.Posterior(other, over, props.Calls(5))); !failed || !strings.Contains(said, "cut short") {
		t.Errorf("a damaged file: failed %v, said %s", failed, said)
	}
}
