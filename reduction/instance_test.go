package reduction

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"assay/internal/circuit"
	"assay/reduction/oneway"
	"assay/spec"
)

func parse(t testing.TB, name string) *oneway.Function {
	t.Helper()
	f, err := oneway.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func instance(t testing.TB, name string, dials Dials) *Instance {
	t.Helper()
	in, err := New(parse(t, name), dials)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// small generates small instances of every encoding, dials from hard to easy.
func small() *rapid.Generator[*Instance] {
	return rapid.Custom(func(t *rapid.T) *Instance {
		n := rapid.IntRange(5, 7).Draw(t, "n")
		name := fmt.Sprintf(rapid.SampledFrom([]string{
			"goldreich:n=%d,m=%[1]d", "mq:n=%d,m=%[1]d", "identity:n=%d", "linear:n=%d,m=3", "constant:n=%d,m=2", "twotoone:n=%d",
		}).Draw(t, "function"), n)
		f, err := oneway.Parse(name)
		if err != nil {
			panic(err)
		}
		in, err := New(f, Dials{
			R:        rapid.Float64Range(1, 14).Draw(t, "R"),
			Eps:      rapid.Float64Range(0.2, 2).Draw(t, "eps"),
			Beta:     rapid.Float64Range(0.01, 2).Draw(t, "beta"),
			Padding:  rapid.IntRange(0, 2).Draw(t, "padding"),
			Encoding: rapid.SampledFrom([]Encoding{Lattice, Vertex}).Draw(t, "encoding"),
		})
		if err != nil {
			panic(err)
		}
		return in
	})
}

// TestDrawsAreOnTheirCoset: a draw lies exactly on the coset of f of its secret. A
// wrong sign has probability n Q(R) = 7 Q(8) < 1e-14.
func TestDrawsAreOnTheirCoset(t *testing.T) {
	for _, eps := range []float64{0.1, 0.4, 1. / 3, 1.7} {
		for _, R := range []float64{8, 10, 12.3} {
			dials := DefaultDials()
			dials.Eps, dials.R, dials.Padding = eps, R, 3
			in := instance(t, "goldreich:n=7,m=9", dials)
			x := mat.NewDense(1000, in.Dim(), nil)
			in.Sample(x, rand.New(rand.NewPCG(1, 1)))
			for row := range 1000 {
				point := x.RawRowView(row)
				image := in.function.Circuit.Eval(in.Secret(point))
				if !in.OnCoset(point, image) {
					t.Fatalf("eps %v, R %v: draw %v is not on the coset of f of its signs", eps, R, point)
				}
				point[7] += 1e-15
				if in.OnCoset(point, image) {
					t.Fatalf("a point moved by one in the last place still counts as on the coset")
				}
			}
		}
	}
}

// covers returns the Kolmogorov-Smirnov distance between a sample and the
// distribution function of a mixture law given through a sorted grid: the share of
// draws at most each grid point against cdf there.
func within(t *testing.T, what string, got, want, deviation float64, n int) {
	t.Helper()
	// 6 deviations of a mean: false alarm 2e-9 each; a fault of 12 deviations, 12
	// deviation/sqrt(n), is noticed with the same probability of a miss.
	if tolerance := 6 * deviation / math.Sqrt(float64(n)); math.Abs(got-want) > tolerance {
		t.Errorf("%s: %v, want %v within %.2g", what, got, want, tolerance)
	}
}

// TestSampleMatchesDensity compares means of functions of draws, smoothed, under the
// prior with their means under the exact density, by importance weights on draws of a
// second, wider law: two routes that share only the formula under test.
func TestSampleMatchesDensity(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	dials := Dials{R: 1.5, Eps: 1, Beta: 0.1, Padding: 1, Encoding: Lattice}
	in := instance(t, "twotoone:n=2", dials)
	exact, err := in.Enumerate()
	if err != nil {
		t.Fatal(err)
	}
	const n, sigma = 40000, 0.4
	d := in.Dim()
	x := mat.NewDense(n, d, nil)
	in.Sample(x, rng)
	x.Apply(func(_, _ int, v float64) float64 { return v + sigma*rng.NormFloat64() }, x)
	proposal := mat.NewDense(n, d, nil)
	const wide = 1.6
	proposal.Apply(func(int, int, float64) float64 { return wide * rng.NormFloat64() }, proposal)
	logWeight := make([]float64, n)
	exact.LogDensity(logWeight, proposal, sigma)
	for i := range logWeight {
		for _, v := range proposal.RawRowView(i) {
			logWeight[i] += v*v/(2*wide*wide) + math.Log(wide) + math.Log(2*math.Pi)/2
		}
	}
	for name, f := range map[string]func(x []float64) float64{
		"one":           func([]float64) float64 { return 1 },
		"cos of sum":    func(x []float64) float64 { return math.Cos(floats.Sum(x)) },
		"sign products": func(x []float64) float64 { return math.Tanh(x[0]*x[1]) * math.Cos(math.Pi*x[2]*dials.R/dials.Eps) },
		"lattice":       func(x []float64) float64 { return math.Cos(math.Pi * (x[2] + x[3]) * dials.R / dials.Eps) },
	} {
		var direct, weighted, second float64
		for i := range n {
			direct += f(x.RawRowView(i)) / n
			w := math.Exp(logWeight[i]) * f(proposal.RawRowView(i))
			weighted += w / n
			second += w * w / n
		}
		within(t, name, weighted, direct, 1+math.Sqrt(second), n)
	}
}

// TestExactDenoiser compares the exact denoiser with the gradient of the exact log
// density (Tweedie), and its Jacobian with differences of the denoiser. Central
// differences of step h err by h^2/6 times a third derivative, which is of order
// (posterior deviation/sigma)^3/sigma^3; with h = 1e-3 sigma and posterior deviation at
// most 4 sigma here, 1e-4 in units of the gradient.
func TestExactDenoiser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := small().Draw(t, "instance")
		exact, err := in.Enumerate()
		if err != nil {
			t.Fatal(err)
		}
		sigma := math.Exp(rapid.Float64Range(-2, 2).Draw(t, "log sigma"))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		d := in.Dim()
		x, v := mat.NewDense(1, d, nil), mat.NewDense(1, d, nil)
		in.Sample(x, rng)
		for i := range d {
			x.Set(0, i, x.At(0, i)+sigma*rng.NormFloat64())
			v.Set(0, i, rng.NormFloat64())
		}
		mean, jv := mat.NewDense(1, d, nil), mat.NewDense(1, d, nil)
		jacobian := exact.Linearize(mean, x, sigma)
		jacobian(jv, v)

		h := 1e-4 * sigma
		low, high := mat.NewDense(1, d, nil), mat.NewDense(1, d, nil)
		var pl, ph [1]float64
		scale := 1 + mat.Norm(mean, 2) + mat.Norm(x, 2)
		for i := range d {
			low.Copy(x)
			high.Copy(x)
			low.Set(0, i, x.At(0, i)-h)
			high.Set(0, i, x.At(0, i)+h)
			exact.LogDensity(pl[:], low, sigma)
			exact.LogDensity(ph[:], high, sigma)
			tweedie := x.At(0, i) + sigma*sigma*(ph[0]-pl[0])/(2*h)
			if math.Abs(tweedie-mean.At(0, i)) > 1e-4*scale {
				t.Fatalf("D[%d] = %v, by the density %v (sigma %v)", i, mean.At(0, i), tweedie, sigma)
			}
		}
		low.Scale(-h, v)
		low.Add(x, low)
		high.Scale(h, v)
		high.Add(x, high)
		exact.Denoise(low, low, sigma)
		exact.Denoise(high, high, sigma)
		high.Sub(high, low)
		high.Scale(1/(2*h), high)
		high.Sub(high, jv)
		if difference := mat.Norm(high, 2); difference > 1e-3*(1+mat.Norm(jv, 2)+scale/sigma) {
			t.Fatalf("J v differs from differences by %v (sigma %v)", difference, sigma)
		}
	})
}

// TestLocalRule: the polynomial-time denoiser, Jacobian and density agree with the
// exact ones where the theory says so: at small noise, where the signs reveal the
// secret, and at large noise, where the lattice is smoothed away. At R = 10, eps = 0.4 the
// wrong secrets weigh n Q(10)-like 1e-15 at sigma = 1/R/10, and the coset
// kappa = 2 exp(-pi^2/(2 eps^2)) = 8e-14 at large sigma. In between the vertex encoding must
// disagree: the control that shows that the lattice is what repairs it.
func TestLocalRule(t *testing.T) {
	difference := func(encoding Encoding, unscaled float64) float64 {
		dials := DefaultDials()
		dials.Encoding = encoding
		in := instance(t, "goldreich:n=7,m=9", dials)
		exact, err := in.Enumerate()
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(5, 6))
		sigma := unscaled / dials.R
		x := mat.NewDense(50, in.Dim(), nil)
		in.Sample(x, rng)
		x.Apply(func(_, _ int, v float64) float64 { return v + sigma*rng.NormFloat64() }, x)
		local, full, jl, jf, v := new(mat.Dense), new(mat.Dense), new(mat.Dense), new(mat.Dense), new(mat.Dense)
		for _, m := range []*mat.Dense{local, full, jl, jf, v} {
			m.CloneFrom(x)
		}
		in.Linearize(local, x, sigma)(jl, v)
		exact.Linearize(full, x, sigma)(jf, v)
		local.Sub(local, full)
		jl.Sub(jl, jf)
		pl, pf := make([]float64, 50), make([]float64, 50)
		in.LogDensity(pl, x, sigma)
		exact.LogDensity(pf, x, sigma)
		return max(mat.Max(local)-mat.Min(local), mat.Max(jl)-mat.Min(jl), floats.Distance(pl, pf, math.Inf(1)))
	}
	for _, unscaled := range []float64{0.01, 0.1, 1, 30, 1000} {
		if got := difference(Lattice, unscaled); got > 1e-9 {
			t.Errorf("lattice at sigma %v/R: local rule differs by %v", unscaled, got)
		}
	}
	if got := difference(Vertex, 0.1); got > 1e-9 {
		t.Errorf("vertex at sigma 0.1/R: local rule differs by %v", got)
	}
	if got := difference(Vertex, 10); got < 1e-2 {
		t.Errorf("vertex at sigma 10/R: local rule differs by only %v: the control sees nothing", got)
	}
}

// TestPosterior compares the enumerated posterior with one by importance sampling from
// the prior: draws weighted with the likelihood over the evidence. A weight is at most
// (2 pi beta^2)^(-m/2) / p(y), and as the square of a normal density is that of half the
// variance over (4 pi beta^2)^(m/2), its second moment follows from the evidence of the same
// y at beta / sqrt 2. So Bernstein's inequality holds for the mean of n weights, of cosines
// with weights too, and Hoeffding's for that of cosines: the false alarm is at most 2e-9 for
// each of the six comparisons, and an evidence that is wrong by a half is noticed always,
// typically one that is wrong by a fifth.
func TestPosterior(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, err := oneway.Parse(rapid.SampledFrom([]string{"twotoone:n=3", "goldreich:n=5,m=3", "constant:n=2,m=1", "linear:n=4,m=2"}).Draw(t, "function"))
		if err != nil {
			t.Fatal(err)
		}
		dials := Dials{R: 2, Eps: rapid.Float64Range(0.4, 1.5).Draw(t, "eps"), Beta: rapid.Float64Range(0.3, 2).Draw(t, "beta"),
			Padding: 1, Encoding: rapid.SampledFrom([]Encoding{Lattice, Vertex}).Draw(t, "encoding")}
		in, p, posterior := conditioned(t, f, dials)
		narrow := dials
		narrow.Beta /= math.Sqrt2
		_, _, narrower := conditioned(t, f, narrow)
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		const n = 4000
		x, y := make([]float64, in.Dim()), make([]float64, f.M)
		p.Draw(x, y, rng)
		draws, proposals := mat.NewDense(n, in.Dim(), nil), mat.NewDense(n, in.Dim(), nil)
		posterior.Given(y).Sample(draws, rng)
		in.Sample(proposals, rng)
		logWeight := make([]float64, n)
		measurement, _ := p.Linear()
		measurement.LogLikelihood(logWeight, proposals, y)
		evidence := posterior.LogEvidence(y)
		floats.AddConst(-evidence, logWeight)

		beta := measurement.Beta()
		area := 2 * math.Pi * beta * beta
		largest := math.Exp(-float64(f.M)/2*math.Log(area) - evidence)
		second := math.Exp(narrower.LogEvidence(y) - float64(f.M)/2*math.Log(2*area) - 2*evidence)
		level := math.Log(2e9)
		bernstein := (largest*level/3 + math.Sqrt(largest*level/3*largest*level/3+2*n*second*level)) / n
		hoeffding := math.Sqrt(2 * level / n)
		if bernstein > 0.5 {
			t.Skip("the likelihood is too narrow for importance sampling")
		}
		if got := math.Exp(floats.LogSumExp(logWeight)) / n; math.Abs(got-1) > bernstein {
			t.Fatalf("the mean weight is %v, want 1 within %v: the log evidence %v is wrong", got, bernstein, evidence)
		}
		for range 5 {
			w := make([]float64, in.Dim())
			for i := range w {
				w[i] = 2 * rng.NormFloat64()
			}
			direct, weighted := 0.0, 0.0
			for i := range n {
				direct += math.Cos(floats.Dot(w, draws.RawRowView(i))) / n
				weighted += math.Exp(logWeight[i]) * math.Cos(floats.Dot(w, proposals.RawRowView(i))) / n
			}
			if tolerance := bernstein + hoeffding; math.Abs(direct-weighted) > tolerance {
				t.Fatalf("mean of a cosine: %v by the posterior, %v by importance sampling, tolerance %v", direct, weighted, tolerance)
			}
		}
	})
}

// conditioned returns an instance, its problem and its posterior.
func conditioned(t *rapid.T, f *oneway.Function, dials Dials) (*Instance, *spec.Problem, spec.Conditional) {
	in, err := New(f, dials)
	if err != nil {
		t.Fatal(err)
	}
	p, err := in.Problem("test")
	if err != nil {
		t.Fatal(err)
	}
	posterior, err := p.Posterior()
	if err != nil {
		t.Fatal(err)
	}
	return in, p, posterior
}

// TestPosteriorWeights compares weights over secrets with the product formula summed
// directly, at noise levels where one secret remains and where all do, and for an
// outlying y that no secret explains. A secret of weight p is drawn n p times within 6
// deviations (false alarm 2e-9 for each of at most 128).
func TestPosteriorWeights(t *testing.T) {
	for _, beta := range []float64{1e-3, 0.04, 0.4, 3} {
		for _, outlying := range []bool{false, true} {
			dials := DefaultDials()
			dials.Beta = beta
			in := instance(t, "goldreich:n=7,m=5", dials)
			c, err := in.Condition(in.Measurement())
			if err != nil {
				t.Fatal(err)
			}
			rng := rand.New(rand.NewPCG(8, 9))
			y := in.Target(in.function.Circuit.Eval(circuit.Bits(77, 7)), rng)
			if outlying {
				y = []float64{1e3, -77, 5e2, 0.02, 12} // in steps of no lattice
			}
			logs := make([]float64, 1<<7)
			for s := range logs {
				for j, bit := range in.function.Circuit.Eval(circuit.Bits(uint64(s), 7)) {
					logs[s] += in.laws[index(bit)].logDensity(y[j]*dials.R, beta)
				}
			}
			total := floats.LogSumExp(logs)
			const n = 5000
			x := mat.NewDense(n, in.Dim(), nil)
			c.Given(y).Sample(x, rng)
			counts := map[uint64]int{}
			for row := range n {
				counts[circuit.Uint(in.Secret(x.RawRowView(row)))]++
			}
			for s, l := range logs {
				p := math.Exp(l - total)
				within(t, fmt.Sprintf("beta %v, outlying %v: share of secret %d", beta, outlying, s),
					float64(counts[uint64(s)])/n, p, math.Sqrt(p*(1-p))+1/math.Sqrt(n), n)
			}
			want := total - 7*math.Ln2 + 5*math.Log(dials.R)
			if got := c.LogEvidence(y); math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
				t.Errorf("beta %v, outlying %v: log evidence %v, want %v", beta, outlying, got, want)
			}
		}
	}
}

// TestMisread counts misread bits and compares by an exact binomial test, false
// alarm 1e-9 each.
func TestMisread(t *testing.T) {
	const n = 100000
	for _, test := range []struct {
		encoding     Encoding
		R, eps, beta float64
	}{{Lattice, 10, 0.4, 0.2}, {Lattice, 10, 0.4, 0.1}, {Lattice, 10, 1, 3}, {Vertex, 2, 1, 0.5}} {
		in := instance(t, "identity:n=1", Dials{R: test.R, Eps: test.eps, Beta: test.beta, Encoding: test.encoding})
		rng := rand.New(rand.NewPCG(2, 3))
		wrong := 0
		for i := range n {
			z := []bool{i%2 == 0}
			if in.Decode(in.Target(z, rng))[0] != z[0] {
				wrong++
			}
		}
		p := in.Misread()
		low := distuv.Binomial{N: n, P: p}.CDF(float64(wrong))
		high := 1 - distuv.Binomial{N: n, P: p}.CDF(float64(wrong)-1)
		if min(low, high) < 5e-10 {
			t.Errorf("%+v: %d of %d bits misread, want a share of %v", test, wrong, n, p)
		}
	}
	// The default dials misread 2 Q(5) of all bits.
	if got, want := instance(t, "identity:n=1", DefaultDials()).Misread(), 5.733e-7; math.Abs(got/want-1) > 1e-3 {
		t.Errorf("default dials misread %v, want %v", got, want)
	}
}

func TestMistakes(t *testing.T) {
	f := parse(t, "identity:n=3")
	for want, change := range map[string]func(*Dials){
		"R is 0":           func(d *Dials) { d.R = 0 },
		"eps is NaN":       func(d *Dials) { d.Eps = math.NaN() },
		"beta is -1":       func(d *Dials) { d.Beta = -1 },
		"padding is -1":    func(d *Dials) { d.Padding = -1 },
		`encoding is "ox"`: func(d *Dials) { d.Encoding = "ox" },
	} {
		dials := DefaultDials()
		change(&dials)
		if _, err := New(f, dials); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	in := instance(t, "sha256:rounds=2", DefaultDials())
	if _, err := in.Condition(in.Measurement()); err == nil || !strings.Contains(err.Error(), "stops at n = 24") {
		t.Errorf("conditioning on a full block: %v", err)
	}
	if _, err := in.Enumerate(); err == nil {
		t.Error("enumerating a full block: no error")
	}
	other, err := spec.NewLinear(mat.NewDense(1, 6, []float64{1, 0, 0, 0, 0, 0}), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := instance(t, "identity:n=3", DefaultDials()).Condition(other); err == nil {
		t.Error("conditioning on a secret coordinate: no error")
	}
	own := instance(t, "identity:n=3", DefaultDials())
	for name, change := range map[string]func(a *mat.Dense){
		"rows swapped":           func(a *mat.Dense) { a.Set(0, 3, 0); a.Set(0, 4, 1); a.Set(1, 4, 0); a.Set(1, 3, 1) },
		"an output doubled":      func(a *mat.Dense) { a.Set(2, 5, 2) },
		"a secret looked at too": func(a *mat.Dense) { a.Set(1, 0, 1e-300) },
	} {
		a := mat.DenseCopyOf(own.Measurement().A())
		change(a)
		m, err := spec.NewLinear(a, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := own.Condition(m); err == nil {
			t.Errorf("conditioning on the outputs, %s: no error", name)
		}
		if _, err := own.Completion(m); err == nil {
			t.Errorf("completing a measurement of the outputs, %s: no error", name)
		}
	}
}

func TestCanonicalText(t *testing.T) {
	in := instance(t, "identity:n=3", DefaultDials())
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parsePrior(text)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := json.Marshal(again); err != nil || string(second) != string(text) {
		t.Errorf("%s reads as %s, %v", text, second, err)
	}
}

// TestScaleByHand: the widest coordinate is one of the secret, R or -R plus noise of deviation 1, over
// R; the narrowest an output's: the noise, or a step of the lattice if that is less.
func TestScaleByHand(t *testing.T) {
	f, err := oneway.Parse("identity:n=2")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		dials             Dials
		narrowest, widest float64
	}{
		{Dials{R: 2, Eps: 0.4, Beta: 0.1, Encoding: Lattice}, 0.2, math.Sqrt(5) / 2},
		{Dials{R: 2, Eps: 3, Beta: 0.1, Encoding: Lattice}, 0.5, math.Sqrt(5) / 2},
		{Dials{R: 2, Eps: 0.4, Beta: 0.1, Encoding: Vertex}, 0.5, math.Sqrt(5) / 2},
	} {
		in, err := New(f, test.dials)
		if err != nil {
			t.Fatal(err)
		}
		// A quotient and a root are rounded once each.
		if n, w := in.Scale(); math.Abs(n-test.narrowest) > 1e-15 || math.Abs(w-test.widest) > 1e-15 {
			t.Errorf("%+v: from %v to %v, want from %v to %v", test.dials, n, w, test.narrowest, test.widest)
		}
	}
}
