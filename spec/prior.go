package spec

import (
	"context"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Prior is a law on R^d that anyone can draw from.
type Prior interface {
	// Dim returns d.
	Dim() int
	// Sample fills the rows of dst (n x d) with independent draws.
	Sample(dst *mat.Dense, rng *rand.Rand)
}

// Density is a law whose smoothed density is known.
type Density interface {
	// LogDensity stores in dst (length n) the logarithm of the density of
	// x0 + sigma z, x0 from the law, at each row of x (n x d). sigma >= 0; at
	// sigma = 0 it is the density of the law itself, and NaN where the law has
	// none (a singular covariance).
	LogDensity(dst []float64, x *mat.Dense, sigma float64)
}

// Denoiser is a smoothed law, given through its posterior mean. The score of the
// smoothed law is derived from it, (D(x) - x)/sigma^2 (Tweedie's formula), never implemented
// twice.
type Denoiser interface {
	// Dim returns d.
	Dim() int
	// Scale returns the narrowest and the widest standard deviation of the law,
	// 0 < narrowest <= widest: smoothing by sigma well below the narrowest leaves
	// the law as it is, by sigma well above the widest leaves a Gaussian. Zero
	// deviations (flat directions) do not count; a point mass reports its
	// distance from rounding, so that both are always positive.
	Scale() (narrowest, widest float64)
	// Denoise stores in row i of dst (n x d) the mean D(x_i) of x0 given
	// x0 + sigma z = x_i, for the rows of x (n x d) and sigma > 0. dst may be x.
	Denoise(dst, x *mat.Dense, sigma float64)
	// Linearize is Denoise and returns the product with its Jacobian J at the
	// rows of x: jacobian(dst, v) stores J(x_i) v_i in row i of dst (n x d). J
	// is symmetric and equals Cov[x0 | x_i] / sigma^2 (Tweedie), so the same
	// function serves for products from either side. dst may be v. The
	// function may be called more than once, by one goroutine at a time; it does
	// not read x again.
	Linearize(dst, x *mat.Dense, sigma float64) (jacobian func(dst, v *mat.Dense))
}

// Conditioner is a prior whose posterior under some measurements is known exactly: every
// linear one for the families of this package, and every one with a [Likelihood] for a law
// of few points.
type Conditioner interface {
	Prior
	// Condition does the work that does not depend on y. It is an error if the measurement
	// is of another dimension, or the posteriors under it are not known.
	Condition(m Measurement) (Conditional, error)
}

// Conditional is the family of the posteriors p(x | y), over all y, of one
// prior under one measurement.
type Conditional interface {
	// Given returns the law of x given y (length m). Laws returned by the
	// families of this package also implement [Density], and [Denoiser] and
	// [Conditioner] where they are mixtures or Gaussian.
	Given(y []float64) Prior
	// LogEvidence returns log p(y), the log density of the measurement at y
	// (length m); 0 if m = 0.
	LogEvidence(y []float64) float64
}

// Interruptible is a [Conditional] that may take long over a single y.
type Interruptible interface {
	Conditional
	// GivenUnless is Given, or ctx.Err() soon after ctx is done.
	GivenUnless(ctx context.Context, y []float64) (Prior, error)
}

// Given returns c.Given(y), or ctx.Err() if ctx is done: soon after that if c is
// [Interruptible], and otherwise only if ctx is done before the work begins.
func Given(ctx context.Context, c Conditional, y []float64) (Prior, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if long, ok := c.(Interruptible); ok {
		return long.GivenUnless(ctx, y)
	}
	return c.Given(y), nil
}
