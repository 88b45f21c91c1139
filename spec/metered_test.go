package spec

import (
	"encoding/json"
	"maps"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/internal/tally"
)

func take(t *testing.T, counted *tally.Tally) map[string]float64 {
	t.Helper()
	spent, err := counted.Take()
	if err != nil {
		t.Fatal(err)
	}
	return spent
}

// TestMetered: a metered problem counts the rows that its denoiser is asked for, and differs in
// nothing else. The control is the problem itself, of which nothing is counted.
func TestMetered(t *testing.T) {
	prior, err := NewIsotropic([]float64{1, 2}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewLinear(mat.NewDense(1, 2, []float64{1, 1}), 0.1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProblem("two", prior, m)
	if err != nil {
		t.Fatal(err)
	}
	counted := new(tally.Tally)
	ctx := counted.In(t.Context())
	q := Metered(ctx, p)
	if q == p || Metered(ctx, p) != q || Metered(ctx, q) != q || Metered(new(tally.Tally).In(ctx), q) == q {
		t.Error("a tally has not one metered problem of its own")
	}
	if Metered(t.Context(), p) != p || q.Unmetered() != p || p.Unmetered() != p {
		t.Error("the problem itself does not come back")
	}
	text, err := json.Marshal(p)
	again, err2 := json.Marshal(q)
	if err != nil || err2 != nil || string(text) != string(again) || string(p.Digest()) != string(q.Digest()) || p.String() != q.String() {
		t.Errorf("metered:\n%v %s\nand not:\n%v %s", q, again, p, text)
	}
	if law, ok := q.Prior().(*Gaussian); !ok || law != prior {
		t.Errorf("the prior is a %T", q.Prior())
	}
	_, density := q.Density()
	_, linear := q.Linear()
	if a, err := q.Posterior(); err != nil || !density || !linear || a == nil {
		t.Errorf("capabilities are lost: %v %v %v %v", a, err, density, linear)
	}

	x, got, want := mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6}), mat.NewDense(3, 2, nil), mat.NewDense(3, 2, nil)
	for _, one := range []struct {
		p   *Problem
		dst *mat.Dense
	}{{q, got}, {p, want}} {
		d, ok := one.p.Denoiser()
		if !ok {
			t.Fatal("no denoiser")
		}
		d.Denoise(one.dst, x, 0.3)
		product := d.Linearize(one.dst, x, 0.3)
		product(one.dst, one.dst)
		product(one.dst, one.dst)
	}
	if !mat.Equal(got, want) {
		t.Errorf("metered %v, and not %v", got, want)
	}
	if spent := take(t, counted); !maps.Equal(spent, map[string]float64{tally.PointsDenoised: 6, tally.JacobianProducts: 6}) {
		t.Errorf("counted %v", spent)
	}
	if spent := take(t, counted); spent != nil {
		t.Errorf("counted twice: %v", spent)
	}

	// A sampler that measures something else of the same prior.
	other, err := q.Remeasured(Unmeasured(2))
	if err != nil || other.Rows() != 0 || other.Unmetered() == other {
		t.Fatalf("%v, %v", other, err)
	}
	d, _ := other.Denoiser()
	d.Denoise(got, x, 1)
	if spent := take(t, counted); spent[tally.PointsDenoised] != 3 {
		t.Errorf("counted %v with another measurement", spent)
	}
	if plain, err := p.Remeasured(Unmeasured(2)); err != nil || plain.Unmetered() != plain {
		t.Errorf("%v, %v", plain, err)
	}
}
