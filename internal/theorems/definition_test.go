package theorems

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/internal/relu"
	"assay/reduction"
)

// TestDefinition (Definition 1.1): over functions, exponents and levels from d^-C to d^C a
// network is certified for the dials of Parameters, and its score is within d^-C of the exact one,
// by a bet on 30 points, half of which have a wrong sign. The network of twice the sigma is the
// control: wherever a bet at the same level could tell, it is caught at some of the 100 problems.
func TestDefinition(t *testing.T) {
	caught := 0
	rapid.Check(t, func(rt *rapid.T) {
		function, C := functions().Draw(rt, "function"), rapid.IntRange(1, 4).Draw(rt, "C")
		in, err := wellModelled(function, C, func(*reduction.Dials) {})
		if err != nil {
			rt.Fatal(err)
		}
		exact, err := in.Enumerate()
		if err != nil {
			rt.Fatal(err)
		}
		d, R := float64(in.Dim()), in.Dials().R
		sigma := math.Pow(d, float64(C)*rapid.Float64Range(-1, 1).Draw(rt, "log_d sigma / C"))
		design, err := relu.Certify(in, sigma, float64(C))
		if err != nil {
			rt.Fatal(err)
		}
		if cert := design.Certificate; !(cert.Total <= cert.Target) {
			rt.Fatalf("%+v", cert)
		}
		p := func(n *relu.Network) float64 {
			cell := scoreCell{rules: &rules{in.Function().Name + ",R=" + number(R) + ",eps=" + number(in.Dials().Eps), in, exact}, sigma: sigma * R, bound: math.Pow(d, -float64(C)), approximation: forward(n)}
			p, err := cell.measure(30, newRun(t, streamOf(function, C, sigma)).stream("definition", 0))
			if err != nil {
				rt.Fatal(err)
			}
			return p
		}
		if p := p(design.Network()); p < level {
			rt.Fatalf("C = %d, sigma = %v: not within d^-C (p %v)", C, sigma, p)
		}
		if other, err := relu.Certify(in, 2*sigma, float64(C)); err == nil && p(other.Network()) < level {
			caught++
		}
	})
	if caught == 0 {
		t.Error("the network of another sigma is never caught")
	}
}

// forward returns the forward pass of a network.
func forward(n *relu.Network) func(dst, x *mat.Dense) {
	return func(dst, x *mat.Dense) {
		rows, _ := x.Dims()
		points := make([][]float64, rows)
		for row := range points {
			points[row] = x.RawRowView(row)
		}
		for row, mean := range relu.Forward(n, points) {
			copy(dst.RawRowView(row), mean)
		}
	}
}

// TestRefusal: over functions a certificate for C = 4 is refused with unsuitable dials at some
// level. With those of Parameters it is given at any ([TestDefinition]).
func TestRefusal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		function, dials := functions().Draw(rt, "function"), rapid.SampledFrom(unsuitable).Draw(rt, "dials")
		if verdict, refused := refusedAt(instance(rt, "%s,%s", function, dials), 4); !refused {
			rt.Fatalf("%s with %s: %s", function, dials, verdict)
		}
	})
}

// TestLevels: both ends of the range of Definition 1.1 are among the levels, at C = 10 too, and there are some
// in every part of it and around the lattice spacing, unscaled from 0.05 to 5.
func TestLevels(t *testing.T) {
	for _, budget := range []Budget{Quick, Full} {
		r := newRun(t, 0)
		r.budget = budget
		for _, C := range exponents {
			const d, R = 256, 18
			most := math.Pow(d, float64(C))
			levels := levelsOf(r, most, R)
			if least, last := slices.Min(levels), slices.Max(levels); math.Abs(least*most-1) > 1e-12 || math.Abs(last/most-1) > 1e-12 {
				t.Errorf("%s, C = %d: from %v to %v", budget, C, least, last)
			}
			slices.Sort(levels)
			for i, sigma := range levels[1:] {
				if ratio := sigma / levels[i]; ratio > math.Pow(most, 0.251) || sigma*R > 0.06 && levels[i]*R < 5 && ratio > 2.01 {
					t.Errorf("%s, C = %d: nothing between %v and %v", budget, C, levels[i], sigma)
				}
			}
		}
	}
}

func TestDefinitionControls(t *testing.T) {
	for name, turn := range map[string]func(d *reduction.Dials){
		"eps = 1":       func(d *reduction.Dials) { d.Eps = 1 },
		"R = 3":         func(d *reduction.Dials) { d.R = 3 },
		"vertices":      func(d *reduction.Dials) { d.Encoding = reduction.Vertex },
		"eps too large": func(d *reduction.Dials) { d.Eps *= 1.15 },
	} {
		fails(t, name, func(r *run) (Result, error) {
			return definitionWith(r, []string{"goldreich:n=16,m=16"}, turn)
		})
	}
	all, err := grow(newRun(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	power := func(of measure, by float64) measure { // that grows by another power of d
		return measure{of.name, func(most relu.Size) float64 { return of.of(most) * math.Pow(float64(most.Width), by) }}
	}
	for name, result := range map[string]Result{
		"as many knots for any error":  fitted(all, parametersOf, func(float64) float64 { return 1 }),
		"knots as the error to the -1": fitted(all, power(parametersOf, 0.75), func(C float64) float64 { return 1 + (C+1)/4 + 0.5 }),
		"weights a power of d less":    fitted(all, weightOf, func(C float64) float64 { return C + 0.5 }),
		"weights a power of d more":    fitted(all, power(weightOf, 0.5), func(C float64) float64 { return C + 1.5 }),
	} {
		fails(t, name, func(*run) (Result, error) { return result, nil })
	}
	fails(t, "certified dials", func(r *run) (Result, error) { return refusalOf(r, []string{"R=12,eps=0.4"}) })
}

func TestCovarianceControls(t *testing.T) {
	functions := []string{"goldreich:n=16,m=16"}
	fails(t, "not divided by R", func(r *run) (Result, error) {
		return covarianceOf(r, functions, func(in *reduction.Instance) float64 { return in.Dials().R })
	})
	one := func(*reduction.Instance) float64 { return 1 }
	fails(t, "vertices, which are correlated with the secret", func(r *run) (Result, error) {
		return covarianceOf(r, functions, one, func(d *reduction.Dials) { d.Encoding = reduction.Vertex })
	})
	fails(t, "R = 1", func(r *run) (Result, error) {
		return covarianceOf(r, functions, one, func(d *reduction.Dials) { d.R = 1 })
	})
}

func TestNoiseControls(t *testing.T) {
	log := func(d int) float64 { return math.Log(float64(d)) / math.Log(256) }
	for name, turn := range map[string]func(dials *reduction.Dials, d int){
		"eps/beta fixed":                  func(dials *reduction.Dials, _ int) { dials.Beta = dials.Eps / 10 },
		"eps/beta fixed where that does":  func(dials *reduction.Dials, _ int) { dials.Beta = dials.Eps / 20 },
		"eps/beta as sqrt(log d)":         func(dials *reduction.Dials, d int) { dials.Beta = dials.Eps / 10 / math.Sqrt(log(d)) },
		"eps/beta as the 1.2th power":     func(dials *reduction.Dials, d int) { dials.Beta = dials.Eps / 10 / math.Pow(log(d), 1.2) },
		"eps/R as log d to the -1.2":      func(dials *reduction.Dials, d int) { dials.Beta /= math.Pow(log(d), 0.2) },
		"the right exponent, in between":  func(dials *reduction.Dials, d int) { dials.Beta *= 1 + 0.1*math.Sin(20*log(d)) },
		"too much noise, rightly growing": func(dials *reduction.Dials, _ int) { dials.Beta *= 2 },
	} {
		fails(t, name, func(r *run) (Result, error) { return noiseOf(r, turn) })
	}
}

func TestOneTenthControls(t *testing.T) {
	none := func(*reduction.Dials, int) {}
	fails(t, "delta = 0.16", func(r *run) (Result, error) { return oneTenthWith(r, tenth, 0.16, none) })
	fails(t, "tau = 0.9", func(r *run) (Result, error) { return oneTenthWith(r, 0.9, tenth, none) })
	fails(t, "eps/beta fixed", func(r *run) (Result, error) {
		return oneTenthWith(r, tenth, tenth, func(dials *reduction.Dials, _ int) { dials.Beta = dials.Eps / 10 })
	})
	fails(t, "R = 5", func(r *run) (Result, error) {
		return oneTenthWith(r, tenth, tenth, func(dials *reduction.Dials, _ int) { dials.R = 5 })
	})
}
