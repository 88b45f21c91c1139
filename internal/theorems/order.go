package theorems

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// The order of a diffusion sampler is the exponent of 1/steps in the distance between its law
// and the one that infinitely many steps between the same levels of noise would leave: the
// error of Theorem 1.4 is at most that and the distance from that limit to the prior, which
// is the floor of the range of the noise (1/F^2 in a Gaussian's deviation; samplers, sigmaRange).
//
// Heun's method is of second order for a smooth flow, such as that of a Gaussian or a mixture.
// A step of the others from t to s is one of Euler-Maruyama in the variance sigma^2, or has the noise of
// the bridge, whose variance is less by (t^2 - s^2)^2/t^2: both are wrong in the variance after
// a step by the order of its square, so that the law is right to first order.

// heun, euler and ancestral check the orders of the three methods.
func heun(r *run) (Result, error)      { return orderOf(r, heunScheme, lawsOfError(r)) }
func euler(r *run) (Result, error)     { return orderOf(r, eulerScheme, lawsOfError(r)) }
func ancestral(r *run) (Result, error) { return orderOf(r, ancestralScheme, lawsOfError(r)) }

// lawOfError is one on which the error of a sampler is computed, given the number of steps.
type lawOfError struct {
	name  string
	steps []int // each double the one before
	error func(s scheme, steps int, reach float64) (float64, error)
}

// spectrum is that of the deviations of a Gaussian, the widest 100 times the narrowest.
var spectrum = []float64{0.03, 0.1, 0.3, 1, 3}

// isotropic is the dimension of the standard normal law whose total variation is computed.
const isotropic = 16

func lawsOfError(r *run) []lawOfError {
	doubled := func(from, to int) (all []int) {
		for n := from; n <= to; n *= 2 {
			all = append(all, n)
		}
		return all
	}
	return []lawOfError{
		{fmt.Sprintf("total variation, normal in R^%d", isotropic), doubled(100, r.of(800, 6400)), func(s scheme, steps int, reach float64) (float64, error) {
			actual, limit, err := s.variances(r.ctx, []float64{1}, steps, reach, r.stream("order", 0))
			if err != nil {
				return 0, err
			}
			return isotropicDistance(isotropic, math.Log(actual[0]/limit[0])), nil
		}},
		{"Wasserstein distance, Gaussian of deviations 0.03 to 3", doubled(100, r.of(800, 6400)), func(s scheme, steps int, reach float64) (float64, error) {
			actual, limit, err := s.variances(r.ctx, spectrum, steps, reach, r.stream("order", 0))
			if err != nil {
				return 0, err
			}
			return wasserstein(actual, limit), nil
		}},
		{"total variation, three modes on the line", doubled(50, r.of(200, 800)), func(s scheme, steps int, reach float64) (float64, error) {
			law, seen, err := s.partition(r.ctx, threeModes, steps, reach, r.stream("order", 0))
			if err != nil {
				return 0, err
			}
			return law.distance(s.ideal(threeModes, seen)), nil
		}},
	}
}

// order is an exponent in 1/steps.
type order struct {
	value float64
	// remainder is by how much the exponents of all doublings differ. The one between n and 2n is
	// off by a/n + b/n^2 + ..., and value, twice the last less the one before, by the second of
	// these terms only: by less than they have moved on the way.
	remainder float64
}

// orderFrom returns the order of errors that fall with 1/(steps - 1), the step of the grid of
// levels.
func orderFrom(steps []int, errors []float64) order {
	var local []float64
	for i := range steps[1:] {
		local = append(local, math.Log(errors[i]/errors[i+1])/math.Log(float64(steps[i+1]-1)/float64(steps[i]-1)))
	}
	n := len(local)
	return order{2*local[n-1] - local[n-2], slices.Max(local) - slices.Min(local)}
}

// is reports whether the order is the given one, and the exponents have settled: orders are whole
// numbers, and where they still move by a quarter none is known.
func (o order) is(whole float64) bool {
	return o.remainder < 0.25 && math.Abs(o.value-whole) <= o.remainder+1e-6 // for rounding
}

// orderOf checks the order of a scheme on some laws, and by draws that the program makes its
// steps.
func orderOf(r *run, s scheme, laws []lawOfError) (Result, error) {
	reach, err := rangeOf(r.ctx, s.sampler(1000), r.stream("order", 0))
	if err != nil {
		return Result{}, err
	}
	result := Result{Quantity: "exponent of 1/steps in the error of the law", Relation: Equals, Bound: s.order, Measured: s.order, Holds: true}
	worst := 0.0
	for _, law := range laws {
		var errors []float64
		var shown []string
		for _, steps := range law.steps {
			e, err := law.error(s, steps, reach)
			if err != nil {
				return Result{}, err
			}
			errors, shown = append(errors, e), append(shown, fmt.Sprintf("%.3g", e))
		}
		found := orderFrom(law.steps, errors)
		worst = max(worst, found.remainder)
		if math.Abs(found.value-s.order) >= math.Abs(result.Measured-s.order) {
			result.Measured = found.value
		}
		result.Holds = result.Holds && found.is(s.order)
		result.Notes = append(result.Notes, fmt.Sprintf("%s: %s with %v steps: order %.3f", law.name, strings.Join(shown, ", "), law.steps, found.value))
	}
	floor, note, err := s.floor(r, reach)
	if err != nil {
		return Result{}, err
	}
	result.Holds = result.Holds && floor <= floorBound(isotropic, reach)
	program, err := s.observe(r, 50, 1) // the range that it chooses
	if err != nil {
		return Result{}, err
	}
	result.P = program.p()
	result.Holds = result.Holds && result.P > r.alpha
	result.Notes = append(result.Notes, note)
	result.WouldNotice = fmt.Sprintf("an order off by %.2g; in the program, %s", 2*worst, program.noticed(r.alpha))
	result.Detail = fmt.Sprintf("levels of noise from %.3g times the widest deviation to the narrowest over that; p is that of the program's own draws", reach)
	return result, nil
}

// floorBound bounds the total variation between the standard normal law in R^d and the limit of
// many steps: sqrt(d/2) (Pinsker) times 1/F^2, by which Heun's method leaves the deviation short, half of it
// at the start and half at the end; the others forget the start.
func floorBound(d, reach float64) float64 { return math.Sqrt(d/2) / (reach * reach) }

// floor returns that total variation for the widest range, and says what the error is against
// the law itself, with the range that the sampler chooses.
func (s scheme) floor(r *run, widest float64) (floor float64, note string, err error) {
	var shown []string
	for _, steps := range []int{25, 50, 100, 200, 400, 1600, 6400} {
		actual, _, err := s.variances(r.ctx, []float64{1}, steps, 1, r.stream("order", 0))
		if err != nil {
			return 0, "", err
		}
		shown = append(shown, fmt.Sprintf("%.2g (%d)", isotropicDistance(isotropic, math.Log(actual[0])), steps))
	}
	_, limit, err := s.variances(r.ctx, []float64{1}, 1600, widest, r.stream("order", 0))
	if err != nil {
		return 0, "", err
	}
	floor = isotropicDistance(isotropic, math.Log(limit[0]))
	return floor, fmt.Sprintf("against the law itself, normal in R^%d, with the sampler's own range: %s steps; floor of its widest range %.2g (at most %.2g), which an error of the other sign may cancel",
		isotropic, strings.Join(shown, ", "), floor, floorBound(isotropic, widest)), nil
}
