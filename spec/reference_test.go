package spec

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// reference is a Gaussian mixture in the plainest terms: full covariance matrices,
// Cholesky factors, the Kalman gain by an explicit inverse. It shares nothing with
// the families but their definition, and is as good as its matrices are
// conditioned.
type reference struct {
	weights []float64
	means   []*mat.VecDense
	covs    []*mat.SymDense
}

// referenceOf takes a law of this package as its components.
func referenceOf(p Prior) reference {
	var r reference
	add := func(w float64, g *Gaussian) {
		r.weights = append(r.weights, w)
		r.means = append(r.means, mat.NewVecDense(g.Dim(), g.Mean()))
		r.covs = append(r.covs, g.Covariance())
	}
	if g, ok := p.(*Gaussian); ok {
		add(1, g)
		return r
	}
	m := p.(interface {
		Len() int
		Component(int) (float64, *Gaussian)
	})
	total := 0.0
	for k := range m.Len() {
		w, _ := m.Component(k)
		total += w
	}
	for k := range m.Len() {
		w, g := m.Component(k)
		add(w/total, g)
	}
	return r
}

// normalLog returns the log density of N(mean, cov) at x.
func normalLog(x, mean *mat.VecDense, cov mat.Symmetric) float64 {
	var chol mat.Cholesky
	if !chol.Factorize(cov) {
		panic("reference: the covariance is singular")
	}
	var r, s mat.VecDense
	r.SubVec(x, mean)
	if err := chol.SolveVecTo(&s, &r); err != nil {
		panic(err)
	}
	return -(mat.Dot(&r, &s)+chol.LogDet())/2 - float64(x.Len())*math.Log(2*math.Pi)/2
}

// plus returns c + sigma^2 I.
func plus(c mat.Symmetric, sigma float64) *mat.SymDense {
	n := c.SymmetricDim()
	s := mat.NewSymDense(n, nil)
	s.CopySym(c)
	for i := range n {
		s.SetSym(i, i, s.At(i, i)+sigma*sigma)
	}
	return s
}

func logSumExp(v []float64) float64 {
	top := largest(v)
	var sum float64
	for _, x := range v {
		sum += math.Exp(x - top)
	}
	return top + math.Log(sum)
}

func (r reference) logDensity(x []float64, sigma float64) float64 {
	logs := make([]float64, len(r.weights))
	for k, w := range r.weights {
		logs[k] = math.Log(w) + normalLog(mat.NewVecDense(len(x), x), r.means[k], plus(r.covs[k], sigma))
	}
	return logSumExp(logs)
}

// condition returns the posterior given y and log p(y).
func (r reference) condition(m Linear, y []float64) (reference, float64) {
	var post reference
	at := mat.NewVecDense(len(y), y)
	logs := make([]float64, len(r.weights))
	for k, w := range r.weights {
		var ac, aca, inverse, gain, drop mat.Dense
		ac.Mul(m.A(), r.covs[k])
		aca.Mul(&ac, m.A().T())
		s := plus(symmetric(&aca), m.Beta())
		if err := inverse.Inverse(s); err != nil {
			panic(err)
		}
		gain.Mul(ac.T(), &inverse)
		var predicted, residual, mean mat.VecDense
		predicted.MulVec(m.A(), r.means[k])
		residual.SubVec(at, &predicted)
		mean.MulVec(&gain, &residual)
		mean.AddVec(&mean, r.means[k])
		drop.Mul(&gain, &ac)
		drop.Sub(r.covs[k], &drop)
		post.means = append(post.means, &mean)
		post.covs = append(post.covs, symmetric(&drop))
		logs[k] = math.Log(w) + normalLog(at, &predicted, s)
	}
	evidence := logSumExp(logs)
	for _, l := range logs {
		post.weights = append(post.weights, math.Exp(l-evidence))
	}
	return post, evidence
}

// moments returns the mean and covariance.
func (r reference) moments() (*mat.VecDense, *mat.SymDense) {
	d := r.means[0].Len()
	mean := mat.NewVecDense(d, nil)
	cov := mat.NewSymDense(d, nil)
	for k, w := range r.weights {
		mean.AddScaledVec(mean, w, r.means[k])
	}
	for k, w := range r.weights {
		var c mat.SymDense
		c.ScaleSym(w, r.covs[k])
		cov.AddSym(cov, &c)
		var e mat.VecDense
		e.SubVec(r.means[k], mean)
		cov.SymRankOne(cov, w, &e)
	}
	return mean, cov
}

// denoise returns the mean of x0 given x0 + sigma z = x and the Jacobian of that in
// x, from the components' own, by their definitions.
func (r reference) denoise(x []float64, sigma float64) (*mat.VecDense, *mat.Dense) {
	d := len(x)
	at := mat.NewVecDense(d, x)
	logs := make([]float64, len(r.weights))
	means := make([]*mat.VecDense, len(r.weights))
	jacobian := mat.NewDense(d, d, nil)
	keeps := make([]*mat.Dense, len(r.weights))
	for k, w := range r.weights {
		wide := plus(r.covs[k], sigma)
		var inverse, keep mat.Dense
		if err := inverse.Inverse(wide); err != nil {
			panic(err)
		}
		keep.Mul(r.covs[k], &inverse)
		var shift, mean mat.VecDense
		shift.SubVec(at, r.means[k])
		mean.MulVec(&keep, &shift)
		mean.AddVec(&mean, r.means[k])
		logs[k] = math.Log(w) + normalLog(at, r.means[k], wide)
		means[k], keeps[k] = &mean, &keep
	}
	total := logSumExp(logs)
	mean := mat.NewVecDense(d, nil)
	for k := range means {
		mean.AddScaledVec(mean, math.Exp(logs[k]-total), means[k])
	}
	for k := range means {
		w := math.Exp(logs[k] - total)
		var scaled, apart mat.Dense
		scaled.Scale(w, keeps[k])
		jacobian.Add(jacobian, &scaled)
		var e mat.VecDense
		e.SubVec(means[k], mean)
		apart.Outer(w/sigma/sigma, &e, &e)
		jacobian.Add(jacobian, &apart)
	}
	return mean, jacobian
}
