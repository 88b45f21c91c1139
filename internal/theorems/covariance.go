package theorems

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"assay/reduction"
)

// covarianceBound is the constant of the bound on |Cov(p)|: 1 + 1/R^2 for R of 2 or more, where
// [reduction.Parameters] begins.
const covarianceBound = 1.25

// covarianceNorm returns the largest eigenvalue of the covariance of a lattice prior:
//
//	max(1 + 1/R^2, E z^2/R^2),
//
// z an output, unscaled. Proof. Whatever the secret is, an output has mean zero, a coset being symmetric, and
// outputs are independent given it: so no output is correlated with another coordinate. The bits of the
// secret are independent. The matrix is diagonal, a secret coordinate having variance (R^2 + 1)/R^2.
func covarianceNorm(in *reduction.Instance) float64 {
	R := in.Dials().R
	output := max(in.OutputSquare(false), in.OutputSquare(true))
	return max(1+1/(R*R), output/(R*R))
}

// covariance checks the first clause of Definition 1.1: |Cov(p)| is at most a constant, by the formula
// at cryptographic size, and on small functions also by the whole matrix, from all secrets and all
// lattice points, and its eigenvalues.
func covariance(r *run) (Result, error) {
	return covarianceOf(r, []string{"goldreich:n=64,m=64", "aes128"}, func(in *reduction.Instance) float64 { return 1 })
}

// covarianceOf is covariance of the prior in units of another scale than 1/R.
func covarianceOf(r *run, large []string, scale func(in *reduction.Instance) float64, turns ...func(d *reduction.Dials)) (Result, error) {
	worst, apart := 0.0, 0.0
	turn := func(d *reduction.Dials) {
		for _, f := range turns {
			f(d)
		}
	}
	for _, C := range exponents {
		for _, function := range large {
			in, err := wellModelled(function, C, turn)
			if err != nil {
				return Result{}, err
			}
			worst = max(worst, covarianceNorm(in)*square(scale(in)))
		}
		for _, function := range []string{"identity:n=6", "goldreich:n=8,m=8", "twotoone:n=6", "linear:n=6,m=3"} {
			in, err := wellModelled(function, C, turn)
			if err != nil {
				return Result{}, err
			}
			matrix := covarianceMatrix(in)
			var eigen mat.EigenSym
			if !eigen.Factorize(matrix, false) {
				return Result{}, fmt.Errorf("the covariance of %s has no eigenvalues", function)
			}
			values := eigen.Values(nil)
			largest := values[len(values)-1]
			worst = max(worst, largest*square(scale(in)))
			apart = max(apart, math.Abs(largest-covarianceNorm(in)))
		}
		if err := r.ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	// Sums of 256 products and eigenvalues of 16 x 16 matrices of size 1 are right to 1e-13.
	const rounding = 1e-12
	holds := worst <= covarianceBound && apart <= rounding
	return Result{
		Quantity: "largest |Cov(p)|", Measured: worst, Relation: AtMost, Bound: covarianceBound,
		P: certain(holds), Holds: holds, Certain: true,
		WouldNotice: fmt.Sprintf("%s, or a correlation of %.0g", percentMore("a covariance", worst, covarianceBound), math.Sqrt(rounding)),
		Detail:      fmt.Sprintf("1 + 1/R^2 by proof; the matrices of small functions, summed over all secrets, have that norm to %.1g", apart),
	}, nil
}

// covarianceMatrix returns that of the prior of a small function, by summation.
func covarianceMatrix(in *reduction.Instance) *mat.SymDense {
	n, d, R := in.Function().N, in.Dim(), in.Dials().R
	var mean, second [2]float64 // of an output, by its bit
	for bit := range mean {
		mean[bit], second[bit] = outputMoments(in, bit)
	}
	sum, squares := make([]float64, d), mat.NewSymDense(d, nil)
	all := newImages(in)
	centre, variance := make([]float64, d), make([]float64, d)
	for s, z := range all {
		for i := range d {
			switch {
			case i < n:
				centre[i], variance[i] = R*float64(2*(s>>i&1)-1), 1
			case i < n+len(z):
				bit := 0
				if z[i-n] {
					bit = 1
				}
				centre[i], variance[i] = mean[bit], second[bit]-mean[bit]*mean[bit]
			default:
				centre[i], variance[i] = 0, 1
			}
		}
		for i := range d {
			sum[i] += centre[i] / float64(len(all))
			for k := i; k < d; k++ {
				v := centre[i] * centre[k]
				if i == k {
					v += variance[i]
				}
				squares.SetSym(i, k, squares.At(i, k)+v/float64(len(all)))
			}
		}
	}
	for i := range d {
		for k := i; k < d; k++ {
			squares.SetSym(i, k, (squares.At(i, k)-sum[i]*sum[k])/(R*R))
		}
	}
	return squares
}

// outputMoments returns the mean and the mean square of an output, unscaled, from its definition.
func outputMoments(in *reduction.Instance, bit int) (mean, second float64) {
	if d := in.Dials(); d.Encoding == reduction.Vertex {
		centre := d.R * float64(2*bit-1)
		return centre, centre*centre + 1
	}
	eps, mass := in.Dials().Eps, 0.0
	for k := -2*int(20/eps) + bit; float64(k)*eps < 40; k += 2 {
		z := float64(k) * eps
		w := math.Exp(-z * z / 2)
		mass, mean, second = mass+w, mean+w*z, second+w*z*z
	}
	return mean / mass, second / mass
}

func square(x float64) float64 { return x * x }
