package mutants

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/spec"
)

// affine is a family of Gaussian laws: given y, x = offset + gain y + factor z with z
// standard normal. Every sampler of this file draws from one, right or wrong.
type affine struct {
	offset *mat.VecDense // d
	gain   *mat.Dense    // d x m
	factor *mat.Dense    // d x r
}

// sample fills the rows of dst, z drawn by normal.
func (l affine) sample(dst *mat.Dense, y []float64, normal func() float64) {
	n, _ := dst.Dims()
	d, r := l.factor.Dims()
	z, mean, x := mat.NewVecDense(r, nil), mat.NewVecDense(d, nil), mat.NewVecDense(d, nil)
	mean.MulVec(l.gain, mat.NewVecDense(len(y), y))
	mean.AddVec(mean, l.offset)
	for i := range n {
		for k := range r {
			z.SetVec(k, normal())
		}
		x.MulVec(l.factor, z)
		x.AddVec(x, mean)
		dst.SetRow(i, x.RawVector().Data)
	}
}

// gaussian is a Gaussian prior and a measurement, as textbooks write them.
type gaussian struct {
	mean  *mat.VecDense
	cov   *mat.SymDense // d x d
	a     *mat.Dense    // m x d
	noise *mat.SymDense // covariance of the noise, m x m
	beta  float64
}

func gaussianOf(p *spec.Problem) (gaussian, error) {
	law, ok := p.Prior().(*spec.Gaussian)
	m, linear := p.Linear()
	if !ok || !linear || p.Rows() == 0 {
		return gaussian{}, spec.Refuse("want a measured Gaussian prior, not %s", p.Name())
	}
	return gaussian{
		mean:  mat.NewVecDense(law.Dim(), law.Mean()),
		cov:   law.Covariance(),
		a:     m.A(),
		noise: scaledIdentity(m.Rows(), m.Beta()*m.Beta()),
		beta:  m.Beta(),
	}, nil
}

// evidence returns A cov A^T + noise, the covariance of y.
func (g gaussian) evidence() *mat.SymDense {
	var ac, s mat.Dense
	ac.Mul(g.a, g.cov)
	s.Mul(&ac, g.a.T())
	s.Add(&s, g.noise)
	return symmetric(&s)
}

// gain returns cov A^T evidence^-1.
func (g gaussian) gain() *mat.Dense {
	var ac, kt mat.Dense
	ac.Mul(g.a, g.cov)
	must(kt.Solve(g.evidence(), &ac))
	return mat.DenseCopyOf(kt.T())
}

// posterior returns the covariance of x given y, cov - gain A cov.
func (g gaussian) posterior() *mat.SymDense {
	var ac, c mat.Dense
	ac.Mul(g.a, g.cov)
	c.Mul(g.gain(), &ac)
	c.Sub(g.cov, &c)
	return symmetric(&c)
}

// law returns the posterior with the deviations given by factor.
func (g gaussian) law(factor mat.Matrix) affine {
	gain := g.gain()
	d, _ := gain.Dims()
	am, offset := mat.NewVecDense(g.noise.SymmetricDim(), nil), mat.NewVecDense(d, nil)
	am.MulVec(g.a, g.mean)
	offset.MulVec(gain, am)
	offset.SubVec(g.mean, offset)
	return affine{offset, gain, mat.DenseCopyOf(factor)}
}

// exact returns the posterior: the control.
func (g gaussian) exact() affine { return g.law(lower(g.posterior())) }

// lower returns the lower Cholesky factor of a positive definite matrix.
func lower(s mat.Symmetric) *mat.TriDense {
	var c mat.Cholesky
	if !c.Factorize(s) {
		panic(unsuitable("a covariance is not positive definite"))
	}
	var l mat.TriDense
	c.LTo(&l)
	return &l
}

// root returns a factor of a positive semidefinite matrix.
func root(s mat.Symmetric) *mat.Dense {
	var eigen mat.EigenSym
	if !eigen.Factorize(s, true) {
		panic(unsuitable("a covariance has no eigenvalues"))
	}
	var f mat.Dense
	eigen.VectorsTo(&f)
	for j, v := range eigen.Values(nil) {
		for i := range s.SymmetricDim() {
			f.Set(i, j, f.At(i, j)*math.Sqrt(max(0, v)))
		}
	}
	return &f
}

func inverse(s mat.Symmetric) *mat.SymDense {
	var inv mat.Dense
	must(inv.Inverse(s))
	return symmetric(&inv)
}

func symmetric(a mat.Matrix) *mat.SymDense {
	n, _ := a.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (a.At(i, j)+a.At(j, i))/2)
		}
	}
	return s
}

func scaledIdentity(n int, v float64) *mat.SymDense {
	s := mat.NewSymDense(n, nil)
	for i := range n {
		s.SetSym(i, i, v)
	}
	return s
}

func scaled(f float64, a mat.Matrix) *mat.Dense {
	var s mat.Dense
	s.Scale(f, a)
	return &s
}

func affineSampler(name string, of func(gaussian) affine) spec.Sampler {
	return independent(name, func(dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
		g, err := gaussianOf(p)
		if err != nil {
			return err
		}
		of(g).sample(dst, y, rng.NormFloat64)
		return nil
	})
}

// flaw is a wrong law in place of [gaussian.exact].
type flaw struct {
	name, mechanism, report, undetectable, confined string
	law                                             func(gaussian) affine
	problem                                         func() *spec.Problem // nil for correlated
}

var gaussianFlaws = []flaw{
	{
		name:      "cholesky-transposed",
		mechanism: "draws with the transpose of the Cholesky factor of the covariance",
		report:    "numpy/numpy#15871, probmods/webppl#473",
		law:       func(g gaussian) affine { return g.law(lower(g.posterior()).T()) },
	},
	{
		name:      "cholesky-solved-lower",
		mechanism: "solves with the factor L of the precision where L^T is due",
		report:    "stan-dev/stan#2671",
		law: func(g gaussian) affine {
			var inv mat.TriDense
			must(inv.InverseTri(lower(inverse(g.posterior()))))
			return g.law(&inv)
		},
	},
	{
		name:      "covariance-inverted-twice",
		mechanism: "takes the covariance for the precision and inverts it once more",
		report:    "Ciela-Institute/caustics#388",
		law:       func(g gaussian) affine { return g.law(lower(inverse(g.posterior()))) },
	},
	{
		name:      "variance-as-deviation",
		mechanism: "multiplies the noise by the covariance where its root is due",
		report:    "wiseodd/wiseodd.github.io#4, yiminghu/AnnoPred#4",
		law:       func(g gaussian) affine { return g.law(g.posterior()) },
	},
	{
		name:      "deviation-as-variance",
		mechanism: "adds beta for beta^2 to the diagonal of the covariance of y",
		report:    "peterroelants/peterroelants.github.io#25",
		law: func(g gaussian) affine {
			g.noise = scaledIdentity(g.noise.SymmetricDim(), g.beta)
			return g.exact()
		},
	},
	{
		name:         "variance-0.4-percent",
		mechanism:    "variance too large by 0.4 percent",
		report:       unreported,
		undetectable: "a deviation off by 0.2 percent needs about (10/0.2)^2 = 2,500 times the draws of one off by 10 percent, which needs some 3,000",
		law:          func(g gaussian) affine { return g.law(scaled(math.Sqrt(1.004), lower(g.posterior()))) },
	},
	{
		name:      "variance-10-percent",
		mechanism: "variance too large by 10 percent",
		report:    "bmad-sim/bmad-ecosystem#2075 (for the size)",
		// In three dimensions 20,000 draws are hardly enough.
		problem: long,
		law:     func(g gaussian) affine { return g.law(scaled(math.Sqrt(1.1), lower(g.posterior()))) },
	},
	{
		name:      "noise-on-every-entry",
		confined:  "with one measurement every entry is on the diagonal, and it is right",
		mechanism: "adds the noise variance to every entry of the covariance of y, not to its diagonal",
		report:    "GPflow/GPflow#1461",
		law: func(g gaussian) affine {
			m := g.noise.SymmetricDim()
			noise := mat.NewSymDense(m, nil)
			for i := range m {
				for j := i; j < m; j++ {
					noise.SetSym(i, j, g.beta*g.beta)
				}
			}
			g.noise = noise // of rank 1, so that the covariance of x given y has no Cholesky factor
			return g.law(root(g.posterior()))
		},
	},
	{
		name:      "noise-in-the-draw",
		mechanism: "adds the noise variance of y to the posterior covariance of x",
		report:    "SheffieldML/notebook#9",
		law: func(g gaussian) affine {
			c := g.posterior()
			c.AddSym(c, scaledIdentity(c.SymmetricDim(), g.beta*g.beta))
			return g.law(lower(c))
		},
	},
	{
		name:      "mean-forgotten",
		mechanism: "updates with gain y where gain (y - A mean) is due",
		report:    "joelberkeley/spidr#58",
		law: func(g gaussian) affine {
			l := g.exact()
			l.offset = g.mean
			return l
		},
	},
	{
		name:      "marginals-only",
		mechanism: "draws every coordinate by itself from its marginal: right marginals, wrong copula",
		report:    "cornellius-gp/gpytorch#1313",
		law: func(g gaussian) affine {
			c := g.posterior()
			f := mat.NewDense(c.SymmetricDim(), c.SymmetricDim(), nil)
			for i := range c.SymmetricDim() {
				f.Set(i, i, math.Sqrt(c.At(i, i)))
			}
			return g.law(f)
		},
	},
	{
		name:      "prior-twice",
		mechanism: "counts the prior twice",
		report:    "sebapersson/PEtab.jl#329, refnx/refnx#116",
		law: func(g gaussian) affine {
			g.cov = symmetric(scaled(0.5, g.cov))
			return g.exact()
		},
	},
	{
		name:      "likelihood-ignored",
		mechanism: "draws from the prior",
		report:    "lucidrains/denoising-diffusion-pytorch#317",
		law: func(g gaussian) affine {
			d, m := g.cov.SymmetricDim(), g.noise.SymmetricDim()
			return affine{g.mean, mat.NewDense(d, m, nil), mat.DenseCopyOf(lower(g.cov))}
		},
	},
	{
		name:      "stream-shared",
		mechanism: "draws two of the variables with the same key",
		report:    "jax-ml/jax#16845, jax-ml/jax#14597",
		law: func(g gaussian) affine {
			l := g.exact()
			d, r := l.factor.Dims()
			for i := range d {
				l.factor.Set(i, 0, l.factor.At(i, 0)+l.factor.At(i, r-1))
				l.factor.Set(i, r-1, 0)
			}
			return l
		},
	},
	{
		name:      "columns-swapped",
		mechanism: "returns the first two coordinates in each other's column",
		report:    "nasa/prog_algs#19",
		law: func(g gaussian) affine {
			l := g.exact()
			d, _ := l.factor.Dims()
			if d < 2 {
				panic(unsuitable("there are no two coordinates"))
			}
			order := mat.NewDense(d, d, nil)
			for i := range d {
				order.Set(i, i, 1)
			}
			order.Set(0, 0, 0)
			order.Set(1, 1, 0)
			order.Set(0, 1, 1)
			order.Set(1, 0, 1)
			offset := mat.NewVecDense(d, nil)
			offset.MulVec(order, l.offset)
			var gain, factor mat.Dense
			gain.Mul(order, l.gain)
			factor.Mul(order, l.factor)
			return affine{offset, &gain, &factor}
		},
	},
}

func gaussianMutants() (all []Mutant) {
	control := affineSampler("gaussian", gaussian.exact)
	for _, f := range gaussianFlaws {
		p := correlated()
		if f.problem != nil {
			p = f.problem()
		}
		g, err := gaussianOf(p)
		must(err)
		w, radius := g.wasserstein(f.law(g))
		all = append(all, Mutant{
			Name: f.name, Mechanism: f.mechanism, Report: f.report, Problem: p,
			Sampler: affineSampler(f.name, f.law), Control: control,
			Error:        fmt.Sprintf("W2 %.3g, posterior radius %.3g (exact)", w, radius),
			Undetectable: f.undetectable, Confined: f.confined,
		})
	}
	return all
}
