package power

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// classifierTest trains a classifier to tell truths from draws on the calls with even
// numbers, truth against the first draw, and lets it score all members of the others.
// Under the null the score of the truth is that of a member at random, call by call, so
// the permutation law of sum(score of the truth - mean of the pool) has mean 0 and
// the sum of the variances within pools as its variance. The p-value is one-sided by the
// normal limit of that law: at the levels of interest a sample of permutations would
// have to be of millions.
type classifierTest struct {
	train func(train []example) (score func(e example) float64)
	most  int // calls; with more there is no answer, for it would take too long

	calls [][]example // truth first
	n     int
}

// example is a vector x and the y it is to be a draw of.
type example struct {
	x, y  []float64
	truth bool
}

func (t *classifierTest) observe(c *call) {
	if t.n++; t.n > t.most {
		return
	}
	pool := make([]example, c.usable)
	for i := range pool {
		pool[i] = example{c.x.RawRowView(i), c.y, i == 0}
	}
	t.calls = append(t.calls, pool)
}

func (t *classifierTest) reset() { t.calls, t.n = nil, 0 }

func (t *classifierTest) pValue() float64 {
	if t.n > t.most {
		return 1
	}
	var train []example
	for i := 0; i < len(t.calls); i += 2 {
		train = append(train, t.calls[i][:2]...)
	}
	if len(train) < 8 {
		return 1
	}
	score := t.train(train)
	sum, variance := 0.0, 0.0
	for i := 1; i < len(t.calls); i += 2 {
		pool := t.calls[i]
		scores := make([]float64, len(pool))
		for j, e := range pool {
			scores[j] = score(e)
		}
		mean := floats.Sum(scores) / float64(len(scores))
		sum += scores[0] - mean
		for _, v := range scores {
			variance += (v - mean) * (v - mean) / float64(len(scores))
		}
	}
	if !(variance > 0) || math.IsInf(variance, 1) {
		return 1
	}
	return distuv.UnitNormal.Survival(sum / math.Sqrt(variance))
}

// scaler centres and scales the columns of examples.
type scaler struct{ mean, deviation []float64 }

func newScaler(rows [][]float64) *scaler {
	n := float64(len(rows))
	s := &scaler{make([]float64, len(rows[0])), make([]float64, len(rows[0]))}
	for _, row := range rows {
		floats.AddScaled(s.mean, 1/n, row)
	}
	for _, row := range rows {
		for j, v := range row {
			s.deviation[j] += (v - s.mean[j]) * (v - s.mean[j]) / n
		}
	}
	for j, v := range s.deviation {
		s.deviation[j] = math.Sqrt(v)
		if !(s.deviation[j] > 0) {
			s.deviation[j] = 1
		}
	}
	return s
}

func (s *scaler) apply(row []float64) []float64 {
	floats.Sub(row, s.mean)
	floats.Div(row, s.deviation)
	return row
}

// interactions bounds the products x_i y_j that the logistic classifier is offered.
const interactions = 36

// quadratic returns x, all x_i x_j, and all x_i y_j if they are few; y alone tells
// truths from draws no better than a coin.
func quadratic(e example) []float64 {
	features := append([]float64(nil), e.x...)
	for i, v := range e.x {
		for _, w := range e.x[i:] {
			features = append(features, v*w)
		}
	}
	if len(e.x)*len(e.y) <= interactions {
		for _, v := range e.x {
			for _, w := range e.y {
				features = append(features, v*w)
			}
		}
	}
	return features
}

const (
	ridge       = 1.0 // of the logistic classifier, on standardised features
	newtonSteps = 8
)

// logistic trains a logistic regression on quadratic features by Newton's method.
func logistic(train []example) func(example) float64 {
	rows := make([][]float64, len(train))
	for i, e := range train {
		rows[i] = quadratic(e)
	}
	scale := newScaler(rows)
	d := len(rows[0])
	x := mat.NewDense(len(train), d, nil)
	for i, row := range rows {
		x.SetRow(i, scale.apply(row))
	}
	theta, gradient := make([]float64, d), make([]float64, d)
	weighted := mat.NewDense(len(train), d, nil)
	for range newtonSteps {
		copy(gradient, theta)
		floats.Scale(-ridge, gradient)
		for i, e := range train {
			row := x.RawRowView(i)
			p := 1 / (1 + math.Exp(-floats.Dot(theta, row)))
			residual := -p
			if e.truth {
				residual = 1 - p
			}
			floats.AddScaled(gradient, residual, row)
			floats.ScaleTo(weighted.RawRowView(i), math.Sqrt(p*(1-p)), row)
		}
		curvature := mat.NewSymDense(d, nil)
		curvature.SymOuterK(1, weighted.T())
		for j := range d {
			curvature.SetSym(j, j, curvature.At(j, j)+ridge)
		}
		var cholesky mat.Cholesky
		if !cholesky.Factorize(curvature) {
			break
		}
		var step mat.VecDense
		if cholesky.SolveVecTo(&step, mat.NewVecDense(d, gradient)) != nil {
			break
		}
		floats.Add(theta, step.RawVector().Data)
		if mat.Norm(&step, math.Inf(1)) < 1e-6 {
			break
		}
	}
	return func(e example) float64 { return floats.Dot(theta, scale.apply(quadratic(e))) }
}

// nearest returns the training of a classifier by the k nearest training examples in
// (x, y), each coordinate scaled by its deviation: the score is the share of truths
// among them.
func nearest(k int) func(train []example) func(example) float64 {
	vector := func(e example) []float64 { return append(append([]float64(nil), e.x...), e.y...) }
	return func(train []example) func(example) float64 {
		rows := make([][]float64, len(train))
		for i, e := range train {
			rows[i] = vector(e)
		}
		scale := newScaler(rows)
		var flat []float64 // row after row: what takes the time is reading them
		for _, row := range rows {
			flat = append(flat, scale.apply(row)...)
		}
		near := min(k, len(train))
		distance, truth := make([]float64, near), make([]bool, near)
		return func(e example) float64 {
			v := scale.apply(vector(e))
			found := 0
			for i := range train {
				r := 0.0
				for j, w := range flat[i*len(v) : (i+1)*len(v)] {
					r += (w - v[j]) * (w - v[j])
				}
				if found == near && r >= distance[near-1] {
					continue
				}
				if found < near {
					found++
				}
				at := found - 1
				for ; at > 0 && distance[at-1] > r; at-- {
					distance[at], truth[at] = distance[at-1], truth[at-1]
				}
				distance[at], truth[at] = r, train[i].truth
			}
			share := 0.0
			for _, is := range truth {
				if is {
					share += 1 / float64(near)
				}
			}
			return share
		}
	}
}
