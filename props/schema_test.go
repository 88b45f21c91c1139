package props_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"assay/internal/schema"
	"assay/props"
	"assay/props/evidence"
	"assay/props/inversion"
	"assay/props/metamorphic"
	"assay/props/problems"
	"assay/samplers"
	"assay/spec"
)

// valid checks the JSON form of a result against docs/verdict.schema.json.
func valid(t testing.TB, result any) []byte {
	t.Helper()
	form, err := json.Marshal(result)
	if err == nil {
		err = schema.Check(form)
	}
	if err != nil {
		t.Errorf("%v", err)
	}
	return form
}

// TestSchemaRejects: a key that is missing or unknown, a code that is none, and NaN.
func TestSchemaRejects(t *testing.T) {
	form := string(valid(t, judge(t, samplers.Prior(), named(t, "gauss"), props.Calls(100))))
	for old, now := range map[string]string{
		`"seed":0,`:                  ``,
		`"seed":0`:                   `"seed":0,"sead":0`,
		`"outcome":"rejected"`:       `"outcome":"not rejected"`,
		`"stop":"wealth"`:            `"stop":"wealth reached 1/alpha"`,
		`"log10_wealth":`:            `"log10_wealth":NaN,"log10_wealth":`,
		`"code":"`:                   `"code":"no_such_`,
		`"format":"assay verdict 1"`: `"format":"assay verdict 2"`,
		`"alpha":0.000001`:           `"alpha":1`,
	} {
		if wrong := strings.Replace(form, old, now, 1); wrong == form || schema.Check([]byte(wrong)) == nil {
			t.Errorf("%s instead of %s passes", now, old)
		}
	}
}

// TestSchemaIsTheTypes: the schemas have the keys of our types, no more and no fewer. The controls
// are a type without a key, one with another, and one that leaves out what is required.
func TestSchemaIsTheTypes(t *testing.T) {
	for place, of := range map[string]reflect.Type{
		"verdict.schema.json#/$defs/verdict":     reflect.TypeFor[props.Verdict](),
		"verdict.schema.json#/$defs/comparison":  reflect.TypeFor[props.Comparison](),
		"verdict.schema.json#/$defs/consistency": reflect.TypeFor[props.Consistency](),
		"verdict.schema.json#/$defs/inversion":   reflect.TypeFor[inversion.Verdict](),
		"verdict.schema.json#/$defs/metamorphic": reflect.TypeFor[metamorphic.Report](),
	} {
		for _, fault := range schema.Unlike(of, place, "repeat") {
			t.Error(fault)
		}
	}
	for _, fault := range schema.Unlike(reflect.TypeFor[props.Record](), "record.schema.json", "repeat") {
		t.Error(fault)
	}
	type key struct {
		Kind, Problem, Message, Sampler string
	}
	for _, wrong := range []reflect.Type{
		reflect.TypeFor[struct {
			Problem string `json:"problem"`
		}](),
		reflect.TypeFor[struct {
			props.Fault
			More string `json:"more"`
		}](),
		reflect.TypeFor[struct {
			props.Fault
			Message string `json:"message,omitempty"`
		}](),
		reflect.TypeFor[key](),
	} {
		if len(schema.Unlike(wrong, "verdict.schema.json#/$defs/fault")) == 0 {
			t.Errorf("%v is taken for a fault", wrong)
		}
	}
	if len(schema.Unlike(reflect.TypeFor[props.Fault](), "verdict.schema.json#/$defs/no such")) == 0 || len(schema.Unlike(reflect.TypeFor[props.Fault](), "none.json")) == 0 {
		t.Error("there is no such schema")
	}
}

// TestSchemaKnowsAllKeys: of a verdict, a comparison and a record with every key, each form without
// one that is required, or with one more at any place, is refused.
func TestSchemaKnowsAllKeys(t *testing.T) {
	prior, exact := samplers.Prior(), samplers.Exact()
	twice := props.Witness("first", func(x, _ []float64) float64 { return x[0] })
	both := named(t, "gauss", "gmm")
	faulty := judge(t, after(30, errors.New("out")), both, props.Recorded(), props.Within(spec.Tolerance{Tau: 0.01}), twice, props.For(time.Hour))
	passed := judge(t, exact, both, props.Recorded(), props.Calls(150), twice)
	y := judge(t, prior, both[:1], props.Recorded(), props.Local(2), props.Calls(20))
	compared, err := props.Compare(t.Context(), exact, prior, both[0], props.At([]float64{0, 1}), props.Calls(30))
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range []any{faulty, passed, y, faulty.Record, passed.Record, y.Record, compared} {
		text := valid(t, result)
		ends := leftOut
		if _, ok := result.(*props.Verdict); ok {
			ends = append(ends, ".problems[].y") // which a record has for its moves, too
		}
		spoilt, err := schema.Spoilt(text, ends, []string{".spent"})
		if err != nil || len(spoilt) < 20 {
			t.Fatalf("%d spoilt forms: %v", len(spoilt), err)
		}
		for what, form := range spoilt {
			if schema.Check(form) == nil {
				t.Errorf("%T %s passes: %s", result, what, form)
			}
		}
	}
}

// leftOut are the ends of keys that may be missing: our types leave them out where they say nothing.
var leftOut = []string{
	".tolerance_within_each", ".local", ".y_given", ".together", ".fault", ".own_witnesses", ".warnings", ".tolerance_form",
	".verdict.problems[].y", ".on.y", ".calibration_error_at_most", ".would_have_noticed", ".form", ".sampler", ".time_limit", ".spent",
}

// TestCodes: every outcome, stop and kind of fault is read back from its code, and what is no
// code is an error.
func TestCodes(t *testing.T) {
	for _, o := range []props.Outcome{props.Rejected, props.NotRejected, props.Inconclusive, props.Disagree, props.NoDisagreement, props.Inconsistent, props.NoInconsistency} {
		back(t, o)
	}
	for _, s := range []props.Stop{props.StopWealth, props.StopCalls, props.StopTime, props.StopUntil, props.StopFault, props.StopRefusal, props.StopInterrupted} {
		back(t, s)
	}
	for _, k := range []props.FaultKind{props.FaultPanic, props.FaultNonFinite, props.FaultShape, props.FaultRefusal, "time-out", "of my own, named"} {
		back(t, k)
	}
	for _, into := range []any{new(props.Outcome), new(props.Stop), new(props.FaultKind)} {
		if json.Unmarshal([]byte(`"not rejected, or so"`), into) == nil {
			t.Errorf("%T reads what is not a code", into)
		}
	}
	for name, want := range map[string]string{
		"x[3]": "x:3", "x[0] x[12]": "x_x:0,12", "log-likelihood": "log_likelihood", "agreement of A x with y": "agreement_of_a_x_with_y",
		"projection 4 times projected y": "projection_times_projected_y:4", "sum": "own:sum",
	} {
		if got := props.WitnessCode(name, []string{"sum"}); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func back[T comparable](t *testing.T, value T) {
	t.Helper()
	var again T
	if form, err := json.Marshal(value); err != nil || json.Unmarshal(form, &again) != nil || again != value {
		t.Errorf("%v is %s and comes back as %v (%v)", value, form, again, err)
	}
}

// TestGlossary: every built-in witness of the named problems is in the glossary, its numbers being
// k and j, and its code in the schema. The control is a name that is not.
func TestGlossary(t *testing.T) {
	page, err := os.ReadFile("../docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	for listed := range problems.List() {
		p := named(t, listed)[0]
		for _, independent := range []bool{true, false} {
			s, err := evidence.NewSession(evidence.Config{Problem: p, Draws: 3, Independent: independent}, func() *rand.Rand { return spec.Stream(1, "pilot", p.Digest(), 0) })
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range s.Names() {
				if !explained(string(page), name) {
					t.Errorf("%s: %q is not in the glossary", p.Name(), name)
				}
				v := props.Verdict{Outcome: props.Rejected, Stop: props.StopWealth, Alpha: 0.1, DrawsACall: 1, Problems: []props.Finding{{
					Digest: strings.Repeat("0", 64), Witnesses: []props.WitnessShare{{Code: props.WitnessCode(name, nil), Name: name}}}}}
				valid(t, &v)
			}
		}
	}
	if explained(string(page), "no such witness") {
		t.Error("what is not in the glossary passes")
	}
}

var (
	coordinate = regexp.MustCompile(`\[\d+\]`)
	number     = regexp.MustCompile(`\b\d+\b`)
)

// explained reports whether the table of a page has a row for the witness.
func explained(page, name string) bool {
	name = coordinate.ReplaceAllString(name, "[j]")
	if strings.Count(name, "[j]") == 2 {
		name = strings.TrimSuffix(name, "[j]") + "[k]"
	}
	return strings.Contains(page, "\n| "+number.ReplaceAllString(name, "k")+" |")
}
