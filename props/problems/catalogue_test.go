package problems

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

func mustParse(t testing.TB, name string) *spec.Problem {
	t.Helper()
	p, err := Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// failer is a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// checkFiniteLaw draws from the joint law and from the exact posterior and fails
// unless all of it is finite.
func checkFiniteLaw(t failer, p *spec.Problem, rng *rand.Rand) {
	t.Helper()
	x := make([]float64, p.Dim())
	y := make([]float64, p.Rows())
	p.Draw(x, y, rng)
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	draws := mat.NewDense(3, len(x), nil)
	posterior.Given(y).Sample(draws, rng)
	for what, values := range map[string][]float64{"x": x, "y": y, "log p(y)": {posterior.LogEvidence(y)}, "posterior draws": draws.RawMatrix().Data} {
		for _, v := range values {
			if checkFinite(v) != nil {
				t.Fatalf("%s: %s = %v", p.Name(), what, values)
			}
		}
	}
}

// Every problem of the list can be had by its name, which is canonical, and is the
// one that its base stands for.
func TestCatalogue(t *testing.T) {
	for listed, description := range List() {
		p := mustParse(t, listed)
		if p.Name() != listed {
			t.Errorf("%s is called %s", listed, p.Name())
		}
		base, _, _ := strings.Cut(listed, ":")
		if short := mustParse(t, base); !slices.Equal(short.Digest(), p.Digest()) {
			t.Errorf("%s is not %s", base, listed)
		}
		if description == "" {
			t.Errorf("%s is not described", listed)
		}
		checkFiniteLaw(t, p, spec.Stream(1, "test", p.Digest(), 0))
	}
}

// The seed chooses the problem, and every argument matters.
func TestArguments(t *testing.T) {
	met := map[string]string{}
	for _, name := range []string{
		"gauss", "gauss:seed=2", "gauss:d=5", "gauss:m=3", "gauss:m=0", "gauss:beta=0.1",
		"gmm", "gmm:seed=2", "gmm:d=10", "gmm:dy=2",
		"digits/inpaint", "digits/inpaint:beta=0.2", "digits/inpaint:bandwidth=0.2",
		"digits/superres", "digits/blur", "digits/denoise", "digits/prior", "digits/prior:bandwidth=0.2",
	} {
		p := mustParse(t, name)
		if other, twice := met[string(p.Digest())]; twice {
			t.Errorf("%s and %s are the same problem", name, other)
		}
		met[string(p.Digest())] = name
		if again := mustParse(t, name); !slices.Equal(again.Digest(), p.Digest()) {
			t.Errorf("%s is another problem the second time", name)
		}
	}
}

func TestParseMistakes(t *testing.T) {
	const all = "gauss, gmm, digits/inpaint, digits/superres, digits/blur, digits/denoise, digits/prior"
	for name, want := range map[string]string{
		"":                   `problem "": want NAME or NAME:key=value,key=value`,
		"gaus":               `unknown problem "gaus"; did you mean "gauss"?`,
		"hard":               `unknown problem "hard", want one of ` + all, // nobody registered it,
		"digits":             `unknown problem "digits", want one of ` + all,
		"gauss:":             `problem gauss:: "" is not key=value (want gauss:key=value,key=value)`,
		"gauss:d":            `problem gauss:d: "d" is not key=value (want gauss:key=value,key=value)`,
		"gauss:d=2,d=3":      `problem gauss:d=2,d=3: key "d" is given twice`,
		"gauss:dim=2":        `problem gauss: unknown key "dim"; it takes d, m, beta, seed`,
		"gauss:d=0":          "problem gauss: d=0: want an integer from 1 to 4096",
		"gauss:d=1e3":        "problem gauss: d=1e3: want an integer from 1 to 4096",
		"gauss:beta=0":       "problem gauss: beta=0: want a number from 1e-06 to 1e+06",
		"gauss:beta=NaN":     "problem gauss: beta=NaN: want a number from 1e-06 to 1e+06",
		"gauss:seed=-1":      fmt.Sprintf("problem gauss: seed=-1: want an integer from 0 to %d", math.MaxInt),
		"gmm:d=7":            "problem gmm: d=7: want an even number, the means being d/2 pairs",
		"gmm:d=8,dy=9":       "problem gmm: dy=9: want an integer from 1 to 8",
		"gmm:dy=0":           "problem gmm: dy=0: want an integer from 1 to 8",
		"digits/blur:seed=1": `problem digits/blur: unknown key "seed"; it takes beta, bandwidth`,
		"digits/prior:beta=": `problem digits/prior:beta=: "beta=" is not key=value (want digits/prior:key=value,key=value)`,
	} {
		if _, err := Parse(name); err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", name, err, want)
		}
	}
}

func TestDigits(t *testing.T) {
	images, err := digitImages()
	if err != nil {
		t.Fatal(err)
	}
	if n, d := images.Dims(); n != 1797 || d != 64 {
		t.Fatalf("%d images of %d pixels, want 1797 of 64", n, d)
	}
	for i, row := range rows(images) {
		for j, v := range row {
			if ink := (v + 1) * 8; ink != math.Trunc(ink) || ink < 0 || ink > 16 {
				t.Errorf("image %d, pixel %d: %v is not ink from 0 to 16", i, j, v)
			}
		}
	}
	// The first line of the file begins 0,0,5,13,9,1,0,0.
	if diff := cmp.Diff([]float64{-1, -1, -.375, .625, .125, -.875, -1, -1}, images.RawRowView(0)[:8]); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]int{"inpaint": 32, "superres": 16, "blur": 64, "denoise": 64, "prior": 0} {
		if m := mustParse(t, "digits/"+name).Rows(); m != want {
			t.Errorf("digits/%s has %d rows, want %d", name, m, want)
		}
	}
}

// Over its seeds the one singular value of gmm:dy=1, the norm of A, is uniform, and
// so is the noise as a share of it. By the inequality of Dvoretzky, Kiefer,
// Wolfowitz and Massart an empirical distribution of n = 1000 lies farther than
// sqrt(log(2/p)/(2n)) = 0.104 from its law with probability at most p = 1e-9, so a
// law that differs by 0.21 somewhere is noticed as surely: the square of a uniform
// differs by 0.25, and is the control. The seeds are the first thousand.
func TestMixtureScales(t *testing.T) {
	const n = 1000
	limit := math.Sqrt(math.Log(2/1e-9) / (2 * n))
	distance := func(u []float64) (worst float64) {
		slices.Sort(u)
		for i, v := range u {
			worst = max(worst, math.Abs(v-float64(i)/n), math.Abs(v-float64(i+1)/n))
		}
		return worst
	}
	var singular, noise, control []float64
	for seed := range n {
		m, _ := mustParse(t, fmt.Sprintf("gmm:d=2,dy=1,seed=%d", seed)).Linear()
		s := mat.Norm(m.A(), 2)
		singular = append(singular, s)
		noise = append(noise, m.Beta()/s)
		control = append(control, s*s)
	}
	for what, u := range map[string][]float64{"singular value": singular, "noise over singular value": noise} {
		if d := distance(u); d > limit {
			t.Errorf("%s: distance %v from uniform, limit %v", what, d, limit)
		}
	}
	if d := distance(control); d <= limit {
		t.Errorf("control: the square of a uniform is at distance %v from uniform, want more than %v", d, limit)
	}
}

// The rows of A of gmm are dy of the singular values that were asked for, at most
// 1, and the noise is below the largest.
func TestMixtureOperator(t *testing.T) {
	for _, dy := range []int{1, 2, 4, 8} {
		m, _ := mustParse(t, fmt.Sprintf("gmm:d=8,dy=%d", dy)).Linear()
		var svd mat.SVD
		if !svd.Factorize(m.A(), mat.SVDNone) {
			t.Fatal("no singular values")
		}
		values := svd.Values(nil)
		if len(values) != dy || values[0] > 1+1e-14 || values[dy-1] <= 0 {
			t.Errorf("dy=%d: singular values %v, want %d in (0, 1]", dy, values, dy)
		}
		if m.Beta() > values[0]*(1+1e-14) { // 1e-14: some roundings of the decomposition
			t.Errorf("dy=%d: noise %v above the largest singular value %v", dy, m.Beta(), values[0])
		}
	}
}
