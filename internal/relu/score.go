package relu

import (
	"fmt"
	"math"
	"sync"

	"assay/reduction"
)

// certificate bounds the error of a score network, in exact arithmetic: with s^ its score,
// (output - x)/sigma^2, and s that of the law smoothed by sigma,
//
//	sigma^2 E|s^ - s|^2 <= Total <= Target = d^-C.
//
// By the triangle inequality Total = (sqrt(Rule) + sqrt(Secret + Output + Band))^2; where Direct
// is set the outputs are compared with the exact score, and Total = (sqrt(Rule) +
// sqrt(Secret))^2 + Output + Band.
type certificate struct {
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

	// Direct: sigma R is far below eps, and an output is rounded to the lattice.
	Direct bool `json:"direct"`

	Width       float64 `json:"width"` // of the band, in units of R
	SecretKnots int     `json:"secretKnots"`
	OutputKnots int     `json:"outputKnots"` // of one period
	Steps       int     `json:"steps"`       // of a staircase
}

// Score returns the network of [Certify] with its certificate. It is [TooLarge] if it has more than
// 2^26 parameters, which would take gigabytes.
func Score(in *reduction.Instance, sigma, C float64) (*Network, certificate, error) {
	return NewDesigner(in).score(sigma, C)
}

const mostParametersMade = 1 << 26

// TooLarge is the error of a network that is certified and has too many parameters to be made.
type TooLarge struct{ Parameters int }

func (e TooLarge) Error() string {
	return fmt.Sprintf("score network: %d parameters are certified, and too many to make; want at most %d: a smaller exponent or another sigma takes fewer", e.Parameters, mostParametersMade)
}

func (d *designer) score(sigma, C float64) (*Network, certificate, error) {
	design, err := d.Certify(sigma, C)
	if err != nil {
		return nil, certificate{}, err
	}
	if size := design.Size(); size.Parameters > mostParametersMade {
		return nil, certificate{}, TooLarge{size.Parameters}
	}
	return design.Network(), design.Certificate, nil
}

// Certify designs a network that maps x (d inputs) to its denoised mean (d outputs) for a
// lattice instance smoothed by sigma, with a certificate that it is well modelled with
// exponent C > 0 (Definition 1.1 at one sigma). It is an error, which says what is missing,
// if the instance is not certified: with eps too large, R too small, or vertices.
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
// Where s is at most eps/1000 the staircase has no periods, and its error is that from the exact
// mean, as [laws.landings] says; in the band that is at most 2 eps.
//
// The certificate is about real numbers. For sigma R far below 1e-16 the weights would need more digits
// than a float64 has for the outputs to be the lattice points to a small part of sigma.
//
// The network has at most 30 (gates + d) + 832 m + 6 (n SecretKnots + m OutputKnots) + 8 m Steps
// parameters, 832 being those of an output of few bits in one layer, whatever it is. A mean square error of b takes of order b^(-1/4) knots, a power of d, and Steps grows as
// sqrt(log d)/eps. The largest weight is that of the steepest ramp.
func Certify(in *reduction.Instance, sigma, C float64) (*design, error) {
	return NewDesigner(in).Certify(sigma, C)
}

// designer makes the designs of one instance, which share the network of its function.
type designer struct {
	in   *reduction.Instance
	bits func() *Network // for a threshold band of width 1
}

// NewDesigner returns the designer of an instance.
func NewDesigner(in *reduction.Instance) *designer {
	return &designer{in, sync.OnceValue(func() *Network { return bitsOf(in, 1) })}
}

// Certify is the function of that name.
func (d *designer) Certify(sigma, C float64) (*design, error) {
	in, dials := d.in, d.in.Dials()
	cert := certificate{Sigma: sigma, C: C, Target: math.Pow(float64(in.Dim()), -C), Rule: in.ScoreBound(sigma)}
	s := sigma * dials.R
	if err := checkCertifiable(in, C); err != nil {
		return nil, err
	}
	switch {
	case !(s >= leastNoise && s <= mostNoise):
		return nil, fmt.Errorf("score network: sigma is %v, want sigma R from %v to %v", sigma, leastNoise, mostNoise)
	case cert.Rule >= cert.Target:
		return nil, fmt.Errorf("score network: not well modelled: at sigma = %.3g the local rule is certified to sigma^2 E|s^-s|^2 <= %.3g only, want d^-C = %.3g; a larger R or a smaller eps helps", sigma, cert.Rule, cert.Target)
	}
	l := &laws{in: in, R: dials.R, eps: dials.Eps, s: s, v: 1 / (1 + 1/(s*s)), shrink: 1 / (1 + s*s)}
	cert.Direct = l.rounds()
	design := &design{in: in, laws: l}
	g, err := design.fit(&cert, square(math.Sqrt(cert.Target)-math.Sqrt(cert.Rule))/3)
	if err != nil {
		return nil, err
	}
	design.bits = scaled(d.bits(), in.Function().N, g/l.R)
	cert.Width, cert.Steps = g/l.R, design.stairs.steps()
	cert.SecretKnots, cert.OutputKnots = design.tanh.knots(), design.stairs.period.knots()
	if cert.Direct {
		cert.Total = square(math.Sqrt(cert.Rule)+math.Sqrt(cert.Secret)) + cert.Output + cert.Band
	} else {
		cert.Total = square(math.Sqrt(cert.Rule) + math.Sqrt(cert.Secret+cert.Output+cert.Band))
	}
	design.Certificate = cert
	return design, nil
}

// leastNoise and mostNoise bound sigma R: beyond, squares of it leave the range of float64.
const leastNoise, mostNoise = 1e-100, 1e100

// fit chooses the functions of one variable and the width g of the band, each to the same share of
// what is left of the target.
func (d *design) fit(cert *certificate, share float64) (g float64, err error) {
	l, n, m := d.laws, float64(d.in.Function().N), float64(d.in.Function().M)
	var missed float64
	unit := n * square(l.v*l.R/l.s)
	if d.tanh, missed, err = l.secret(share / unit); err != nil {
		return 0, err
	}
	cert.Secret = missed * unit
	if bound := share * l.s * l.s / m; cert.Direct {
		d.stairs, missed = l.landings(bound)
	} else if d.stairs, missed, err = l.output(bound); err != nil {
		return 0, err
	}
	cert.Output = missed * m / (l.s * l.s)
	for g = 2 * l.R; ; g /= 2 {
		cert.Band = l.inBand(g) * n * m * square(2*d.in.OutputCorrection(l.s)/l.s)
		if cert.Band <= share {
			return g, nil
		}
	}
}

func square(x float64) float64 { return x * x }
