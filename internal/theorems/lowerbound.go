package theorems

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"

	"assay/internal/circuit"
	"assay/internal/inverter"
	"assay/props/problems"
	"assay/spec"
)

// lowerBound measures what Theorem 1.8 speaks of: the cost of rejection sampling as the number
// m of measurements grows, and that of inverting functions that are believed to be
// exponentially hard, as their n = m grows. Costs are counts, never times: proposals, inputs
// looked at, conflicts of a SAT solver. Three things are asserted of them.
//
//   - The proposals of rejection are the waiting times of which p(y) (2 pi beta^2)^(m/2) is the
//     rate, so that their exponent is the formula's.
//   - Enumeration looks at 2^n inputs, exactly.
//   - The conflicts of the solver grow by more than n^3, as linear algebra would, in at least
//     half of all pairs of a small and a large function.
//
// That the last is so for every method, known or not, is the theorem's assumption. It cannot be
// measured, and a measurement is not a proof of it.
func lowerBound(r *run) (Result, error) {
	sat, err := inverter.Parse("sat")
	if err != nil {
		return Result{}, err
	}
	hard := []growing{{"mq:n=%d,m=%[1]d,seed=%d", []int{8, 10, 12}}}
	if r.budget == Full {
		hard = []growing{
			{"mq:n=%d,m=%[1]d,seed=%d", []int{8, 11, 14}},
			{"goldreich:n=%d,m=%[1]d,pred=xormaj,seed=%d", []int{16, 22, 28}},
		}
	}
	return lowerBoundOf(r, hard, costs{rejectionWait, everyInput, inverting(sat)})
}

// costs count the work of three methods.
type costs struct {
	// reject returns the proposals for draws of p given y.
	reject func(ctx context.Context, p *spec.Problem, y []float64, draws int, rng *rand.Rand) (proposals int, err error)
	// enumerate returns the inputs looked at to list all preimages of z, and invert the work
	// to find one.
	enumerate func(ctx context.Context, c *circuit.Circuit, z []bool) (uint64, error)
	invert    func(ctx context.Context, c *circuit.Circuit, z []bool, rng *rand.Rand) (uint64, error)
}

func everyInput(ctx context.Context, c *circuit.Circuit, z []bool) (uint64, error) {
	search, err := circuit.NewSearch(c)
	if err != nil {
		return 0, err
	}
	_, work, err := search.Preimages(ctx, z)
	return work.Candidates, err
}

// inverting counts the conflicts of a solver, or the inputs looked at by an inverter without one.
func inverting(inv inverter.Inverter) func(context.Context, *circuit.Circuit, []bool, *rand.Rand) (uint64, error) {
	return func(ctx context.Context, c *circuit.Circuit, z []bool, rng *rand.Rand) (uint64, error) {
		_, work, err := inv.Invert(ctx, c, z, rng)
		return work.Conflicts + work.Candidates, err
	}
}

func lowerBoundOf(r *run, hard []growing, count costs) (Result, error) {
	waits, err := measureRejection(r, count)
	if err != nil {
		return Result{}, err
	}
	result := Result{Quantity: "exponent of SAT's conflicts, bits a bit", Relation: AtLeast}
	ps, exact := []float64{waits.p()}, true
	notes := []string{waits.note()}
	for i, family := range hard {
		g, err := measureGrowth(r, i, family, count)
		if err != nil {
			return Result{}, err
		}
		if i == 0 {
			result.Measured, result.Bound = g.exponent(0, 2), g.cubic()
			result.WouldNotice = fmt.Sprintf("an exponent of rejection that is wrong by %.2f bits an output, or conflicts that grow by less than n^3 in %.0f %% of pairs",
				waits.noticed(r.alpha/float64(1+len(hard))), 100*g.noticed(r.alpha/float64(1+len(hard))))
		}
		ps, exact = append(ps, g.p()), exact && g.enumerated
		notes = append(notes, g.notes()...)
	}
	easy, err := linearAlgebra(r, hard[0].sizes)
	if err != nil {
		return Result{}, err
	}
	result.P = combined(ps)
	result.Holds = result.P > r.alpha && exact
	result.Notes = append(notes, easy, "a measurement, not a proof")
	result.Detail = "counts, not times: proposals given y, inputs looked at, conflicts; medians over functions and targets, intervals of 95 %"
	return result, nil
}

// rejectionWaits are waiting times of rejection sampling by the number of measurements.
type rejectionWaits struct {
	m     []float64
	waits []*wait
}

// measureRejection waits for draws at y of about the median rate, for each number of outputs.
// The test is given y, so that the choice does not touch it.
func measureRejection(r *run, count costs) (*rejectionWaits, error) {
	const points, draws = 2, 32
	w := &rejectionWaits{}
	for m := 1; m <= r.of(3, 4); m++ {
		p, err := problems.Parse(fmt.Sprintf("hard:mq:n=8,m=%d", m))
		if err != nil {
			return nil, err
		}
		rng := r.stream("lower bound, rejection", m)
		usual, err := usualPoints(p, points, rng)
		if err != nil {
			return nil, err
		}
		for _, y := range usual {
			rate, err := rateOf(p, y)
			if err != nil {
				return nil, err
			}
			proposals, err := count.reject(r.ctx, p, y, draws, rng)
			if err != nil {
				return nil, err
			}
			w.m, w.waits = append(w.m, float64(m)), append(w.waits, &wait{draws, proposals, rate, 1 - rng.Float64()})
		}
	}
	return w, nil
}

// usualPoints returns the given number of y from the middle of some draws, ordered by how
// often rejection sampling accepts there: the rate at others is anything.
func usualPoints(p *spec.Problem, count int, rng *rand.Rand) ([][]float64, error) {
	type point struct {
		y    []float64
		rate float64
	}
	points := make([]point, 15)
	x := make([]float64, p.Dim())
	for i := range points {
		points[i].y = make([]float64, p.Rows())
		p.Draw(x, points[i].y, rng)
		var err error
		if points[i].rate, err = rateOf(p, points[i].y); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.rate, b.rate) })
	var usual [][]float64
	for _, p := range points[(len(points)-count)/2:][:count] {
		usual = append(usual, p.y)
	}
	return usual, nil
}

func (w *rejectionWaits) p() float64 {
	ps := make([]float64, len(w.waits))
	for i, wait := range w.waits {
		ps[i] = wait.p()
	}
	return combined(ps)
}

// slope returns the least-squares slope on m of the logarithm, base 2, of what f says.
func (w *rejectionWaits) slope(f func(*wait) float64) float64 {
	logs := make([]float64, len(w.waits))
	for i, wait := range w.waits {
		logs[i] = math.Log2(f(wait))
	}
	_, slope := stat.LinearRegression(w.m, logs, nil, false)
	return slope
}

// deviation returns the standard deviation of the measured slope, given the y: a wait for k
// draws of a small rate has the law of a gamma variable of shape k, the logarithm of which has
// the variance psi'(k), 1/k + 1/(2k^2) up to O(k^-3).
func (w *rejectionWaits) deviation() float64 {
	k := float64(w.waits[0].draws)
	spread := float64(len(w.m)-1) * stat.Variance(w.m, nil)
	return math.Sqrt((1/k+1/(2*k*k))/spread) / math.Ln2
}

func (w *rejectionWaits) note() string {
	slope, half := w.slope(func(w *wait) float64 { return 1 / w.share() }), 1.96*w.deviation()
	return fmt.Sprintf("rejection: 2^(%.2f m) proposals [%.2f, %.2f], by the formula 2^(%.2f m) at the same y; m = 1 to %.0f",
		slope, slope-half, slope+half, w.slope(func(w *wait) float64 { return 1 / w.rate }), w.m[len(w.m)-1])
}

// noticed returns how many bits an output the exponent would have to be wrong by for the wait
// at the largest m to be noticed nine times in ten: that wait is then wrong by a factor.
func (w *rejectionWaits) noticed(alpha float64) float64 {
	last, level := w.waits[len(w.waits)-1], alpha/float64(len(w.waits))
	k := float64(last.draws)
	factor := mathext.GammaIncRegInv(k, 1-level/2) / mathext.GammaIncRegInv(k, 0.1)
	return math.Log2(factor) / w.m[len(w.m)-1]
}
