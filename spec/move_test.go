package spec

import (
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// disguised hides which kind a mixture is, so that it is moved by the general way.
type disguised struct{ *Mixture }

// TestMove compares the two ways to move a mixture, component by component and around
// its functions, and their posteriors. Condition numbers stay below 1e3.
func TestMove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := drawRng(t)
		d := rapid.IntRange(1, 4).Draw(t, "d")
		g, h := drawGaussian(t, d, true, rng), drawGaussian(t, d, true, rng)
		law, err := NewMixture([]float64{1, 2}, []*Gaussian{g, h})
		if err != nil {
			t.Fatal(err)
		}
		by, err := NewMove(rng.Perm(d), normals(d, rng))
		if err != nil {
			t.Fatal(err)
		}
		const rows = 3
		x := mat.NewDense(rows, d, nil)
		law.Sample(x, rng)
		v := scatter(rows, d, rng)
		moved := mat.NewDense(rows, d, nil)
		by.Points(moved, x)
		m, err := NewLinear(scatter(2, d, rng), 0.7)
		if err != nil {
			t.Fatal(err)
		}
		after, offset := by.Measurement(m)
		ax, bx := mat.NewDense(rows, 2, nil), mat.NewDense(rows, 2, nil)
		m.Forward(ax, x)
		after.Forward(bx, moved)
		y := normals(2, rng)
		yAfter := []float64{y[0] + offset[0], y[1] + offset[1]}
		compare := func(what string, before, direct, around Prior) {
			logs := [3][]float64{make([]float64, rows), make([]float64, rows), make([]float64, rows)}
			before.(Density).LogDensity(logs[0], x, 0.5)
			direct.(Density).LogDensity(logs[1], moved, 0.5)
			around.(Density).LogDensity(logs[2], moved, 0.5)
			var dens, products [2]*mat.Dense
			for i, p := range []Prior{direct, around} {
				dens[i], products[i] = mat.NewDense(rows, d, nil), mat.NewDense(rows, d, nil)
				p.(Denoiser).Linearize(dens[i], moved, 0.5)(products[i], v)
			}
			for i := range rows {
				agree(t, what+": density", logs[0][i], logs[1][i], 1e-9)
				agree(t, what+": density around", logs[0][i], logs[2][i], 1e-9)
				for j := range d {
					agree(t, what+": denoised", dens[0].At(i, j), dens[1].At(i, j), 1e-9)
					agree(t, what+": jacobian", products[0].At(i, j), products[1].At(i, j), 1e-8)
				}
			}
		}
		direct, around := by.Law(law), by.Law(disguised{law})
		compare("prior", law, direct, around)
		posteriors := func(p Prior, m Linear, y []float64) Prior { return condition(t, p.(Conditioner), m).Given(y) }
		compare("posterior", posteriors(law, m, y), posteriors(direct, after, yAfter), posteriors(around, after, yAfter))
		for i := range rows {
			for j := range 2 {
				agree(t, "A x", ax.At(i, j)+offset[j], bx.At(i, j), 1e-12*100)
			}
		}
		by.Back(moved, moved)
		for i := range rows {
			for j := range d {
				agree(t, "back", moved.At(i, j), x.At(i, j), 1e-12)
			}
		}
	})
}

func TestMoveMistakes(t *testing.T) {
	for _, order := range [][]int{{0, 0}, {0, 2}, {-1, 0}, {0}} {
		if _, err := NewMove(order, []float64{0, 0}); err == nil {
			t.Errorf("NewMove takes order %v", order)
		}
	}
}
