package props_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/internal/results"
	"assay/internal/schema"
	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// again checks a record against its schema, and that its JSON form, read and written again, is the
// same bytes. It returns that form.
func again(t *testing.T, r *props.Record) []byte {
	t.Helper()
	form := valid(t, r)
	read, err := props.ParseRecord(form)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if two := valid(t, read); !bytes.Equal(two, form) {
		t.Errorf("read and written again, it is another record:\n%s\n%s", form, two)
	}
	return form
}

// unruly is a law that, after the draws by which the witnesses are scaled, gives numbers that JSON
// does not have. Those that it has are too large to square.
type unruly struct{ wild *atomic.Bool }

func (unruly) Dim() int  { return 3 }
func (unruly) Rows() int { return 3 }
func (u unruly) Draw(x, y []float64, rng *rand.Rand) {
	for j := range x {
		x[j], y[j] = 1e300*rng.NormFloat64(), rng.NormFloat64()
	}
	if u.wild.Load() {
		copy(y, []float64{math.NaN(), math.Inf(1), math.Inf(-1)})
		copy(x, []float64{math.NaN(), math.Inf(-1)})
	}
}

// after is the candidate up to the given call on each problem, and then the error.
func after(calls int, end error) spec.Sampler {
	var made atomic.Int64
	return spec.NewSampler("ends", true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		if made.Add(1) > int64(calls) {
			return end
		}
		return samplers.Prior().Sample(ctx, dst, p, y, rng)
	})
}

// letLoose is a candidate that lets an unruly law do as it likes.
func letLoose(u unruly) spec.Sampler {
	return spec.NewSampler("huge", true, func(_ context.Context, dst *mat.Dense, _ *spec.Problem, _ []float64, rng *rand.Rand) error {
		u.wild.Store(true)
		dst.Apply(func(int, int, float64) float64 { return 1e300 * rng.NormFloat64() }, dst)
		return nil
	})
}

// TestOddRecords: a record is as published, and comes back the same, whatever came of the
// judgement. What each shows is looked at besides.
func TestOddRecords(t *testing.T) {
	gauss := named(t, "gauss")
	nothing, err := spec.NewProblem("nothing", gauss[0].Prior(), spec.Unmeasured(gauss[0].Dim()))
	if err != nil {
		t.Fatal(err)
	}
	law := unruly{new(atomic.Bool)}
	wild, err := spec.NewJoint("unruly", law)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := spec.NewJoint("pairs", pairs{signs, magnitudes{2}})
	if err != nil {
		t.Fatal(err)
	}
	on := func(problems ...*spec.Problem) []*spec.Problem { return problems }
	dependent := spec.NewSampler("chain", false, samplers.Prior().Sample)
	own := props.Witness("a <name> & \"signs\"", func(x, _ []float64) float64 { return math.Copysign(1, x[0]) })
	for name, test := range map[string]struct {
		candidate spec.Sampler
		problems  []*spec.Problem
		options   []props.JudgeOption
		shows     []string // in the record
	}{
		"no call: a fault":   {after(0, errors.New("no <licence>")), gauss, nil, []string{`"stop":"fault"`, `"log10_wealth":[]`, `"largest_moves":[]`, `"truth_mean":0`}},
		"no call: a refusal": {after(0, spec.Refuse("not for me")), gauss, nil, []string{`"stop":"refusal"`, `"calls":0,"stride":1`}},
		"one call":           {samplers.Prior(), gauss, []props.JudgeOption{props.Calls(1)}, []string{`"calls":1,"stride":1`, `"truth_sd":0`, `"draws":3,`}},
		"a fault after four": {after(4, errors.New("out")), gauss, []props.JudgeOption{props.Jobs(1)}, []string{`"call":4`, `"calls":4,"stride":1`}},
		"one of two refused": {after(1, spec.Refuse("no")), named(t, "gauss", "gmm"), []props.JudgeOption{props.Jobs(1)}, []string{`"calls":1,`, `"calls":0,`}},
		"nothing measured":   {samplers.Exact(), on(nothing), []props.JudgeOption{props.Calls(20)}, []string{`"y":[]`, "measures nothing"}},
		"drawn pairs":        {samplers.Exact(), on(drawn), []props.JudgeOption{props.Calls(20)}, nil},
		"own witnesses":      {samplers.Prior(), gauss, []props.JudgeOption{own}, []string{`"code":"own:a `, `"own_witnesses":[`}},
		"no numbers":         {letLoose(law), on(wild), []props.JudgeOption{props.Calls(20), props.Jobs(1)}, []string{`"y":["NaN","Infinity","-Infinity"]`, `"truth":["NaN","-Infinity",`, `"draws_sd":"Infinity"`}},
		"single y":           {samplers.Prior(), gauss, []props.JudgeOption{props.Local(3), props.Calls(60)}, []string{`"local":3`, `"draws":`}},
		"one y":              {samplers.Prior(), gauss, []props.JudgeOption{props.At([]float64{1, -1}), props.Calls(60)}, []string{`"y_given":true`}},
		"within":             {samplers.Prior(), gauss, []props.JudgeOption{props.Within(spec.Tolerance{Tau: 0.1, Delta: 0.1}), props.Calls(60)}, []string{`"tau":0.1`}},
		"dependent draws":    {dependent, gauss, []props.JudgeOption{props.Calls(60)}, []string{`"independent_draws":false`}},
		"several problems":   {samplers.Prior(), named(t, "gauss", "gmm", "digits/inpaint"), nil, []string{`"together"`}},
		"other options": {samplers.Exact(), gauss, []props.JudgeOption{props.Terse(), props.For(time.Hour), props.Until(func(p props.Progress) bool { return p.Calls == 7 })},
			[]string{`"options":{"terse":true,"until":true,"time_limit":"1h0m0s"}`, `"stop":"until"`}},
		"a pass": {samplers.Exact(), gauss, []props.JudgeOption{props.Calls(120)}, []string{`"options":{"terse":false,"until":false}`, `"would_have_noticed"`}},
	} {
		t.Run(name, func(t *testing.T) {
			v := judge(t, test.candidate, test.problems, append(test.options, props.Recorded())...)
			form := string(again(t, v.Record))
			for _, part := range test.shows {
				if !strings.Contains(form, part) {
					t.Errorf("%s is not in %s", part, form)
				}
			}
			if ends := v.Record.Wealth.Log10; len(ends) > 0 && ends[len(ends)-1] != v.Log10Wealth {
				t.Errorf("the wealth ends at 10^%v, that of the verdict is 10^%v", ends[len(ends)-1], v.Log10Wealth)
			}
			for i, p := range v.Record.Problems {
				if ends := p.Wealth.Log10; len(ends) > 0 && ends[len(ends)-1] != v.Problems[i].Log10Wealth {
					t.Errorf("the wealth on %s ends at 10^%v, that of the verdict is 10^%v", p.Problem, ends[len(ends)-1], v.Problems[i].Log10Wealth)
				}
				ranked(t, p, v.Problems[i].Calls, v.Local > 0)
			}
		})
	}
}

// ranked checks that each witness ranked every call once, which at single y are those at one of
// them, and that the mean of the ranks is the mean rank, but for rounding.
func ranked(t *testing.T, p props.Recording, calls int, single bool) {
	t.Helper()
	for _, w := range p.Witnesses {
		n, sum := 0.0, 0.0
		for r, c := range w.Counts {
			n += c
			sum += c * float64(r)
		}
		if math.Abs(n-float64(calls)) > 1e-9 && !(single && n < float64(calls)) {
			t.Errorf("%s ranked %v of %d calls", w.Name, n, calls)
		}
		if n > 0 && math.Abs(sum/n/float64(len(w.Counts)-1)-w.MeanRank) > 1e-12 {
			t.Errorf("%s: ranks %v, and a mean rank of %v", w.Name, w.Counts, w.MeanRank)
		}
	}
}

// TestHandedOver: every door hands over what it returns, the words of Compare and of Consistent in
// the place of the verdict behind them, and a record before its verdict; and a file what it holds.
func TestHandedOver(t *testing.T) {
	var seen []any
	defer results.Watch(func(result any) { seen = append(seen, result) })()
	prior, p := samplers.Prior(), named(t, "gauss")[0]
	v := judge(t, prior, named(t, "gauss"), props.Recorded())
	compared, err := props.Compare(t.Context(), prior, prior, p, props.Calls(5))
	fitted, err2 := props.Consistent(t.Context(), prior, prior, p, props.Calls(5))
	found := &props.Counterexample{Candidate: "prior", Alpha: 1e-6, Verdict: v, Problem: p, Origin: v.Problems[0].Digest}
	again, err3 := found.Again(t.Context(), prior)
	text, err4 := found.Encode()
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	want := []any{v.Record, v, compared, fitted, again, json.RawMessage(text)}
	if len(seen) != len(want) {
		t.Fatalf("%d results were handed over, want %d: %v", len(seen), len(want), seen)
	}
	for i := range want[:5] {
		if seen[i] != want[i] {
			t.Errorf("result %d is the %T %v, want %v", i, seen[i], seen[i], want[i])
		}
	}
	if !bytes.Equal(seen[5].(json.RawMessage), text) {
		t.Errorf("handed over was %s, and returned %s", seen[5], text)
	}
	seen = nil
	if failed, said := check(t, props.Posterior(prior, props.Over(rapid.Just(p)))); !failed || len(seen) == 0 {
		t.Errorf("a property hands over nothing (%v, %s)", failed, said)
	}
}

// TestLongRecord: of 10,050 calls, more than are kept, every second is, and they are those of the
// progress after each, by another route: what Watch is told. The last one lies at the end.
func TestLongRecord(t *testing.T) {
	var told []float64
	v := judge(t, samplers.Exact(), named(t, "gauss:d=1,m=1"), props.Calls(10050), props.Draws(1), props.Terse(), props.Recorded(),
		props.Watch(func(p props.Progress) { told = append(told, p.Log10Wealth) }))
	r := v.Record
	again(t, r)
	if r.Wealth.Calls != 10050 || r.Wealth.Stride != 2 || len(r.Wealth.Log10) != 5025 || len(told) != 10050 {
		t.Fatalf("stride %d, %d points of %d calls, of %d that were told", r.Wealth.Stride, len(r.Wealth.Log10), r.Wealth.Calls, len(told))
	}
	for i, w := range r.Wealth.Log10 {
		if w != told[2*i+1] || w != r.Problems[0].Wealth.Log10[i] {
			t.Fatalf("point %d is %v, and %v on the problem; told was %v", i, w, r.Problems[0].Wealth.Log10[i], told[2*i+1])
		}
	}
}

// TestParseRecord: what is no record, or does not fit together, is an error in one line that says
// what is wrong. The control is the record itself.
func TestParseRecord(t *testing.T) {
	form := string(again(t, judge(t, samplers.Prior(), named(t, "gauss"), props.Calls(5), props.Recorded()).Record))
	for what, test := range map[string]struct{ old, now, want string }{
		"cut short":      {form[len(form)/2:], "", "cut short"},
		"no format":      {`"format":"assay record 1",`, "", `no key "format"`},
		"another format": {`"assay record 1"`, `"assay record 2"`, `"assay record 2", want "assay record 1"`},
		"unknown key":    {`"largest_moves"`, `"largest_motes"`, "largest_motes"},
		"no verdict":     {`"assay verdict 1"`, `"assay comparison 1"`, "want \"assay verdict 1\""},
		"other calls":    {`"wealth":{"calls":5`, `"wealth":{"calls":6`, "calls is 6, and that of the verdict 5"},
		"no stride":      {`"stride":1`, `"stride":0`, "want at least 1"},
		"other stride":   {`"stride":1`, `"stride":2`, "want 2, one after every 2"},
		"no such number": {`"truth_mean":`, `"truth_mean":"many","truth_mean":`, "cannot unmarshal string"},
		"null":           {`"truth_mean":`, `"truth_mean":null,"truth_mean":`, "want a number"},
		"no object":      {form, `[]`, "no record"},
		"no text":        {form, ``, "no record"},
	} {
		wrong := strings.Replace(form, test.old, test.now, 1)
		_, err := props.ParseRecord([]byte(wrong))
		if wrong == form || err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", what, err, test.want)
		}
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal([]byte(form), &whole); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"verdict", "problems"} {
		left := map[string]json.RawMessage{}
		for k, value := range whole {
			if k != key {
				left[k] = value
			}
		}
		text, err := json.Marshal(left)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := props.ParseRecord(text); err == nil || !strings.Contains(err.Error(), "verdict") {
			t.Errorf("without %s: %v", key, err)
		}
		if schema.Check(text) == nil {
			t.Errorf("without %s it is as the schema says", key)
		}
	}
}
