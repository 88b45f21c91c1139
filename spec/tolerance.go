package spec

import (
	"fmt"
	"math"
)

// Tolerance is what counts as right: how far, and how often, a draw may be off. By the
// paper, two laws are (tau, delta)-close if a draw of each can be coupled so that they lie
// more than Tau apart (Euclidean distance, in the units of x) with probability at most Delta
// (Definition 1.2). Form says which laws must be close; the zero Form stands for the paper's
// definition that applies to the problem at hand. Tau and Delta of zero ask for the exact
// law.
type Tolerance struct {
	Tau   float64 `json:"tau"`
	Delta float64 `json:"delta"`
	Form  Form    `json:"form,omitempty"`
}

// Form names what a [Tolerance] is asked of.
type Form string

// The three definitions of the paper that have a (tau, delta), and the joint form, which is
// not one of them.
const (
	// Definition15 is that of a (tau, delta)-posterior sampler: with probability at least
	// 1 - delta over y, the law of a draw given y is (tau, delta)-close to the posterior.
	Definition15 Form = "definition 1.5"
	// Definition13 is that of a (tau, delta)-unconditional sampler, where nothing is
	// measured: the law of a draw is (tau, delta)-close to the prior.
	Definition13 Form = "definition 1.3"
	// Definition12 asks that the law of a draw be (tau, delta)-close to the posterior at
	// every single y that is looked at; there is no share of y at which it may fail.
	Definition12 Form = "definition 1.2 at each y"
	// Joint counts failures over y and draws together: a draw and one of the posterior
	// given the same y can be coupled so that they lie more than tau apart with
	// probability at most delta. A sampler within Definition15 is within Joint at
	// 1 - (1 - delta)^2, and at no less in general; one within Joint at delta is within
	// Definition15 at sqrt(delta).
	Joint Form = "joint"
)

// maxTau bounds [Tolerance.Tau]. Statistics square and multiply what is blurred at that
// scale, and must not overflow.
const maxTau = 1e100

// Check returns an error if a number or the form of the tolerance is invalid.
func (t Tolerance) Check() error {
	switch {
	case !(t.Tau >= 0 && t.Tau <= maxTau):
		return fmt.Errorf("tau is %v, want a distance from 0 to %v, in the units of x", t.Tau, maxTau)
	case !(t.Delta >= 0 && t.Delta < 1):
		return fmt.Errorf("delta is %v, want a probability from 0 to below 1", t.Delta)
	}
	switch t.Form {
	case "", Definition12, Definition13, Definition15, Joint:
		return nil
	}
	return fmt.Errorf("the form of the tolerance is %q: want none, for the paper's definition, or %q", t.Form, Joint)
}

// Exact reports whether the tolerance asks for the exact law.
func (t Tolerance) Exact() bool { return t.Tau == 0 && t.Delta == 0 }

// On returns the tolerance as it is read on a problem, with its form spelt out: where nothing
// is measured by Definition13, which is what Joint comes to as well, for single y by
// Definition12, and else by Definition15 or Joint. It is an error if the form given is
// another. A tolerance that is exact is returned without a form.
func (t Tolerance) On(p *Problem, singleY bool) (Tolerance, error) {
	if err := t.Check(); err != nil {
		return Tolerance{}, err
	}
	if t.Exact() {
		return Tolerance{}, nil
	}
	fitting := Definition15
	switch {
	case p.Rows() == 0:
		fitting = Definition13
	case singleY:
		fitting = Definition12
	}
	switch {
	case t.Form == Joint && fitting == Definition12:
		return Tolerance{}, fmt.Errorf("a joint tolerance is over all y and says nothing of a single one: want all y, or the tolerance by %s", Definition12)
	case t.Form == Joint && fitting == Definition15:
		return t, nil
	case t.Form == "" || t.Form == Joint:
		t.Form = fitting
	case t.Form != fitting:
		return Tolerance{}, fmt.Errorf("a tolerance by %s on %s: want %s there", t.Form, p.Name(), fitting)
	}
	return t, nil
}

// badY returns the share of y at which a sampler within the tolerance may give anything.
func (t Tolerance) badY() float64 {
	if t.Form == "" || t.Form == Definition15 {
		return t.Delta
	}
	return 0
}

// Failure returns the probability, over everything, with which a draw of a sampler within
// the tolerance may be more than tau off: delta, and by Definition15 (or no form)
// 1 - (1 - delta)^2, as y may be bad and, if it is not, the draw.
func (t Tolerance) Failure() float64 {
	return 1 - (1-t.badY())*(1-t.Delta)
}

// TotalVariation returns the largest total variation, given y or together with y, between
// a draw of a sampler within the tolerance and one of the exact law, after both are smoothed
// by N(0, h^2 I), in any dimension:
//
//	1 - (1 - Failure) (1 - erf(tau / (2 sqrt(2) h))).
//
// Couple the two as the tolerance says. Where they lie within tau, two Gaussians of
// deviation h about them differ by 2 Phi(tau/(2h)) - 1 = erf(tau/(2 sqrt(2) h)) at most, so
// that the noise can be chosen to make them equal except with that probability. Everything
// else fails with probability Failure at most. The bound is attained by a sampler that moves a
// fixed part of the exact law, of mass delta, to where it has no mass, does so with all of it
// at a share delta of y if the form allows that, and moves what is left by tau, if that lies
// in points far from each other. h > 0, or tau = 0.
func (t Tolerance) TotalVariation(h float64) float64 {
	return 1 - (1-t.Failure())*(1-t.overlooked(h, 1))
}

// Asymmetry returns the largest total variation by which a draw of a sampler within the
// tolerance among n >= 1 independent exact draws given the same y, all smoothed by
// N(0, h^2 I), together with y, falls short of an exchangeable law. That is all that a bet on
// which of the n+1 is the odd one can gain from. With a = n/(n+1) it is, at a y where the law of
// the draw is (tau, delta)-close to the posterior,
//
//	A(delta) = min(1 - (1 - delta) (1 - erf(tau/(2 sqrt(2) h))), a (1 - (1 - delta)^2 (1 - erf(tau/(2h))))),
//
// and by Definition15 it is delta a + (1 - delta) A(delta).
//
// Proof. Let P be the smoothed posterior given y and Q the smoothed law of the draw. n+1
// draws of P are exchangeable, and one of Q among n of P is TV(P, Q) from that: the first
// bound, see [Tolerance.TotalVariation]. The mean over the n+1 places that the one of Q may
// have is exchangeable too. It is a mean of laws: that with the same place does not differ from Q x
// P^n, each of the others by TV(Q x P, P x Q), which makes a times that in all. Two independent
// couplings of Q with P take (x^, x) of Q x P to (x~, x^') of P x Q, each place within tau except
// with probability 1 - (1 - delta)^2; then the two points are within sqrt(2) tau in R^2d: the
// second bound. For n = 1 it is never the larger. A sampler that gives anything at y is at A(1) =
// a. A is concave in delta: so where the failures of the joint form are spread over y does not
// matter, and A(delta) bounds the mean. For n = 1 the law is attained as that of TotalVariation is.
// h > 0, or tau = 0.
func (t Tolerance) Asymmetry(h float64, n int) float64 {
	odd := float64(n) / float64(n+1)
	right := 1 - t.Delta
	near := min(1-right*(1-t.overlooked(h, 1)), odd*(1-right*right*(1-t.overlooked(h, 2))))
	return t.badY()*odd + (1-t.badY())*near
}

// overlooked returns the total variation erf(sqrt(k) tau/(2 sqrt(2) h)) between Gaussians of
// deviation h in each coordinate whose means differ by tau in each of k vectors.
func (t Tolerance) overlooked(h float64, k float64) float64 {
	if t.Tau == 0 {
		return 0
	}
	return math.Erf(math.Sqrt(k/2) * t.Tau / (2 * h))
}
