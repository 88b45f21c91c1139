package theorems

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// observed is what was seen of a program that claims to be a scheme, as sums of
// squares that are chi-square if it is.
type observed struct {
	start, steps, end sumOfSquares
}

type sumOfSquares struct {
	sum float64
	n   int
}

func (s *sumOfSquares) add(z float64) {
	s.sum += z * z
	s.n++
}

// observe draws from a Gaussian and looks at all the noise of the program: where it
// starts, what every step adds to what the scheme says, and the draws, whose variance
// tells noise that is the same at every step from fresh noise.
func (s scheme) observe(r *run, steps int, reach float64) (*observed, error) {
	const copiesOfEach = 400
	var deviations []float64
	for range copiesOfEach {
		deviations = append(deviations, spectrum...)
	}
	law, err := spec.NewDiagonal(make([]float64, len(deviations)), deviations)
	if err != nil {
		return nil, err
	}
	var o observed
	var before, cleanBefore []float64
	from := 0.0
	watch := func(x, clean []float64, to float64) {
		if s.noise == nil {
			return
		}
		if from > 0 {
			keep, noise := to/from*(to/from), s.noise(from, to)
			for i, v := range x {
				o.steps.add((v - cleanBefore[i] - keep*(before[i]-cleanBefore[i])) / noise)
			}
		}
		before, cleanBefore, from = x, clean, to
	}
	seen, err := s.trace(r.ctx, law, steps, reach, nil, watch, r.stream("observed "+s.name, 0))
	if err != nil {
		return nil, err
	}
	for _, z := range seen.start {
		o.start.add(z)
	}
	if s.noise == nil { // the draws are the start, times what the nodes have shown
		return &o, nil
	}
	variances := map[float64]float64{}
	last := seen.levels[len(seen.levels)-1]
	for _, deviation := range spectrum {
		c := deviation * deviation
		shrink := c / (c + last*last)
		variances[deviation] = shrink * shrink * s.propagate(seen.levels, c)
	}
	draws := mat.NewDense(probeRows, len(deviations), seen.end)
	for j, deviation := range deviations {
		for i := range probeRows {
			v := draws.At(i, j)
			o.end.sum += v * v / variances[deviation]
			o.end.n++
		}
	}
	return &o, nil
}

// p returns the p-value of the program being the scheme.
func (o *observed) p() float64 {
	ps := []float64{chiSquared(o.start.sum, o.start.n)}
	for _, s := range []sumOfSquares{o.steps, o.end} {
		if s.n > 0 {
			ps = append(ps, chiSquared(s.sum, s.n))
		}
	}
	return combined(ps)
}

// noticed says what it would have noticed, at a p-value.
func (o *observed) noticed(p float64) string {
	percentOf := func(n int, parts float64) float64 { return 100 * (deviationNoticed(n, p/parts) - 1) }
	if o.steps.n == 0 {
		return fmt.Sprintf("noise at the start off by %.2g %%", percentOf(o.start.n, 1))
	}
	return fmt.Sprintf("noise off by %.2g %% in all steps, by %.2g %% at the start, and draws whose deviation is off by %.2g %%",
		percentOf(o.steps.n, 3), percentOf(o.start.n, 3), percentOf(o.end.n, 3))
}
