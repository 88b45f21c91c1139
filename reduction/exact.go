package reduction

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/spec"
)

// Exact is the hard prior with its exact density, denoiser and Jacobian, by a sum
// over all secrets: what the polynomial-time rule of [Instance] is compared with.
type Exact struct {
	*Instance
	image []uint8 // f_j(s) at s*m + j
}

// maxExact is the largest n for which the sum is taken, 2^n terms of d operations a
// point.
const maxExact = 16

// Enumerate returns the exact prior. It is an error if n exceeds 16.
func (in *Instance) Enumerate() (*Exact, error) {
	n, m := in.function.N, in.function.M
	if n > maxExact {
		return nil, fmt.Errorf("hard instance: %s has n = %d secret bits, and the exact denoiser sums over 2^n secrets; want n at most %d", in.function.Name, n, maxExact)
	}
	e := &Exact{in, make([]uint8, m<<n)}
	// So few blocks that nobody needs to interrupt it.
	err := in.visit(context.Background(), 0, int(circuit.Blocks(n)), func(block int, outputs []circuit.Block) {
		for lane := range min(circuit.Lanes, 1<<n) {
			for j := range m {
				e.image[(block*circuit.Lanes+lane)*m+j] = uint8(index(outputs[j].Get(lane)))
			}
		}
	})
	return e, err
}

// secrets holds, for one smoothed point x, what depends on the secret.
type secrets struct {
	weight []float64    // p(s | x)
	logSum float64      // log of the sum over secrets of p(s) p(x | s)
	mean   [2][]float64 // of each coordinate given its bit, unscaled
	spread [2][]float64 // its variance given its bit
}

// look computes the posterior of the secret given x (length d, scaled), smoothed by
// sigma in unscaled units.
func (e *Exact) look(x []float64, sigma float64) *secrets {
	R, n, m, d := e.dials.R, e.function.N, e.function.M, e.Dim()
	l := &secrets{weight: make([]float64, 1<<n)}
	var odds [2][]float64 // log density of each coordinate given its bit
	for b := range 2 {
		l.mean[b], l.spread[b], odds[b] = make([]float64, d), make([]float64, d), make([]float64, d)
		for i, v := range x {
			v *= R
			mu, variance := smoothedCentre(v, sigma)
			switch {
			case i < n:
				centre := R * sign(b == 1)
				l.mean[b][i], l.spread[b][i] = mu+variance*centre, variance
				odds[b][i] = logNormal(v, centre, 1+sigma*sigma)
			case i < n+m:
				l.mean[b][i], l.spread[b][i] = e.laws[b].denoise(v, sigma)
				odds[b][i] = e.laws[b].logDensity(v, sigma)
			default:
				l.mean[b][i], l.spread[b][i] = mu, variance
				odds[b][i] = logNormal(v, 0, 1+sigma*sigma)
			}
		}
	}
	for s := range l.weight {
		sum := 0.0
		for i := range d {
			sum += odds[e.bit(s, i)][i]
		}
		l.weight[s] = sum
	}
	l.logSum = floats.LogSumExp(l.weight) - float64(n)*math.Ln2
	for s, w := range l.weight {
		l.weight[s] = math.Exp(w - l.logSum - float64(n)*math.Ln2)
	}
	return l
}

// bit returns the bit that coordinate i holds under secret s; 0 for padding.
func (e *Exact) bit(s, i int) int {
	n, m := e.function.N, e.function.M
	switch {
	case i < n:
		return s >> i & 1
	case i < n+m:
		return int(e.image[s*m+i-n])
	}
	return 0
}

// Denoise is the exact denoiser.
func (e *Exact) Denoise(dst, x *mat.Dense, sigma float64) { e.Linearize(dst, x, sigma) }

// Linearize is Denoise and returns the product with the exact Jacobian, the posterior
// covariance over sigma^2.
func (e *Exact) Linearize(dst, x *mat.Dense, sigma float64) (jacobian func(dst, v *mat.Dense)) {
	R := e.dials.R
	unscaled := sigma * R
	rows, d := x.Dims()
	looks := make([]*secrets, rows)
	means := mat.NewDense(rows, d, nil)
	for row := range rows {
		l := e.look(x.RawRowView(row), unscaled)
		looks[row] = l
		for i := range d {
			one := 0.0 // probability that the bit of coordinate i is set
			for s, w := range l.weight {
				one += w * float64(e.bit(s, i))
			}
			means.Set(row, i, l.mean[0][i]+one*(l.mean[1][i]-l.mean[0][i]))
		}
	}
	dst.Scale(1/R, means)
	return func(dst, v *mat.Dense) {
		for row, l := range looks {
			e.covariance(dst.RawRowView(row), l, means.RawRowView(row), v.RawRowView(row))
		}
		dst.Scale(1/(unscaled*unscaled), dst)
	}
}

// covariance stores Cov[x0 | x] v in dst, which may be v.
func (e *Exact) covariance(dst []float64, l *secrets, mean, v []float64) {
	product := make([]float64, len(v))
	centred := make([]float64, len(v))
	for s, w := range l.weight {
		if w == 0 {
			continue
		}
		for i := range v {
			b := e.bit(s, i)
			centred[i] = l.mean[b][i] - mean[i]
			product[i] += w * l.spread[b][i] * v[i]
		}
		floats.AddScaled(product, w*floats.Dot(centred, v), centred)
	}
	copy(dst, product)
}

// LogDensity stores the exact log density of the smoothed law in dst; NaN at
// sigma = 0, where the law has none.
func (e *Exact) LogDensity(dst []float64, x *mat.Dense, sigma float64) {
	for row := range dst {
		if sigma == 0 {
			dst[row] = math.NaN()
			continue
		}
		dst[row] = e.look(x.RawRowView(row), sigma*e.dials.R).logSum + float64(e.Dim())*math.Log(e.dials.R)
	}
}

// WrongSecret returns the posterior probability, given x (length d) smoothed by sigma,
// of all secrets but that of the signs of x.
func (e *Exact) WrongSecret(x []float64, sigma float64) float64 {
	own := circuit.Uint(e.Secret(x))
	sum := 0.0
	for s, w := range e.look(x, sigma*e.dials.R).weight {
		if uint64(s) != own {
			sum += w
		}
	}
	return sum
}

var (
	_ spec.Denoiser = (*Exact)(nil)
	_ spec.Density  = (*Exact)(nil)
)
