package spec

import (
	"math"
	"testing"
)

// TestExp compares with the standard library, which is good to one unit in the last
// place, 2.2e-16 at most, as is ours to two.
func TestExp(t *testing.T) {
	rng := Stream(1, "exp", nil, 0)
	check := func(v float64) {
		if got, want := exp(v), math.Exp(v); !(math.Abs(got/want-1) <= 3*machine) {
			t.Fatalf("exp(%v) = %v, want %v, a factor of 1%+.1e", v, got, want, got/want-1)
		}
	}
	if exp(0) != 1 {
		t.Errorf("exp(0) = %v", exp(0))
	}
	check(math.Copysign(0, -1))
	check(-5e-324)
	check(-700)
	for range 1_000_000 {
		check(-700 * rng.Float64())
		check(-rng.ExpFloat64())
		check(-math.Exp(-40 * rng.Float64()))
	}
	for n := range 256 * 1000 { // where the rounding changes
		v := -(float64(n) + 0.5) * math.Ln2 / 256
		check(v)
		check(math.Nextafter(v, 0))
		check(math.Nextafter(v, -1e9))
	}
}

func BenchmarkExp(b *testing.B) {
	rng := Stream(1, "exp", nil, 0)
	var v [1024]float64
	for i := range v {
		v[i] = -75 * rng.Float64()
	}
	for name, f := range map[string]func(float64) float64{"ours": exp, "math": math.Exp} {
		b.Run(name, func(b *testing.B) {
			var sum float64
			for b.Loop() {
				for _, x := range v {
					sum += f(x)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1024, "ns/exp")
		})
	}
}
