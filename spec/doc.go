// Package spec says what is true: joint laws of (x, y), most of them a prior on
// R^d and a measurement of it, their exact posteriors where those are known, and
// the interface of a candidate that claims to sample those posteriors.
//
// The notation is that of Gupta, Jalal, Parulekar, Price and Xun, "Diffusion
// Posterior Sampling is Computationally Intractable" (ICML 2024): a point x of
// R^d is drawn from the prior p, smoothed by sigma z with z standard normal, and
// measured as y = A x + beta n, with A of shape m x d and n standard normal. Other
// measurements are any law of y in R^m given x.
// sigma and beta are always standard deviations, never variances.
//
// Start with [Prior], [Denoiser] and [Conditioner] in prior.go, then
// [Measurement] and [Linear], [Problem] and [Sampler], one file each. The families whose
// posterior is known exactly under every linear measurement are [Gaussian],
// [Mixture] and [DataSet].
//
// Conventions: matrices hold points as rows; a batch is n x d. Destination
// matrices come first and must have the right shape. A wrong shape is a
// programmer's mistake and panics; a wrong number in the input (NaN, a negative
// deviation, an indefinite covariance) is the user's and is an error of the
// constructor. Values are immutable once made and safe for concurrent use.
// Randomness is always an argument; see [Stream].
package spec
