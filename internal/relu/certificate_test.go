package relu

import (
	"math"
	"testing"

	"assay/reduction"
	"assay/reduction/oneway"
)

// TestCertificateAddsUp: what a certificate says in all is what its parts come to by the triangle
// inequality, none of them left out, and no more than it was asked for. Rounding is the only
// tolerance.
func TestCertificateAddsUp(t *testing.T) {
	f, err := oneway.Parse("goldreich:n=8,m=8")
	if err != nil {
		t.Fatal(err)
	}
	dials, err := reduction.Parameters(8, 8, 2)
	if err != nil {
		t.Fatal(err)
	}
	in, err := reduction.New(f, dials)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []float64{0.5, 1, 3, 10} {
		d, err := Certify(in, s/dials.R, 2)
		if err != nil {
			t.Fatal(err)
		}
		c := d.Certificate
		want := math.Pow(math.Sqrt(c.Rule)+math.Sqrt(c.Secret+c.Output+c.Band), 2)
		if math.Abs(c.Total-want) > 1e-12*want || c.Total > c.Target {
			t.Errorf("s = %v: %+v; the parts come to %v", s, c, want)
		}
		if !(c.Rule > 0 && c.Secret > 0 && c.Output > 0 && c.Band > 0) {
			t.Errorf("s = %v: a part is nothing: %+v", s, c)
		}
	}
}
