//go:build unix

package external_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/props/evidence"
	"assay/samplers"
	"assay/samplers/external"
	"assay/spec"
)

// startWitness starts a child that offers witnesses.
func startWitness(t *testing.T, mode string, options external.Options) (*external.Witness, error) {
	t.Helper()
	w, err := external.NewWitness(t.Context(), []string{os.Args[0], "child", mode}, options)
	if err == nil {
		t.Cleanup(func() { w.Close() })
	}
	return w, err
}

// three is a pool of three members in the plane, and its y.
var three, threeY = mat.NewDense(3, 2, []float64{1, 2, -3, 4, 0.5, -0.5}), []float64{2}

// values asks for the values of two witnesses on it.
func values(w *external.Witness) ([][]float64, error) {
	dst := [][]float64{make([]float64, 3), make([]float64, 3)}
	return dst, w.Values(dst, three, threeY)
}

// TestWitness: the values of a child are those that it computes, bit for bit, NaN and infinity too,
// asked again and on one member.
func TestWitness(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for mode, want := range map[string][][]float64{
		"witness":     {{3, 1, 0}, {2, -6, 1}},
		"witness nan": {{nan, nan, nan}, {nan, nan, nan}},
	} {
		w, err := startWitness(t, mode, external.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if names := w.Names(); !slices.Equal(names, []string{"sum (child)", "first times y (child)"}) {
			t.Errorf("%s: offers %q", mode, names)
		}
		for range 2 {
			if got, err := values(w); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %v, %v, want %v", mode, got, err, want)
			}
		}
	}
	// The first of the members of every request, so that it is the same by itself.
	w, err := startWitness(t, "witness some nan", external.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dst := [][]float64{{0}, {0}}
	if err := w.Values(dst, mat.NewDense(1, 2, []float64{1, 2}), threeY); err != nil || !math.IsNaN(dst[0][0]) || dst[1][0] != inf {
		t.Errorf("%v, %v, want NaN and +Inf", dst, err)
	}
}

// TestWitnessFaults: what goes wrong with a program of witnesses is one line that says which program
// and what would be right; and no process is left.
func TestWitnessFaults(t *testing.T) {
	const shape = `wrong shape: witness: it returned values of shape %s, want \[2 3\]: a row for each witness, a number for each row of x`
	for mode, want := range map[string]string{
		"witness crash":             `crash: witness: it ended with exit code 3`,
		"witness hang":              `time-out: witness: no answer within 1s`,
		"witness exception":         `witness: ValueError: x is odd`,
		"witness refusal":           `not of this x`,
		"witness unknown":           `broken protocol: witness: no such method: witness \(code -32601\)`,
		"witness none":              `broken protocol: witness: its result has no "values"`,
		"witness short":             fmt.Sprintf(shape, `\[2 2\]`),
		"witness transposed":        fmt.Sprintf(shape, `\[3 2\]`),
		"witness of another name":   fmt.Sprintf(shape, `\[3 3\]`),
		"witness liar":              `broken protocol: witness: values: data holds 8 bytes, but shape \[2 3\] needs 48`,
		"witness strings":           `broken protocol: witness: its result is not what is asked for: values is a list, want an array, as .*`,
		"witness string data":       `broken protocol: witness: values: data is not base64`,
		"witness floats":            `broken protocol: witness: values: dtype is "<f4", want "<f8"`,
		"witness of its neighbours": `witness "sum \(child\)" is 4 at a row of x by itself and 6 among others; want a function of that row and y alone`,
	} {
		said := new(log)
		w, err := startWitness(t, mode, external.Options{Timeout: time.Second, Grace: 50 * time.Millisecond, Stderr: said})
		if err != nil {
			t.Errorf("%s: %v", mode, err)
			continue
		}
		_, err = values(w)
		oneLineOf(t, mode, err, want)
		w.Close()
		said.noneLeft(t)
	}
	for mode, want := range map[string]string{
		"exact":                `it offers no witness; want "witnesses" in its hello`,
		"witness nameless":     `broken protocol: hello: the name of witness 1 is "", want 1 to 100 printable characters`,
		"witness of two lines": `broken protocol: hello: the name of witness 0 is "a\\nb", want`,
		"witness namesakes":    `broken protocol: hello: it offers two witnesses named "sum", want a name for each`,
		"crash at start":       `crash at start: hello: it ended with exit code 7`,
	} {
		w, err := startWitness(t, mode, external.Options{})
		if w != nil {
			t.Errorf("%s: there is a program of witnesses nevertheless", mode)
		}
		oneLineOf(t, mode, err, want)
	}
}

func oneLineOf(t *testing.T, mode string, err error, want string) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), "\n") || !regexp.MustCompile(`^witness program ".* child `+mode+`": `+want).MatchString(err.Error()) {
		t.Errorf("%s: %v, want %q", mode, err, want)
	}
}

// ofChild is a child as a statistic.
type ofChild struct{ *external.Witness }

func (o ofChild) Learned() int { return len(o.Names()) }
func (o ofChild) Pooled() bool { return false }

func (o ofChild) Evaluate(dst [][]float64, p *evidence.Pool) {
	if err := o.Values(dst, mat.DenseCopyOf(p.X), p.Y); err != nil {
		p.Fail(err)
	}
}

// TestWitnessInVerdict: the witnesses of a child take part in a judgement; one that is NaN on
// everything, or ends, makes it a mistake in one line.
func TestWitnessInVerdict(t *testing.T) {
	p := problem(t, "gauss:d=2,m=1")
	for mode, want := range map[string]string{
		"witness":       "",
		"witness nan":   `"sum (child)" is NaN`,
		"witness crash": "crash: witness: it ended with exit code 3",
	} {
		w, err := startWitness(t, mode, external.Options{})
		if err != nil {
			t.Fatal(err)
		}
		v, err := props.Judge(t.Context(), samplers.Exact(), []*spec.Problem{p}, props.Calls(50), props.Terse(), props.Witnesses(ofChild{w}))
		switch {
		case want == "" && (err != nil || len(v.OwnWitnesses) != 2):
			t.Errorf("%s: %v, %v", mode, v, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: %v, want %q", mode, err, want)
		}
	}
}
