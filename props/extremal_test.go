package props_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"assay/samplers"
	"assay/spec"
)

// far is where the extremal sampler puts what it moves: where no posterior has mass.
const far = -100

// extremal is the sampler that is as wrong as a (tau, delta) lets it be. For the share badY of y
// it puts the last coordinate of every draw far away; at the other y it does so with a fixed
// part of the posterior, and moves it down by tau for all the rest. A sampler that sends every
// draw far away by chance deviates by about half as much: the draws that it leaves have the law
// of the posterior.
type extremal struct {
	tau, badY   float64
	part        func(x, y []float64) bool
	independent bool
}

func (e extremal) Name() string      { return fmt.Sprintf("extremal tau %v, bad y %v", e.tau, e.badY) }
func (e extremal) Independent() bool { return e.independent }

func (e extremal) Sample(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	if err := samplers.Exact().Sample(ctx, dst, p, y, rng); err != nil {
		return err
	}
	bad := len(y) > 0 && uniformOf(y) < e.badY
	rows, d := dst.Dims()
	for row := range rows {
		x := dst.RawRowView(row)
		if bad || e.part(x, y) {
			x[d-1] = far
		} else {
			x[d-1] -= e.tau
		}
	}
	return nil
}

// line is the problem of x ~ N(0, 1) measured as y = x + n, whose posterior is N(y/2, 1/2).
func line(t testing.TB) *spec.Problem {
	t.Helper()
	prior, err := spec.NewIsotropic([]float64{0}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return measured(t, "line", prior, mat.NewDense(1, 1, []float64{1}))
}

// top is the upper part of the posterior of a [line], of the given mass.
func top(mass float64) func(x, y []float64) bool {
	edge := math.Sqrt(0.5) * distuv.UnitNormal.Quantile(1-mass)
	return func(x, y []float64) bool { return x[0] > y[0]/2+edge }
}

// fork is a problem in R^2 whose second coordinate is 50 with the given probability and else
// 0, each with a deviation of a millionth, and independent of the first, which is measured as
// y = x_1 + n; or nothing is measured. Blurred by less than 10 the branches stay apart, so that
// a part of the posterior can be moved at any tau that is small compared with that.
func fork(t testing.TB, mass float64, isMeasured bool) *spec.Problem {
	t.Helper()
	var branches []*spec.Gaussian
	var weights []float64
	for i, weight := range []float64{1 - mass, mass} {
		branch, err := spec.NewDiagonal([]float64{0, 50 * float64(i)}, []float64{1, 1e-6})
		if err != nil {
			t.Fatal(err)
		}
		if weight > 0 {
			branches, weights = append(branches, branch), append(weights, weight)
		}
	}
	prior, err := spec.NewMixture(weights, branches)
	if err != nil {
		t.Fatal(err)
	}
	if !isMeasured {
		return measured(t, "fork, not measured", prior, nil)
	}
	return measured(t, "fork", prior, mat.NewDense(1, 2, []float64{1, 0}))
}

// branch is the part of the posterior of a [fork] that lies about 50.
func branch(x, _ []float64) bool { return x[1] > 25 }

// measured returns the problem of a prior measured by a and noise of deviation 1; nothing is
// measured if a is nil.
func measured(t testing.TB, name string, prior spec.Prior, a mat.Matrix) *spec.Problem {
	t.Helper()
	m := spec.Unmeasured(prior.Dim())
	if a != nil {
		var err error
		if m, err = spec.NewLinear(a, 1); err != nil {
			t.Fatal(err)
		}
	}
	p, err := spec.NewProblem(name, prior, m)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// uniformOf returns a number in [0, 1) that is a hash of y: uniform, and the same for the
// same y.
func uniformOf(y []float64) float64 {
	h := fnv.New64a()
	if err := binary.Write(h, binary.LittleEndian, y); err != nil {
		panic(err)
	}
	// The hash mixes its upper bits last: a generator seeded by it mixes them all.
	return rand.New(rand.NewPCG(h.Sum64(), 0)).Float64()
}
