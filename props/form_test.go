package props_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// TestVerdictForms: verdicts say by which definition the tolerance was read, on each problem, and
// their tolerance asks for the same again: the text and the JSON form are the same then.
func TestVerdictForms(t *testing.T) {
	measured, unmeasured := fork(t, 0.2, true), fork(t, 0.2, false)
	asked := spec.Tolerance{Tau: 0.1, Delta: 0.2}
	joint := spec.Tolerance{Tau: 0.1, Delta: 0.2, Form: spec.Joint}
	for _, test := range []struct {
		name      string
		on        []*spec.Problem
		tolerance spec.Tolerance
		more      []props.JudgeOption
		verdict   spec.Form
		findings  []spec.Form
		says      []string
	}{
		{"exact", []*spec.Problem{measured}, spec.Tolerance{Form: spec.Joint}, nil, "", []spec.Form{""}, nil},
		{"measured", []*spec.Problem{measured}, asked, nil, spec.Definition15, []spec.Form{spec.Definition15},
			[]string{"tolerance tau 0.1, delta 0.2;", "definition 1.5: for all but delta of y"}},
		{"unmeasured", []*spec.Problem{unmeasured}, asked, nil, spec.Definition13, []spec.Form{spec.Definition13}, []string{"definition 1.3: all but delta"}},
		{"both", []*spec.Problem{unmeasured, measured}, asked, nil, "", []spec.Form{spec.Definition13, spec.Definition15},
			[]string{"definition 1.3 on fork, not measured: ", "definition 1.5 on fork: "}},
		{"local", []*spec.Problem{measured}, asked, []props.JudgeOption{props.Local(2)}, spec.Definition12, []spec.Form{spec.Definition12}, []string{"definition 1.2 at each y: "}},
		{"at", []*spec.Problem{measured}, asked, []props.JudgeOption{props.At([]float64{1})}, spec.Definition12, []spec.Form{spec.Definition12}, []string{"definition 1.2 at each y: "}},
		{"joint", []*spec.Problem{measured}, joint, nil, spec.Joint, []spec.Form{spec.Joint}, []string{"joint: over all y and draws"}},
		{"joint on both", []*spec.Problem{measured, unmeasured}, joint, nil, spec.Joint, []spec.Form{spec.Joint, spec.Definition13},
			[]string{"joint on fork: ", "definition 1.3 on fork, not measured: "}},
	} {
		t.Run(test.name, func(t *testing.T) {
			first := judge(t, samplers.Exact(), test.on, append(test.more, props.Within(test.tolerance), props.Calls(60), props.Terse())...)
			if first.Tolerance.Form != test.verdict {
				t.Errorf("the verdict has the form %q, want %q", first.Tolerance.Form, test.verdict)
			}
			for i, f := range first.Problems {
				if f.Form != test.findings[i] {
					t.Errorf("%s has the form %q, want %q", f.Problem, f.Form, test.findings[i])
				}
			}
			for _, words := range test.says {
				if !strings.Contains(first.String(), words) {
					t.Errorf("want %q in\n%s", words, first)
				}
			}
			if strings.Contains(first.String(), "tolerance") != (test.says != nil) {
				t.Errorf("a tolerance is mentioned, or is not, in\n%s", first)
			}
			again := judge(t, samplers.Exact(), test.on, append(test.more, props.Within(first.Tolerance), props.Calls(60), props.Terse())...)
			if a, b := encode(t, first), encode(t, again); !bytes.Equal(a, b) {
				t.Errorf("the tolerance of the verdict gives another one:\n%s\n%s", a, b)
			}
		})
	}
}

func encode(t *testing.T, v *props.Verdict) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestFormMistakes: what cannot be read by the form given, and numbers out of range.
func TestFormMistakes(t *testing.T) {
	measured, unmeasured := fork(t, 0.2, true), fork(t, 0.2, false)
	for _, test := range []struct {
		on        *spec.Problem
		tolerance spec.Tolerance
		more      []props.JudgeOption
		want      string
	}{
		{measured, spec.Tolerance{Tau: -1}, nil, "tau is -1"},
		{measured, spec.Tolerance{Delta: 1}, nil, "delta is 1"},
		{measured, spec.Tolerance{Delta: 0.1, Form: spec.Joint}, []props.JudgeOption{props.Local(2)}, "says nothing of a single one"},
		{measured, spec.Tolerance{Delta: 0.1, Form: spec.Definition13}, nil, "want definition 1.5"},
		{unmeasured, spec.Tolerance{Delta: 0.1, Form: spec.Definition15}, nil, "want definition 1.3"},
	} {
		_, err := props.Judge(t.Context(), samplers.Exact(), []*spec.Problem{test.on}, append(test.more, props.Within(test.tolerance))...)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want %q", test.tolerance, err, test.want)
		}
	}
}

// TestTooFewCalls: a pass within a tolerance is none if the worst sampler would have passed too.
// At (0, 0.5) a pair is allowed an asymmetry of 0.25 + 0.5 * 0.375 = 0.4375, so that no factor
// exceeds 2/1.875 and 214 calls are needed for 10^6, where 20 are for the exact law.
func TestTooFewCalls(t *testing.T) {
	for _, test := range []struct {
		delta float64
		calls int
		want  props.Outcome
	}{{0, 19, props.Inconclusive}, {0, 20, props.NotRejected}, {0.5, 214, props.Inconclusive}, {0.5, 215, props.NotRejected}} {
		v := judge(t, samplers.Exact(), []*spec.Problem{fork(t, 0.2, true)}, props.Within(spec.Tolerance{Delta: test.delta}), props.Calls(test.calls), props.Draws(1), props.Terse())
		if v.Outcome != test.want || (v.Outcome == props.Inconclusive) != (len(v.Warnings) > 0) {
			t.Errorf("delta %v, %d calls: %s, want %s", test.delta, test.calls, v, test.want)
		}
	}
}

// TestCounterexampleTolerance: a counterexample to a tolerance says so, in its file too, and is
// judged again within that.
func TestCounterexampleTolerance(t *testing.T) {
	on := named(t, "gauss:d=2,m=2,beta=0.1")
	v := judge(t, samplers.Prior(), on, props.Within(spec.Tolerance{Delta: 0.1}), props.Terse())
	if v.Outcome != props.Rejected {
		t.Fatalf("the prior is not rejected: %s", v)
	}
	c := &props.Counterexample{Candidate: "prior", Alpha: v.Alpha, Verdict: v, Origin: v.Problems[0].Digest, Problem: on[0]}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	read, err := props.ParseCounterexample(text)
	if err != nil {
		t.Fatal(err)
	}
	want := spec.Tolerance{Delta: 0.1, Form: spec.Definition15}
	again, err := read.Again(t.Context(), samplers.Prior())
	if err != nil || again.Tolerance != want || read.Verdict.Tolerance != want || !strings.Contains(read.String(), "definition 1.5: for all but delta of y") {
		t.Errorf("read as %+v, judged again within %+v, %v:\n%s", read.Verdict.Tolerance, again.Tolerance, err, read)
	}
}

// TestPosteriorToleratesBadY: a counterexample about a single y is none to Definition 1.5, which
// lets a sampler be wrong at a share delta of y. The sampler is wrong at one y in eight.
func TestPosteriorToleratesBadY(t *testing.T) {
	on := named(t, "gauss:d=3,m=2,beta=0.3")
	v := judge(t, rarely, on, props.Local(16), props.Draws(9))
	c := &props.Counterexample{Candidate: rarely.Name(), Alpha: v.Alpha, Verdict: v, Origin: v.Problems[0].Digest, Problem: on[0]}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("testdata/assay", 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "assay", "rarely.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	over := props.Over(rapid.Just(named(t, "digits/prior")[0])) // nothing is measured there: it is right
	if failed, said := check(t, props.Posterior(rarely, over, props.Calls(5))); !failed || !strings.Contains(said, "still holds") {
		t.Errorf("without a tolerance: failed %v, said %s", failed, said)
	}
	if failed, said := check(t, props.Posterior(rarely, over, props.Calls(5), props.Within(spec.Tolerance{Delta: 0.2}))); failed {
		t.Errorf("within (0, 0.2): %s", said)
	}
}
