package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// TestCanonicalRoundTrip: the text form of any problem, those whose prior is
// itself a posterior included, is its own parse, and the parsed law computes the
// same bits.
func TestCanonicalRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 6).Draw(t, "d")
		var prior Prior = drawFamily(t, d, true, rng)
		m := Unmeasured(d)
		if rows := rapid.IntRange(0, 3).Draw(t, "m"); rows > 0 {
			m = measurement(t, drawMatrix(t, rows, d, rng), math.Exp(rng.NormFloat64()))
			if rapid.Bool().Draw(t, "posterior") {
				y := normals(rows, rng)
				prior = condition(t, prior.(Conditioner), m).Given(y)
			}
		}
		p, err := NewProblem("a <problem> of \"mine\"", prior, m)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseProblem(text)
		if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		again, err := json.Marshal(back)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, again) || !bytes.Equal(p.Digest(), back.Digest()) {
			t.Fatalf("the text changed:\n%s\n%s", text, again)
		}
		x := scatter(4, d, rng)
		var a, b mat.Dense
		a.CloneFrom(x)
		b.CloneFrom(x)
		prior.(Denoiser).Denoise(&a, &a, 0.7)
		back.Prior().(Denoiser).Denoise(&b, &b, 0.7)
		if !mat.Equal(&a, &b) {
			t.Fatalf("the parsed law denoises otherwise:\n%v\n%v", mat.Formatted(&a), mat.Formatted(&b))
		}
		other, err := NewProblem("another", prior, m)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(other.Digest(), p.Digest()) {
			t.Fatal("problems of different names have one digest")
		}
	})
}

// TestCanonicalGolden pins the text form: a change of it changes every digest and
// so every stream.
func TestCanonicalGolden(t *testing.T) {
	diagonal, err := NewDiagonal([]float64{1, math.Copysign(0, -1)}, []float64{0.1, 0})
	if err != nil {
		t.Fatal(err)
	}
	isotropic, err := NewIsotropic([]float64{1e-300, 5}, 2)
	if err != nil {
		t.Fatal(err)
	}
	mixture, err := NewMixture([]float64{3, 0, 1, 2}, []*Gaussian{isotropic, diagonal, diagonal, isotropic})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProblem("golden", mixture, measurement(t, mat.NewDense(1, 2, []float64{1, 1. / 3}), 1e-6))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"name":"golden","prior":{"kind":"mixture","groups":[` +
		`{"weights":[3,2],"means":[[1e-300,5],[1e-300,5]],"sd":2},` +
		`{"weights":[1],"means":[[1,-0]],"sd":[0.1,0]}]},` +
		`"measurement":{"A":[[1,0.3333333333333333]],"beta":0.000001,"dim":2}}`
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	const digest = "9dbfe56594711d44"
	if got := fmt.Sprintf("%x", p.Digest()[:8]); got != digest {
		t.Errorf("digest %s, want %s", got, digest)
	}
}

// TestParseProblemMistakes: every mistake is one line that names the key.
func TestParseProblemMistakes(t *testing.T) {
	const measured = `"measurement":{"A":[[1,0]],"beta":1,"dim":2}`
	prior := func(text string) string { return `{"name":"p","prior":{` + text + `},` + measured + `}` }
	measure := func(text string) string {
		return `{"name":"p","prior":{"kind":"gaussian","mean":[0,0],"sd":1},"measurement":{` + text + `}}`
	}
	for _, c := range []struct{ text, want string }{
		{``, "line 1, column 1"},
		{"{\n  \"name\": \"p\",\n  oops}", "line 3, column 3"},
		{`[1]`, "want an object"},
		{`{"name":"p"} trailing`, "line 1, column 14"},
		{`{"name":"p"}`, `key "prior" is missing`},
		{`{"name":"p","name":"q"}`, `key "name" is given twice`},
		{prior(`"kind":"cauchy"`), `kind: "cauchy" is not known; want one of dataset, gaussian, mixture`},
		{prior(`"kind":3`), "kind: got a number, want a string"},
		{prior(`"kind":"gaussian","mean":[0,0]`), `want the key "sd" or the key "covariance"`},
		{prior(`"kind":"gaussian","mean":[0,null],"sd":1`), "mean: null, want an array of numbers"},
		{prior(`"kind":"gaussian","mean":[0,1e999],"sd":1`), "mean:"},
		{prior(`"kind":"gaussian","mean":[],"sd":1`), "mean is empty"},
		{prior(`"kind":"gaussian","mean":[0,0],"sd":-1`), "sd: -1, want at least 0"},
		{prior(`"kind":"gaussian","mean":[0,0],"sd":[1,-2]`), "sd[1]: -2"},
		{prior(`"kind":"gaussian","mean":[0,0],"sd":[1]`), "sd: 1 numbers, want 2"},
		{prior(`"kind":"gaussian","mean":[0,0],"sd":1,"rest":0`), `unknown key "rest"`},
		{prior(`"kind":"gaussian","mean":[0,0],"covariance":[[1,2],[2,1]]`), "an eigenvalue is -1"},
		{prior(`"kind":"gaussian","mean":[0,0],"covariance":[[1,2],[3,1]]`), "covariance[0][1] is 2, but covariance[1][0] is 3"},
		{prior(`"kind":"gaussian","mean":[0,0],"covariance":[[1,2]]`), "covariance: 1 rows, but the mean has length 2"},
		{prior(`"kind":"gaussian","mean":[0,0],"covariance":[[1,2],[2]]`), "covariance[1]: 1 numbers, want 2"},
		{prior(`"kind":"gaussian","mean":[0,0],"axes":[[1,1]],"sd":[1],"rest":0`), "axes: the inner product of directions 0 and 0 is 2"},
		{prior(`"kind":"gaussian","mean":[0,0],"axes":[[1,0]],"sd":[1]`), `key "rest" is missing`},
		{prior(`"kind":"mixture","groups":[]`), "there is no component of positive weight"},
		{prior(`"kind":"mixture","groups":[{"weights":[1],"means":[[0,0],[1,1]],"sd":1}]`), "groups[0]: weights: 1 numbers for 2 means"},
		{prior(`"kind":"mixture","groups":[{"weights":[0],"means":[[0,0]],"sd":1}]`), "there is no component of positive weight"},
		{prior(`"kind":"dataset","bandwidth":0,"points":[[0,0]]`), "bandwidth is 0"},
		{prior(`"kind":"dataset","bandwidth":1,"points":[[0,0],[1]]`), "points[1]: 1 numbers, want 2"},
		{prior(`"kind":"gaussian","mean":[0],"sd":1`), "the prior has dimension 1, but A has 2 columns"},
		{measure(`"A":[[1,0]],"beta":0,"dim":2`), "beta is 0"},
		{measure(`"A":[[1,0]],"beta":1,"dim":3`), "A[0]: 2 numbers, want 3"},
		{measure(`"A":[],"beta":2,"dim":2`), "beta: 2, want 1 where A has no rows"},
		{measure(`"A":[[1,0]],"beta":"1","dim":2`), "beta: got a string, want a number"},
		{measure(`"A":[[1,0]],"beta":1,"dim":2.5`), "dim: got a number 2.5, want an integer"},
	} {
		_, err := ParseProblem([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", c.text, err, c.want)
		}
	}
}
