package theorems

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"

	"assay/internal/relu"
	"assay/props/problems/hard"
	"assay/reduction"
)

// exponents are those that Definition 1.1 is checked for.
// 10 is that of Theorem 1.7.
var exponents = []int{2, 4, 10}

// definition checks Definition 1.1 at cryptographic size, with the dials of
// [reduction.Parameters]: see [certify]. Nothing is random.
func definition(r *run) (Result, error) {
	return definitionWith(r, []string{"goldreich:n=64,m=64", "aes128"}, func(*reduction.Dials) {})
}

// definitionWith is definition for some functions, with the dials turned.
func definitionWith(r *run, functions []string, turn func(dials *reduction.Dials)) (Result, error) {
	worst, holds := 0.0, true
	var notes []string
	for _, function := range functions {
		for _, C := range exponents {
			in, err := wellModelled(function, C, turn)
			if err != nil {
				return Result{}, err
			}
			found, err := certify(r, in, C)
			if err != nil {
				return Result{}, err
			}
			worst, holds = max(worst, found.share), holds && found.refused == nil
			notes = append(notes, fmt.Sprintf("%s, C = %d: %s", function, C, found))
		}
	}
	holds = holds && worst <= 1
	return Result{
		Quantity: "certified d^C sigma^2 E|s^ - s|^2",
		Measured: worst, Relation: AtMost, Bound: 1,
		P: certain(holds), Holds: holds, Certain: true,
		WouldNotice: percentMore("a certified error", worst, 1) + ", or a level from d^-C to d^C that is refused",
		Detail:      "by proof and quadrature, a network at every level; the local rule alone every 3 % of sigma",
		Notes:       notes,
	}, nil
}

// wellModelled returns the instance of a function with the dials that are certified for C,
// turned.
func wellModelled(function string, C int, turn func(dials *reduction.Dials)) (*reduction.Instance, error) {
	in, _, err := hard.Parse(function)
	if err != nil {
		return nil, err
	}
	f := in.Function()
	dials, err := reduction.Parameters(f.N, f.M, C)
	if err != nil {
		return nil, err
	}
	turn(&dials)
	return reduction.New(f, dials)
}

// certified is what the certificates of an instance say over all levels.
type certified struct {
	dials   reduction.Dials
	levels  int
	share   float64   // the largest of d^C times what is certified
	most    relu.Size // the largest numbers of all levels
	refused error     // at some level, if it is
}

func (c *certified) String() string {
	what := fmt.Sprintf("at most %d parameters in %d layers, over %d levels of sigma", c.most.Parameters, c.most.Depth, c.levels)
	if c.refused != nil {
		what = c.refused.Error()
	}
	return fmt.Sprintf("R = %v, eps = %.3f: %s", c.dials.R, c.dials.Eps, what)
}

// certify designs a ReLU network for each of a grid of levels sigma from d^-C to d^C, more densely
// around the lattice spacing, where it is hardest. Between the levels it looks at the bound
// on the local rule every 3 %: what a network adds to that is chosen.
func certify(r *run, in *reduction.Instance, C int) (*certified, error) {
	most := math.Pow(float64(in.Dim()), float64(C))
	levels := levelsOf(r, most, in.Dials().R)
	c, designer := &certified{dials: in.Dials(), levels: len(levels)}, relu.NewDesigner(in)
	for _, sigma := range levels {
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		design, err := designer.Certify(sigma, float64(C))
		if err != nil {
			c.refused = err
			continue
		}
		size := design.Size()
		c.share = max(c.share, most*design.Certificate.Total)
		c.most.Parameters, c.most.Depth = max(c.most.Parameters, size.Parameters), max(c.most.Depth, size.Depth)
		c.most.Weight = max(c.most.Weight, size.Weight)
	}
	for sigma := 1 / most; sigma <= most; sigma *= 1.03 {
		c.share = max(c.share, most*in.ScoreBound(sigma))
	}
	return c, nil
}

// levelsOf returns the levels sigma of [certify], from 1/most to most, both among them.
func levelsOf(r *run, most, R float64) (levels []float64) {
	for i, n := 0, r.of(8, 64); i <= n; i++ {
		levels = append(levels, math.Pow(most, 2*float64(i)/float64(n)-1))
	}
	for s := 0.05; s < 10; s *= 1 + 1/float64(r.of(1, 4)) {
		levels = append(levels, s/R)
	}
	return levels
}

// growth checks that the networks are polynomial: the exponent of d in the largest number
// of parameters of Goldreich scores with n = m, by least squares on logarithms. Each of the d
// coordinates is fitted to a mean square error of order d^-C/d, for which the knots grow as
// the fourth root of its inverse: d^(1+(C+1)/4) in all, and powers of log d, which get d^(1/2).
func growth(r *run) (Result, error) {
	return growthWithin(r, parametersOf, func(C float64) float64 { return 1 + (C+1)/4 + 0.5 })
}

// weights checks that the weights are bounded by a power of d as well: the exponent of d in the largest
// weight or bias. The steepest are the thresholds of the outputs, which climb across a part of
// order d^-C/d of the density of one, for the error on the way up is no smaller than a lattice step:
// d^(C+1), and powers of log d, which get d^(1/2).
func weights(r *run) (Result, error) {
	return growthWithin(r, weightOf, func(C float64) float64 { return C + 1.5 })
}

// measure is what is counted of the networks.
type measure struct {
	name string
	of   func(most relu.Size) float64
}

var (
	parametersOf = measure{"parameters", func(most relu.Size) float64 { return float64(most.Parameters) }}
	weightOf     = measure{"largest weight", func(most relu.Size) float64 { return most.Weight }}
)

// growthWithin grows networks and fits them.
func growthWithin(r *run, what measure, bound func(C float64) float64) (Result, error) {
	all, err := grow(r)
	if err != nil {
		return Result{}, err
	}
	return fitted(all, what, bound), nil
}

// grown is the largest network over all levels, for an exponent C and each of some dimensions.
type grown struct {
	C     int
	d     []float64
	sizes []relu.Size
}

// grow designs networks of Goldreich scores with n = m.
func grow(r *run) (all []grown, err error) {
	for _, C := range exponents {
		g := grown{C: C}
		for n := 16; n <= r.of(128, 512); n *= 2 {
			in, err := wellModelled(fmt.Sprintf("goldreich:n=%d,m=%[1]d", n), C, func(*reduction.Dials) {})
			if err != nil {
				return nil, err
			}
			found, err := certify(r, in, C)
			if err == nil {
				err = found.refused
			}
			if err != nil {
				return nil, err
			}
			g.d, g.sizes = append(g.d, float64(in.Dim())), append(g.sizes, found.most)
		}
		all = append(all, g)
	}
	return all, nil
}

// fitted shows, of all exponents C, the one that is nearest to its bound.
func fitted(all []grown, what measure, bound func(C float64) float64) Result {
	result := Result{Relation: AtMost, Holds: true, Certain: true, Detail: "the largest over all levels; fitted for every C"}
	nearest := math.Inf(1)
	for _, g := range all {
		var logD, logSize []float64
		var counts []string
		for i, d := range g.d {
			size := what.of(g.sizes[i])
			logD, logSize = append(logD, math.Log(d)), append(logSize, math.Log(size))
			counts = append(counts, fmt.Sprintf("%.3g (d^%.1f)", size, math.Log(size)/math.Log(d)))
		}
		_, exponent := stat.LinearRegression(logD, logSize, nil, false)
		most := bound(float64(g.C))
		if room := most - exponent; room < nearest {
			nearest = room
			result.Quantity, result.Measured, result.Bound = fmt.Sprintf("exponent of d in %s, C = %d", what.name, g.C), exponent, most
		}
		result.Holds = result.Holds && exponent <= most
		result.Notes = append(result.Notes, fmt.Sprintf("goldreich, C = %d: %s %s at d = 32, 64, ...: as d^%.2f", g.C, what.name, strings.Join(counts, ", "), exponent))
	}
	result.WouldNotice = fmt.Sprintf("an exponent that is larger by %.2g", nearest)
	result.P = certain(result.Holds)
	return result
}
