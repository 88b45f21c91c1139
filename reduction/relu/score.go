package relu

import (
	"fmt"
	"math"

	"assay/reduction"
)

// Certificate bounds the error of a score network, in exact arithmetic: with s^ its score,
// (output - x)/sigma^2, and s that of the law smoothed by sigma,
//
//	sigma^2 E|s^ - s|^2 <= Total <= Target = d^-C.
//
// By the triangle inequality Total = (sqrt(Rule) + sqrt(Secret + Output + Band))^2.
type Certificate struct {
	Sigma  float64 `json:"sigma"` // in the scaled units
	C      float64 `json:"C"`
	Target float64 `json:"target"`
	Total  float64 `json:"total"`

	// Rule is that of the local rule, [reduction.Instance.ScoreBound]; the others are
	// those between the network and the rule.
	Rule   float64 `json:"rule"`
	Secret float64 `json:"secret"` // of the piecewise-linear functions of the secret
	Output float64 `json:"output"` // of the staircases of the outputs, where the bits are exact
	Band   float64 `json:"band"`   // of bits that are fractions, a sign being in the band

	Width       float64 `json:"width"` // of the band, in units of R
	SecretKnots int     `json:"secretKnots"`
	OutputKnots int     `json:"outputKnots"` // of one period
	Steps       int     `json:"steps"`       // of a staircase
}

// Score returns the network of [Certify] with its certificate.
func Score(in *reduction.Instance, sigma, C float64) (*Network, Certificate, error) {
	d, err := Certify(in, sigma, C)
	if err != nil {
		return nil, Certificate{}, err
	}
	return d.Network(), d.Certificate, nil
}

// Certify designs a network that maps x (d inputs) to its denoised mean (d outputs) for a
// lattice instance smoothed by sigma, with a certificate that it is well modelled with
// exponent C > 0 (Definition 1.1 at one sigma). It is an error, that says what is missing, if
// the instance is not certified: with eps too large, R too small, or vertices.
//
// The network computes the bits [x_i > 0] by thresholds, f of them, and piecewise-linear
// functions of one variable. Those of the outputs need no selection: with mu = x/(1+s^2),
// D_1(mu) = D_0(mu + eps) - eps, so that the bit b shifts one function, D_0(mu + eps b) -
// eps b.
//
// Proof of the bound. Where no x_i is in the band the bits are f of the signs, and the
// network differs from the rule by the error of interpolation, an integral over one
// coordinate: n of them for the secret, m for the outputs. Those are over both laws of an
// output, each bit, plus q times both again with the other bit, q = [reduction.Instance.WrongSign]
// bounding the probability that the bit is not that of the law. In the band, of probability at most
// n Pr[|x_1| < g/2], the bit is in [0, 1]; D_0(y) is within e = [reduction.Instance.OutputCorrection]
// of y, and so is its interpolation, a mean of two values of D_0 at the same mean of two
// knots; so that all values of D_0(mu + eps b) - eps b are within e of mu. One period of D_0 is
// interpolated, and y folded into it by a staircase; where that climbs, and beyond its last step,
// both are within e of y still, and the probability is small: see [laws.output].
//
// The network has at most 30 (gates + d) + 832 m + 6 (n SecretKnots + m OutputKnots) + 8 m Steps
// parameters, 832 being those of an output of few bits in one layer, whatever it is. A mean square error of b takes of order b^(-1/4) knots, a power of d, and Steps grows as
// sqrt(log d)/eps. The largest weight is that of the steepest ramp.
func Certify(in *reduction.Instance, sigma, C float64) (*Design, error) {
	dials := in.Dials()
	cert := Certificate{Sigma: sigma, C: C, Target: math.Pow(float64(in.Dim()), -C), Rule: in.ScoreBound(sigma)}
	s := sigma * dials.R
	if err := checkCertifiable(in, C); err != nil {
		return nil, err
	}
	switch {
	case !(s >= 1e-12 && s <= 1e100):
		return nil, fmt.Errorf("score network: sigma is %v, want sigma R from 1e-12 to 1e100", sigma)
	case cert.Rule >= cert.Target:
		return nil, fmt.Errorf("score network: not well modelled: at sigma = %.3g the local rule is certified to sigma^2 E|s^-s|^2 <= %.3g only, want d^-C = %.3g; a larger R or a smaller eps helps", sigma, cert.Rule, cert.Target)
	}
	share := square(math.Sqrt(cert.Target)-math.Sqrt(cert.Rule)) / 3
	l := laws{in: in, R: dials.R, eps: dials.Eps, s: s, v: 1 / (1 + 1/(s*s)), shrink: 1 / (1 + s*s)}

	n, m := float64(in.Function().N), float64(in.Function().M)
	unit := n * square(l.v*l.R/s)
	secret, missed, err := l.secret(share / unit)
	if err != nil {
		return nil, err
	}
	cert.Secret = missed * unit
	output, missed, err := l.output(share * s * s / m)
	if err != nil {
		return nil, err
	}
	cert.Output = missed * m / (s * s)
	g := 2 * l.R
	for {
		cert.Band = l.inBand(g) * n * m * square(2*in.OutputCorrection(s)/s)
		if cert.Band <= share {
			break
		}
		g /= 2
	}
	cert.Width, cert.Steps = g/l.R, output.steps()
	cert.SecretKnots, cert.OutputKnots = len(secret.X), len(output.period.X)
	cert.Total = square(math.Sqrt(cert.Rule) + math.Sqrt(cert.Secret+cert.Output+cert.Band))
	return &Design{
		Certificate: cert, in: in, shrink: l.shrink,
		bits: bitsOf(in, g/l.R), secret: l.secretMean(secret), output: l.outputMean(output),
	}, nil
}

func square(x float64) float64 { return x * x }
