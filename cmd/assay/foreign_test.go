package main

import (
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"assay/internal/fuzz"
	"assay/props"
	"assay/props/inversion"
	"assay/props/metamorphic"
	"assay/spec"
)

// foreign draws what a program or a file may say, harmful more often than at random.
var foreign = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOf(rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{"\n", "\r", "\t", "\x1b[2J", "\u009b1A", "\u202e", "\u200b", "\xff", "\x7f", "exact: not rejected", "\n  evidence  ", "%s%d", "'", `\`, "7"}),
	)).Draw(t, "pieces"), "")
})

// harmful returns the first character of a line that a terminal would obey or not show, by its
// category in Unicode.
func harmful(line string) (r rune, found bool) {
	for _, r := range line {
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Zs, r) && r != ' ' {
			return r, true
		}
	}
	return 0, false
}

// fill sets every text within a value that need not be one of ours.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() || v.Type() == reflect.TypeFor[props.FaultKind]() {
			v.SetString(text)
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*spec.Problem]() {
			fill(v.Elem(), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), text)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	}
}

// said are all that a command says in words, with a text in every place for one. All of it is
// made anew, as fill changes it.
func said(text string) map[string]fmt.Stringer {
	prior, _ := spec.NewIsotropic([]float64{0}, 1)
	problem, err := spec.NewProblem(text, prior, spec.Unmeasured(1))
	if err != nil {
		panic(err)
	}
	finding := func() props.Finding {
		return props.Finding{Problem: "p", Calls: 3, Y: []float64{1}, CalibrationError: 0.1, Form: spec.Joint, Fault: &props.Fault{},
			Noticed: []props.Noticed{{}}, Witnesses: []props.WitnessShare{{MeanRank: 0.1}, {MeanRank: 0.5}, {MeanRank: 0.9}}}
	}
	verdict := func(outcome props.Outcome) *props.Verdict {
		return &props.Verdict{Outcome: outcome, Stop: props.StopCalls, Alpha: 1e-6, Calls: 3, Problems: []props.Finding{finding(), finding()}, Tolerance: spec.Tolerance{Tau: 1},
			Warnings: []string{"", ""}, OwnWitnesses: []string{"", ""}, Together: &props.Together{Witnesses: []props.WitnessShare{{}}}}
	}
	faulty := verdict(props.Inconclusive)
	faulty.Fault = &props.Fault{}
	counterexample := func(v *props.Verdict) *props.Counterexample {
		return &props.Counterexample{Verdict: v, Words: []string{"", ""}, FewerSteps: "x", Problem: problem}
	}
	evidence := func(outcome props.Outcome, stop props.Stop) props.Evidence {
		return props.Evidence{Outcome: outcome, Alpha: 1e-6, Stop: stop, On: finding(), Warnings: []string{""}, OwnWitnesses: []string{""}, Tolerance: spec.Tolerance{Tau: 1}}
	}
	all := map[string]fmt.Stringer{
		"rejected":     verdict(props.Rejected),
		"not rejected": verdict(props.NotRejected),
		"at fault":     faulty,
		"found":        counterexample(verdict(props.Rejected)),
		"found fault":  counterexample(faulty),
		"disagree":     &props.Comparison{Evidence: evidence(props.Disagree, props.StopWealth)},
		"of a fault":   &props.Comparison{Evidence: evidence(props.Inconclusive, props.StopFault)},
		"inconsistent": &props.Consistency{Evidence: evidence(props.Inconsistent, props.StopWealth)},
		"relations":    &metamorphic.Report{Outcome: props.Inconclusive, Stop: props.StopCalls},
		"inversion":    &inversion.Verdict{Outcome: props.Inconclusive, Stop: props.StopCalls, Targets: 1, Planned: 1, Alpha: 1e-6, Fault: &props.Fault{}},
		"campaign":     &fuzz.Report{Stop: props.StopCalls, State: &fuzz.State{}, Found: []*props.Counterexample{counterexample(verdict(props.Rejected))}},
		"in vain":      &fuzz.Report{Stop: props.StopCalls, State: &fuzz.State{}},
	}
	for _, each := range all {
		fill(reflect.ValueOf(each), text)
	}
	return all
}

// TestNoTextForgesALine: whatever a program or a file says, what we say of it has the lines that it
// always has; each begins as it always does up to where the text stands; and nothing in it is for
// the terminal to obey.
func TestNoTextForgesALine(t *testing.T) {
	const plain = "Zaunkönig"
	usual := said(plain)
	rapid.Check(t, func(t *rapid.T) {
		text := foreign.Filter(func(s string) bool { return s != "" }).Draw(t, "text") // what is empty may be left out
		for kind, report := range said(text) {
			want, got := strings.Split(usual[kind].String(), "\n"), strings.Split(report.String(), "\n")
			if len(got) != len(want) {
				t.Fatalf("%s: %d lines in place of %d:\n%s", kind, len(got), len(want), report)
			}
			for i, line := range got {
				before, _, _ := strings.Cut(want[i], plain)
				if r, found := harmful(line); found || !strings.HasPrefix(line, strings.TrimRight(before, `"`)) {
					t.Fatalf("%s, line %d: %q, want it to begin with %q, without %U", kind, i, line, before, r)
				}
			}
			encoded, err := withRepeat(report, text)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(string(encoded), "\n") {
				if r, found := harmful(line); found {
					t.Fatalf("%s as JSON: %q holds %U", kind, line, r)
				}
			}
		}
		if line := oneLine(errors.New(text)); strings.Contains(line, "\n") {
			t.Fatalf("an error of more than one line: %q", line)
		} else if r, found := harmful(line); found {
			t.Fatalf("an error with %U: %q", r, line)
		}
	})
}

// TestForgedLineIsNoticed is the control: what is written around the page forges.
func TestForgedLineIsNoticed(t *testing.T) {
	line := fmt.Sprintf("%s: not rejected", "prior: rejected\nexact")
	if len(strings.Split(line, "\n")) == 1 {
		t.Fatal("no line was forged")
	}
	for _, text := range []string{"\x1b", "\u202e", "\u200b", "\u00a0", "\u0085", "\n"} {
		if _, found := harmful(text); !found {
			t.Errorf("%q counts as harmless", text)
		}
	}
}

// TestQuoteOfForeign: a shell reads a quoted argument as it was, and a terminal shows it.
func TestQuoteOfForeign(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	var args []string
	for i := range 100 {
		args = append(args, strings.ReplaceAll(foreign.Example(i), "\x00", "0")) // no argument holds a zero byte
	}
	args = append(args, "\x1b[31m7", `it's \n`+"\n'", "größe", "\u202e", "\xff1", "$HOME `id` \"x\"", "")
	line := joinQuoted(args)
	if r, found := harmful(line); found {
		t.Errorf("it holds %U: %s", r, line)
	}
	out, err := exec.Command(shell, "-c", "printf '%s\\0' "+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); !reflect.DeepEqual(got, args) {
		t.Errorf("%d arguments became %d:\n%q\n%q", len(args), len(got), args, got)
	}
}
