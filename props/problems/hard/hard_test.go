package hard

import (
	"math"
	"slices"
	"strings"
	"testing"

	"assay/internal/registry"
	"assay/props/problems"
	"assay/spec"
)

// The family is the last entry of the catalogue, under a canonical name, and the one
// that its example stands for.
func TestRegistered(t *testing.T) {
	var last, description string
	for last, description = range problems.List() {
	}
	if !strings.HasPrefix(last, prefix+example+",") || description == "" {
		t.Fatalf("the catalogue ends with %s, %q", last, description)
	}
	p, err := problems.Parse(last)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name() != last {
		t.Errorf("%s is called %s", last, p.Name())
	}
	if short, err := problems.Parse(prefix + example); err != nil || !slices.Equal(short.Digest(), p.Digest()) {
		t.Errorf("%s is not %s (%v)", prefix+example, last, err)
	}
	x, y := make([]float64, p.Dim()), make([]float64, p.Rows())
	p.Draw(x, y, spec.Stream(1, "test", p.Digest(), 0))
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	if density := posterior.LogEvidence(y); math.IsNaN(density) || math.IsInf(density, 0) {
		t.Errorf("log p(y) = %v", density)
	}
	defer func() {
		if recover() == nil {
			t.Error("a second family of the same prefix was registered")
		}
	}()
	registry.Add(registry.Family{Prefix: prefix})
}

func TestMistakes(t *testing.T) {
	for name, want := range map[string]string{
		"hard":                `unknown problem "hard"; did you mean "hard:FUNCTION"?`,
		"digits":              `unknown problem "digits", want one of gauss, gmm, digits/inpaint, digits/superres, digits/blur, digits/denoise, digits/prior, hard:FUNCTION`,
		"hard:goldreich:n=0":  "problem hard:goldreich:n=0: ",
		"hard:goldreich:R=-1": "problem hard:goldreich:R=-1: ",
	} {
		if _, err := problems.Parse(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", name, err, want)
		}
	}
}
