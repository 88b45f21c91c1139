package fuzz

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"assay/props"
	"assay/spec"
)

// witnessWords returns what the leading witnesses of a verdict say, or its fault.
func witnessWords(v *props.Verdict) []string {
	if v.Fault != nil {
		return []string{string(v.Fault.Kind) + ": " + v.Fault.Message}
	}
	var words []string
	for _, w := range v.Worst().Witnesses {
		words = append(words, w.String())
	}
	return words
}

const (
	// describedY measurements, with describedDraws draws of the candidate and as many exact
	// ones for each, are what a description is made of.
	describedY     = 200
	describedDraws = 10
	// telling is how many standard errors an effect must have to be said: by chance, one of
	// the at most 3 d + 8 said of a right sampler has it with probability about
	// (3 d + 8) 6e-5. They describe; the verdict is the evidence.
	telling = 4
)

// comparison is what draws and exact draws differ by, in one row of the slices for each y.
type comparison struct {
	y             [][]float64
	exact, draws  []*mat.Dense // describedDraws x d
	sameForOtherY bool         // the draws of the same stream given another y are the same
}

// describe says in words how the draws differ from exact ones on the problem of a
// counterexample, by new randomness, besides what the witnesses say; and gives the moments of
// both.
func (c *campaign) describe(ctx context.Context, found *props.Counterexample) ([]string, []props.Moments, error) {
	words := witnessWords(found.Verdict)
	posterior, err := found.Problem.Posterior()
	if found.Verdict.Fault != nil || err != nil {
		return words, nil, nil // nothing to compare, which is not a mistake
	}
	cmp, err := c.compare(ctx, found, posterior)
	if cmp == nil || err != nil {
		return words, nil, err
	}
	var said []string
	if cmp.sameForOtherY && found.Problem.Rows() > 0 {
		said = append(said, "ignores y: the draws for one y are those for another")
	}
	var summary []props.Moments
	for j := range found.Problem.Dim() {
		said = append(said, cmp.coordinate(j)...)
		summary = append(summary, cmp.moments(j))
	}
	said = append(said, cmp.modes(found.Problem)...)
	return append(said, words...), summary, nil
}

// compare draws; it returns nil if the candidate fails to answer now.
func (c *campaign) compare(ctx context.Context, found *props.Counterexample, posterior spec.Conditional) (*comparison, error) {
	p := found.Problem
	single, fixed := found.Y()
	rng := spec.Stream(c.state.Seed, "fuzz describe", p.Digest(), 0)
	d, m := p.Dim(), p.Rows()
	cmp := &comparison{sameForOtherY: !fixed}
	x := make([]float64, d)
	for i := range describedY {
		y := make([]float64, m)
		p.Draw(x, y, rng)
		if fixed {
			copy(y, single)
		}
		exact, draws := mat.NewDense(describedDraws, d, nil), mat.NewDense(describedDraws, d, nil)
		law, err := spec.Given(ctx, posterior, y)
		if err != nil {
			return nil, err
		}
		law.Sample(exact, rng)
		if !c.fill(ctx, draws, p, y, i) {
			return nil, nil
		}
		if i > 0 && cmp.sameForOtherY {
			again := mat.NewDense(describedDraws, d, nil)
			if !c.fill(ctx, again, p, cmp.y[0], i) {
				return nil, nil
			}
			cmp.sameForOtherY = mat.Equal(again, draws)
		}
		cmp.y, cmp.exact, cmp.draws = append(cmp.y, y), append(cmp.exact, exact), append(cmp.draws, draws)
	}
	return cmp, nil
}

// fill asks the candidate for draws on the stream of the given number.
func (c *campaign) fill(ctx context.Context, draws *mat.Dense, p *spec.Problem, y []float64, number int) (ok bool) {
	defer func() {
		if recover() != nil { // the verdict is about faults, not the description
			ok = false
		}
	}()
	rng := spec.Stream(c.state.Seed, "fuzz describe candidate", p.Digest(), uint64(number))
	if err := c.candidate.Sample(ctx, draws, p, slices.Clone(y), rng); err != nil {
		return false
	}
	return !floats.HasNaN(draws.RawMatrix().Data) && !math.IsInf(floats.Norm(draws.RawMatrix().Data, math.Inf(1)), 0)
}

// coordinate says whether coordinate j is off in mean or in spread. For each y, the means
// and the variances over the draws of that y are compared; the y are independent.
func (c *comparison) coordinate(j int) (said []string) {
	var shifts, variances, exactVariances, differences []float64
	for i := range c.y {
		exact, draws := mat.Col(nil, j, c.exact[i]), mat.Col(nil, j, c.draws[i])
		exactMean, exactVariance := stat.MeanVariance(exact, nil)
		mean, variance := stat.MeanVariance(draws, nil)
		shifts = append(shifts, mean-exactMean)
		variances, exactVariances = append(variances, variance), append(exactVariances, exactVariance)
	}
	ratio := stat.Mean(variances, nil) / stat.Mean(exactVariances, nil)
	deviation := math.Sqrt(stat.Mean(exactVariances, nil))
	if !(deviation > 0) || math.IsInf(deviation, 1) || math.IsNaN(ratio) {
		return nil // nothing moves there
	}
	if shift, ok := tells(shifts); ok {
		said = append(said, fmt.Sprintf("mean off by %+.2f posterior deviations along e%d", shift/deviation, j+1))
	} else if size, ok := tells(magnitudes(shifts, variances, exactVariances)); ok && size > 0 {
		said = append(said, fmt.Sprintf("mean off by %.2f posterior deviations along e%d, now one way, now the other as y changes", math.Sqrt(size)/deviation, j+1))
	}
	for i := range variances { // the ratio estimator's influence, of mean zero if the ratio is 1
		differences = append(differences, variances[i]-exactVariances[i])
	}
	if _, ok := tells(differences); ok {
		said = append(said, fmt.Sprintf("spread %.2f of the right one along e%d", math.Sqrt(ratio), j+1))
	}
	return said
}

// magnitudes returns, y by y, an unbiased estimate of the square of the shift of the mean.
func magnitudes(shifts, variances, exactVariances []float64) []float64 {
	squares := make([]float64, len(shifts))
	for i, s := range shifts {
		squares[i] = s*s - (variances[i]+exactVariances[i])/describedDraws
	}
	return squares
}

// tells returns the mean and whether it is far from zero for its standard error.
func tells(values []float64) (mean float64, ok bool) {
	mean, deviation := stat.MeanStdDev(values, nil)
	return mean, math.Abs(mean) > telling*deviation/math.Sqrt(float64(len(values)))
}

// modes says which components of the prior, those nearest to a draw, come too often or too
// rarely.
func (c *comparison) modes(p *spec.Problem) (said []string) {
	s, ok := newSketch(p)
	if !ok || len(s.means) < 2 {
		return nil
	}
	for k, mean := range s.means {
		var share, exactShare, differences []float64
		for i := range c.y {
			share, exactShare = append(share, nearest(c.draws[i], s.means, k)), append(exactShare, nearest(c.exact[i], s.means, k))
			differences = append(differences, share[i]-exactShare[i])
		}
		if _, ok := tells(differences); ok {
			said = append(said, fmt.Sprintf("mode weight %.2f instead of %.2f near %.3g", stat.Mean(share, nil), stat.Mean(exactShare, nil), mean))
		}
	}
	return said
}

// nearest returns the share of the draws to which centre k is the nearest, the first of
// those at one distance.
func nearest(draws *mat.Dense, centres [][]float64, k int) float64 {
	n, _ := draws.Dims()
	hits := 0
	for i := range n {
		best, least := 0, math.Inf(1)
		for l, centre := range centres {
			if distance := floats.Distance(draws.RawRowView(i), centre, 2); distance < least {
				best, least = l, distance
			}
		}
		if best == k {
			hits++
		}
	}
	return float64(hits) / float64(n)
}

// moments returns those of coordinate j over all y.
func (c *comparison) moments(j int) (m props.Moments) {
	var exact, draws []float64
	for i := range c.y {
		exact, draws = append(exact, mat.Col(nil, j, c.exact[i])...), append(draws, mat.Col(nil, j, c.draws[i])...)
	}
	m.ExactMean, m.ExactSD = stat.MeanStdDev(exact, nil)
	m.CandidateMean, m.CandidateSD = stat.MeanStdDev(draws, nil)
	return m
}
