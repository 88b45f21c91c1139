package spec

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func take(t *testing.T, tally *Tally) map[string]float64 {
	t.Helper()
	spent, err := tally.Take()
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
	tally := new(Tally)
	ctx := tally.In(t.Context())
	q := Metered(ctx, p)
	if q == p || Metered(ctx, p) != q || Metered(ctx, q) != q || Metered(new(Tally).In(ctx), q) == q {
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
	if spent := take(t, tally); !maps.Equal(spent, map[string]float64{PointsDenoised: 6, JacobianProducts: 6}) {
		t.Errorf("counted %v", spent)
	}
	if spent := take(t, tally); spent != nil {
		t.Errorf("counted twice: %v", spent)
	}

	// A sampler that measures something else of the same prior.
	other, err := q.Remeasured(Unmeasured(2))
	if err != nil || other.Rows() != 0 || other.Unmetered() == other {
		t.Fatalf("%v, %v", other, err)
	}
	d, _ := other.Denoiser()
	d.Denoise(got, x, 1)
	if spent := take(t, tally); spent[PointsDenoised] != 3 {
		t.Errorf("counted %v with another measurement", spent)
	}
	if plain, err := p.Remeasured(Unmeasured(2)); err != nil || plain.Unmetered() != plain {
		t.Errorf("%v, %v", plain, err)
	}
}

// TestSpend: amounts add up, from several goroutines too; what is none is an error of the call that
// does not stay.
func TestSpend(t *testing.T) {
	Spend(t.Context(), "proposals", 1) // of which nobody keeps an account
	tally := new(Tally)
	ctx, cancel := context.WithCancel(tally.In(t.Context()))
	defer cancel()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 100 {
				Spend(ctx, "proposals", 2)
			}
		})
	}
	group.Wait()
	Spend(ctx, "dollars", 0.25)
	if spent := take(t, tally); !maps.Equal(spent, map[string]float64{"proposals": 1600, "dollars": 0.25}) {
		t.Errorf("counted %v", spent)
	}
	for _, one := range []struct {
		name   string
		amount float64
		want   string
	}{
		{"dollars", -1, "-1 dollars were spent"}, {"dollars", math.NaN(), "NaN dollars"}, {"dollars", math.Inf(1), "+Inf dollars"},
		{"", 1, `1 of something without a name was spent; want a name such as "points denoised"`},
	} {
		Spend(ctx, one.name, one.amount)
		if spent, err := tally.Take(); err == nil || spent != nil || !strings.HasPrefix(err.Error(), one.want) {
			t.Errorf("%v, %v, want %q", spent, err, one.want)
		}
	}
	take(t, tally)
}
