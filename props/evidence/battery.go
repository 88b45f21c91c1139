package evidence

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"assay/spec"
)

// battery is the set of witnesses for one problem: functions of a member of the
// pool, y and the unordered pool. At least one looks at y wherever anything is
// measured, so that a candidate which ignores the data is seen.
//
// Every member of a pool is first blurred by independent Gaussian noise, far above rounding
// and far below any scale of the problem or of the pool; see [blur]. A right candidate that
// errs by rounding is so near to an exact one then that wealth can grow from it by no more
// than 1e-7 L^2 a call. The smallest fault that can be noticed is of the order of the blur.
type battery struct {
	problem    *spec.Problem
	location   *scaling // of x under the prior
	yLocation  *scaling // of y
	blur       *blur
	sigma      float64 // at which the prior density is smoothed: of the order of h, or well above the blur
	residual   *residuals
	statistics []Statistic
	names      []string // of the witnesses
	features   []int    // the witnesses that the learner is offered
	leftOut    string   // see [Session.LeftOut]
}

// pilotDraws is the number of prior draws that set scales. Scales only choose
// what is looked at, so their error costs power, never validity.
const pilotDraws = 256

// newBattery returns the battery for the problem. pilot supplies the draws that set
// the scales and the random directions. A call has the given number of draws; if pairs
// is set, each of them is compared with the truth by itself. Witnesses that compare a
// member with the rest of its pool are left out of pairs, for the rest may depend on a
// draw, and where there is one draw, for they then tell nothing. h is the resolution: noise of that
// deviation in every coordinate is added to the blur, which is how a tolerance for
// small moves is tested (see [spec.Tolerance]); 0 for the exact null. extra are statistics of the
// user's own: they are looked at after the others, and offered to the learner before them.
func newBattery(p *spec.Problem, draws int, pairs bool, h float64, pilot *rand.Rand, extra ...Statistic) (*battery, error) {
	x, y := pilotPairs(p, pilot)
	if i, j, bad := nonFinite(x); bad {
		return nil, fmt.Errorf("problem %s: a draw of the prior has %v in coordinate %d", p.Name(), x.At(i, j), j)
	}
	b := &battery{problem: p, location: newScaling(x)}
	b.blur = newBlur(b.location, pairs, h)
	b.sigma = max(h, 1e-7*b.location.peak())
	var u *mat.Dense
	if y != nil {
		b.yLocation = newScaling(y)
		u = standardised(y, b.yLocation)
	}
	b.residual = newResiduals(standardised(x, b.location), u, choose(b.location))
	all := append(b.candidates(x, pairs, pilot), b.residual)
	if s, few := newAtoms(x, b.location); few {
		all = append(all, s)
	}
	own := slices.Clone(extra)
	if err := b.adopt(own, all, pairs || draws == 1); err != nil {
		return nil, err
	}
	for _, s := range all {
		if (pairs || draws == 1) && s.Pooled() {
			continue
		}
		b.include(s)
	}
	b.leftOut = without(p, b.names, pairs || draws == 1)
	b.include(own...)
	b.names = append(b.names, recallName)
	return b, b.try(own, x, y, draws, pilot)
}

// pilotPairs returns draws of x, and of y, which is nil if nothing is measured.
func pilotPairs(p *spec.Problem, pilot *rand.Rand) (x, y *mat.Dense) {
	x = mat.NewDense(pilotDraws, p.Dim(), nil)
	if p.Rows() > 0 {
		y = mat.NewDense(pilotDraws, p.Rows(), nil)
	}
	measurement, simulated := p.Measurement()
	if simulated || y == nil {
		p.Prior().Sample(x, pilot)
	}
	if y == nil {
		return x, nil
	}
	for i := range pilotDraws {
		if simulated {
			measurement.Measure(y.RawRowView(i), x.RawRowView(i), pilot)
		} else {
			p.Draw(x.RawRowView(i), y.RawRowView(i), pilot)
		}
	}
	return x, y
}

// candidates returns all statistics that make sense for the problem, those that
// the learner should have first. x holds draws of the prior.
func (b *battery) candidates(x *mat.Dense, pairs bool, pilot *rand.Rand) []Statistic {
	d, m := b.problem.Dim(), b.problem.Rows()
	var all []Statistic
	if _, ok := b.problem.Forward(); ok && m > 0 {
		all = append(all, newAgreement(b.yLocation))
	}
	landmarks := newLandmarks(b.problem, x, b.location)
	if s := newDensities(b.problem, b.sigma, landmarks, pairs); len(s.Names()) > 0 {
		all = append(all, s)
	}
	directions := newDirections(d, pilot)
	if m > 0 {
		all = append(all, newInteraction(directions, m, pilot))
	}
	all = append(all, newCoordinates(b.location), &spread{}, reference{})
	if m > 0 && landmarks.follow() {
		all = append(all, landmarks)
	}
	if d > 1 {
		all = append(all, &projections{directions}, &products{choose(b.location)}, &directedSpread{directions})
	}
	return append(all, neighbours{})
}

// table is one call as the bets see it, at one resolution.
type table struct {
	values  [][]float64 // of witness k on member i of the pool, in row k; finite
	place   int         // of the truth in the pool
	trace   *trace      // for a memory
	failure error       // of a user's own statistic
}

// Evaluate returns the value of each witness on each member of the pool made of
// the truth (length d) and the draws (L x d, given y). The last row of the values, of
// the witness that compares with earlier calls, is left to the memory. rng
// shuffles and blurs; the same stream gives the same values.
func (b *battery) Evaluate(truth []float64, draws *mat.Dense, y []float64, rng *rand.Rand) *table {
	p, place := b.pool(truth, draws, y, rng)
	values := newValues(len(b.names), p.Members())
	rest := values
	for _, s := range b.statistics {
		n := len(s.Names())
		s.Evaluate(rest[:n], p)
		rest = rest[n:]
	}
	for _, row := range values {
		for i, v := range row {
			row[i] = bounded(v)
		}
	}
	return &table{values, place, b.traceOf(p, place), p.failure}
}

func (b *battery) pool(truth []float64, draws *mat.Dense, y []float64, rng *rand.Rand) (p *Pool, place int) {
	draw, d := draws.Dims()
	members := draw + 1
	x := mat.NewDense(members, d, nil)
	order := rng.Perm(members)
	place = order[0]
	copy(x.RawRowView(place), truth)
	for l := range draw {
		copy(x.RawRowView(order[l+1]), draws.RawRowView(l))
	}
	b.blur.add(x, rng)
	fresh := mat.NewDense(1, d, nil)
	b.problem.Prior().Sample(fresh, rng)
	b.blur.addExcess(x, rng) // last, so that nothing else depends on whether there is any
	p = &Pool{X: x, Z: mat.NewDense(members, d, nil), Mean: make([]float64, d), Y: y, U: make([]float64, len(y))}
	for i := range members {
		z := p.Z.RawRowView(i)
		b.location.standardise(z, x.RawRowView(i))
		for j, v := range z {
			p.Mean[j] += v / float64(members)
		}
	}
	if len(y) > 0 {
		b.yLocation.standardise(p.U, y)
	}
	if forward, ok := b.problem.Forward(); ok && len(y) > 0 {
		p.AX = mat.NewDense(members, len(y), nil)
		forward.Forward(p.AX, x)
	}
	p.Reference = fresh.RawRowView(0)
	b.location.standardise(p.Reference, p.Reference)
	return p, place
}

// bounded returns v within +-1e300, so that differences of values do not overflow;
// NaN counts as the lowest.
func bounded(v float64) float64 {
	if math.IsNaN(v) {
		return -1e300
	}
	return max(-1e300, min(v, 1e300))
}

// nonFinite returns the place of an entry of x that is NaN or infinite.
func nonFinite(x *mat.Dense) (i, j int, bad bool) {
	rows, _ := x.Dims()
	for i := range rows {
		for j, v := range x.RawRowView(i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// scaling is the location and spread of each coordinate of a law.
type scaling struct {
	mean      []float64
	deviation []float64 // positive
	largest   []float64 // largest absolute value
}

// newScaling estimates the scaling from the rows of x. A coordinate that (nearly)
// never moves gets a deviation of one millionth of the largest value around, so
// that it is quiet unless somebody moves it.
func newScaling(x *mat.Dense) *scaling {
	n, d := x.Dims()
	s := &scaling{make([]float64, d), make([]float64, d), make([]float64, d)}
	column := make([]float64, n)
	for j := range d {
		mat.Col(column, j, x)
		s.mean[j], s.deviation[j] = stat.MeanStdDev(column, nil)
		for _, v := range column {
			s.largest[j] = max(s.largest[j], math.Abs(v))
		}
	}
	floor := 1e-6 * s.peak()
	if floor == 0 {
		floor = 1
	}
	for j := range s.deviation {
		s.deviation[j] = max(s.deviation[j], floor)
	}
	return s
}

// standardised returns the rows of x, each standardised.
func standardised(x *mat.Dense, s *scaling) *mat.Dense {
	z := mat.DenseCopyOf(x)
	for i := range z.RawMatrix().Rows {
		s.standardise(z.RawRowView(i), z.RawRowView(i))
	}
	return z
}

// peak returns the largest absolute value of all coordinates.
func (s *scaling) peak() float64 {
	peak := 0.0
	for _, v := range s.largest {
		peak = max(peak, v)
	}
	return peak
}

// standardise stores (x - mean) / deviation in dst, which may be x.
func (s *scaling) standardise(dst, x []float64) {
	for j, v := range x {
		dst[j] = (v - s.mean[j]) / s.deviation[j]
	}
}
