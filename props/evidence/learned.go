package evidence

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// learnedBets is the third group: bets by a conditional logistic model on the
// standardised values of several witnesses at once,
//
//	E = (L+1) softmax(Phi theta)[truth],
//
// whose theta follows past calls by online Newton steps. It alone sees what no
// single witness sees. Each learner starts at theta = 0 with curvature I/t^2, for
// one t of learnedScales.
type learnedBets struct {
	features []int // the witnesses used
	learners []*learner
}

// learnedScales are the prior deviations t of theta.
var learnedScales = []float64{0.03, 0.1, 0.3}

// maxFeatures bounds the work of a Newton step, which grows with its cube.
const maxFeatures = 20

type learner struct {
	theta     []float64
	curvature *mat.SymDense
	gradient  []float64

	// scratch
	factor  blas64.General // n x n
	step    []float64
	odds    []float64
	mean    []float64
	centred []float64
}

func newLearnedBets(features []int) *learnedBets {
	b := &learnedBets{features: features}
	n := len(features)
	for _, t := range learnedScales {
		l := &learner{
			theta:     make([]float64, n),
			curvature: mat.NewSymDense(n, nil),
			gradient:  make([]float64, n),
			factor:    blas64.General{Rows: n, Cols: n, Stride: n, Data: make([]float64, n*n)},
			step:      make([]float64, n),
			mean:      make([]float64, n),
			centred:   make([]float64, n),
		}
		for i := range n {
			l.curvature.SetSym(i, i, 1/(t*t))
		}
		b.learners = append(b.learners, l)
	}
	return b
}

// add adds weight times the factor of each learner to dst and remembers what the
// pool teaches, for learn. phi[k][i] is the value of witness k on member i.
func (b *learnedBets) add(dst []float64, phi [][]float64, truth int, weight float64) {
	for e, l := range b.learners {
		dst[e] += weight * l.observe(b.features, phi, truth, weight)
	}
}

// storeSpans stores, for each learner, the largest less the smallest factor that the
// next pool of the given size can bring: theta is known, and features lie within
// +-valueClip.
func (b *learnedBets) storeSpans(dst []float64, members int) {
	for e, l := range b.learners {
		dst[e] = softmaxSpan(2*valueClip*floats.Norm(l.theta, 1), members)
	}
}

func (l *learner) observe(features []int, phi [][]float64, truth int, weight float64) (factor float64) {
	members := len(phi[features[0]])
	if cap(l.odds) < members {
		l.odds = make([]float64, members)
	}
	odds := l.odds[:members]
	clear(odds)
	for j, k := range features {
		floats.AddScaled(odds, l.theta[j], phi[k])
	}
	top := floats.Max(odds)
	for i := range odds {
		odds[i] = math.Exp(odds[i] - top)
	}
	floats.Scale(1/floats.Sum(odds), odds)
	for j, k := range features {
		l.mean[j] = floats.Dot(odds, phi[k])
		l.gradient[j] += weight * (phi[k][truth] - l.mean[j])
	}
	for i, p := range odds {
		for j, k := range features {
			l.centred[j] = phi[k][i] - l.mean[j]
		}
		l.curvature.SymRankOne(l.curvature, weight*p, mat.NewVecDense(len(l.centred), l.centred))
	}
	return float64(members) * odds[truth]
}

// learn takes the Newton step of the call just observed.
func (b *learnedBets) learn() {
	for _, l := range b.learners {
		copy(l.factor.Data, l.curvature.RawSymmetric().Data)
		triangle, positive := lapack64.Potrf(blas64.Symmetric{N: len(l.step), Stride: l.factor.Stride, Data: l.factor.Data, Uplo: blas.Upper})
		if positive {
			copy(l.step, l.gradient)
			lapack64.Potrs(triangle, blas64.General{Rows: len(l.step), Cols: 1, Stride: 1, Data: l.step})
			floats.Add(l.theta, l.step)
		}
		clear(l.gradient)
	}
}

// credit adds to dst[k] the part of witness k in the learned bets, by |theta|,
// where share[e] is the share of learner e in the wealth.
func (b *learnedBets) credit(dst, share []float64) {
	for e, l := range b.learners {
		total := floats.Norm(l.theta, 1)
		if total == 0 {
			continue
		}
		for j, k := range b.features {
			dst[k] += share[e] * math.Abs(l.theta[j]) / total
		}
	}
}
