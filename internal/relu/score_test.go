package relu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"assay/reduction"
	"assay/reduction/oneway"
)

func hard(t testing.TB, name string, dials reduction.Dials) *reduction.Instance {
	t.Helper()
	in, err := reduction.New(function(t, name), dials)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// chosen returns the instance of a function with the dials that [reduction.Parameters]
// finds for C.
func chosen(t testing.TB, name string, C int) *reduction.Instance {
	t.Helper()
	f := function(t, name)
	dials, err := reduction.Parameters(f.N, f.M, C)
	if err != nil {
		t.Fatal(err)
	}
	return hard(t, name, dials)
}

// smoothed returns draws of the instance plus sigma times standard normal noise.
func smoothed(in *reduction.Instance, sigma float64, rows int, rng *rand.Rand) *mat.Dense {
	x := mat.NewDense(rows, in.Dim(), nil)
	in.Sample(x, rng)
	x.Apply(func(_, _ int, v float64) float64 { return v + sigma*rng.NormFloat64() }, x)
	return x
}

// distances returns |network(x) - denoised|^2/sigma^2 for each row: sigma^2 times the
// square of the difference of the scores.
func distances(n *Network, x, denoised *mat.Dense, sigma float64) []float64 {
	list := make([]float64, 0, len(rowsOf(x)))
	for row, out := range Forward(n, rowsOf(x)) {
		sum := 0.0
		for i, v := range out {
			sum += square((v - denoised.At(row, i)) / sigma)
		}
		list = append(list, sum)
	}
	return list
}

func meanAndError(list []float64) (mean, standardError float64) {
	n := float64(len(list))
	for _, v := range list {
		mean += v / n
	}
	for _, v := range list {
		standardError += square(v - mean)
	}
	return mean, math.Sqrt(standardError) / n
}

// TestScoreMonteCarlo compares the certificate with what is measured, at a few levels of
// an instance small enough for the exact score.
//
//   - The network against the local rule: the mean is at most the quadratures, and at least
//     Secret + Output/2, since Output adds the errors under both bits, which are alike and of which
//     each coordinate has one; less the share left to the tails, which are not met: a
//     factor 0.85. 6 standard errors either way (2e-9 if normal; squared errors of
//     interpolation are bounded). It notices the outputs or the secret left out.
//   - The network against the exact score: at most Total.
//   - The control, the network of twice the sigma, is not within Total.
func TestScoreMonteCarlo(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	in := chosen(t, "goldreich:n=8,m=8", 3)
	exact, err := in.Enumerate()
	if err != nil {
		t.Fatal(err)
	}
	for _, sigma := range []float64{0.005, 0.03, 0.1, 0.4, 3} {
		n, cert, err := Score(in, sigma, 3)
		if err != nil {
			t.Fatal(err)
		}
		const rows = 20_000
		x := smoothed(in, sigma, rows, rng)
		rule := mat.NewDense(rows, in.Dim(), nil)
		in.Denoise(rule, x, sigma)
		mean, spread := meanAndError(distances(n, x, rule, sigma))
		if parts := cert.Secret + cert.Output; mean > parts+6*spread || mean < 0.85*(parts-cert.Output/2)-6*spread {
			t.Errorf("sigma %v: network and rule differ by %v +- %v, by quadrature %v", sigma, mean, spread, parts)
		}
		few := mat.DenseCopyOf(x.Slice(0, 500, 0, in.Dim()))
		full := mat.NewDense(500, in.Dim(), nil)
		exact.Denoise(full, few, sigma)
		if mean, spread := meanAndError(distances(n, few, full, sigma)); mean > cert.Total+6*spread {
			t.Errorf("sigma %v: measured error %v +- %v, certified %v", sigma, mean, spread, cert.Total)
		}
		wrong, _, err := Score(in, 2*sigma, 3)
		if err != nil {
			t.Fatal(err)
		}
		if mean, _ := meanAndError(distances(wrong, few, full, sigma)); mean <= cert.Total {
			t.Errorf("sigma %v: the network of another sigma is within %v too: %v", sigma, cert.Total, mean)
		}
	}
}

// TestDesignSize: a design has the size of the network that it describes: two counts, exactly
// equal but for the largest weight, which composition rounds once more. And it is bounded as
// [Certify] says.
func TestDesignSize(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := certified(rt, 2)
		d, err := Certify(in, math.Pow(float64(in.Dim()), rapid.Float64Range(-2, 2).Draw(rt, "log_d sigma")), 2)
		if err != nil {
			rt.Fatal(err)
		}
		want, got := d.Network().Size(), d.Size()
		if math.Abs(got.Weight/want.Weight-1) < 1e-15 {
			got.Weight = want.Weight
		}
		if got != want {
			rt.Fatalf("%+v designed, %+v made", got, want)
		}
		if most := mostParameters(in, d.Certificate); got.Parameters > most {
			rt.Fatalf("%d parameters, want at most %d", got.Parameters, most)
		}
	})
}

// mostParameters returns the bound that [Certify] states.
func mostParameters(in *reduction.Instance, c certificate) int {
	f := in.Function()
	return 30*(f.Circuit.Counts().Gates()+in.Dim()) + mostLocalUnits*(mostLocal+3)*f.M + 6*(f.N*c.SecretKnots+f.M*c.OutputKnots) + 8*f.M*c.Steps
}

// certified generates instances with dials that [reduction.Parameters] certifies for C:
// Goldreich, gates, bits that are constant or repeated, padding.
func certified(t *rapid.T, C int) *reduction.Instance {
	n, m := rapid.IntRange(5, 20).Draw(t, "n"), rapid.IntRange(1, 20).Draw(t, "m")
	name := fmt.Sprintf(rapid.SampledFrom([]string{
		"goldreich:n=%d,m=%d,seed=%d", "mq:n=%d,m=%d,seed=%d", "linear:n=%d,m=%d,seed=%d", "constant:n=%d,m=%d,seed=%d",
	}).Draw(t, "function"), n, m, rapid.IntRange(0, 99).Draw(t, "seed"))
	f, err := oneway.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	padding := rapid.SampledFrom([]int{0, 1, 5}).Draw(t, "padding")
	dials, err := reduction.Parameters(f.N, f.M+padding, C) // d counts the padding
	if err != nil {
		t.Fatal(err)
	}
	dials.Padding = padding
	in, err := reduction.New(f, dials)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// TestDefinition: the instances of Parameters are certified over sigma from d^-C to d^C,
// and the networks are small: weights at most d^(2C+2), and parameters as [Certify] says.
func TestDefinition(t *testing.T) {
	for _, C := range []int{2, 4} {
		in := chosen(t, "goldreich:n=64,m=64", C)
		d := float64(in.Dim())
		largest := 0
		for e := -float64(C); e <= float64(C); e += 0.5 {
			n, cert, err := Score(in, math.Pow(d, e), float64(C))
			if err != nil {
				t.Fatalf("C = %d, sigma = d^%v: %v", C, e, err)
			}
			if !(cert.Total <= cert.Target) {
				t.Errorf("C = %d, sigma = d^%v: %+v", C, e, cert)
			}
			size := n.Size()
			if most := mostParameters(in, cert); size.Parameters > most || size.Depth > 10 {
				t.Errorf("C = %d, sigma = d^%v: %+v, want at most %d parameters and 10 layers", C, e, size, most)
			}
			if most := math.Pow(d, 2*float64(C)+2); size.Weight > most {
				t.Errorf("C = %d, sigma = d^%v: weight %v, want at most %v", C, e, size.Weight, most)
			}
			largest = max(largest, size.Parameters)
		}
		t.Logf("C = %d: at most %d parameters", C, largest)
	}
}

// TestDefinitionFails where it must: at some sigma for eps = 1 and R = 3, at all for
// vertices. Each refusal is one line that says why.
func TestDefinitionFails(t *testing.T) {
	for name, dials := range map[string]reduction.Dials{
		"eps = 1": {R: 12, Eps: 1, Beta: 0.1, Encoding: reduction.Lattice},
		"R = 3":   {R: 3, Eps: 0.4, Beta: 0.04, Encoding: reduction.Lattice},
		"vertex":  {R: 10, Eps: 0.4, Beta: 0.04, Encoding: reduction.Vertex},
	} {
		in := hard(t, "goldreich:n=64,m=64", dials)
		refused, levels := 0, 0
		for s := 0.05; s < 20; s *= 1.5 {
			levels++
			if _, _, err := Score(in, s/dials.R, 4); err != nil {
				refused++
				if strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "want") {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		if refused == 0 || name == "vertex" && refused < levels {
			t.Errorf("%s: refused at %d of %d levels", name, refused, levels)
		}
	}
	in := chosen(t, "goldreich:n=64,m=64", 2)
	for _, bad := range [][2]float64{{0, 2}, {math.NaN(), 2}, {math.Inf(1), 2}, {-1, 2}, {1, 0}, {1, math.NaN()}, {1, 1e6}} {
		if _, _, err := Score(in, bad[0], bad[1]); err == nil {
			t.Errorf("sigma = %v, C = %v: no error", bad[0], bad[1])
		}
	}
}
