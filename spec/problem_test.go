package spec

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// opaque is a prior of the caller's, without a text form.
type opaque struct{ mean float64 }

func (o opaque) Dim() int { return 2 }
func (o opaque) Sample(dst *mat.Dense, rng *rand.Rand) {
	dst.Apply(func(int, int, float64) float64 { return o.mean + rng.NormFloat64() }, dst)
}

// TestDigestOfOpaquePrior: problems on priors without a text form are told apart by
// what they draw and measure.
func TestDigestOfOpaquePrior(t *testing.T) {
	digest := func(name string, mean, beta float64, row ...float64) []byte {
		m, err := NewLinear(mat.NewDense(1, 2, append(row, 1, 0)[:2]), beta)
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewProblem(name, opaque{mean}, m)
		if err != nil {
			t.Fatal(err)
		}
		return p.Digest()
	}
	base := digest("a", 0, 1)
	if !bytes.Equal(base, digest("a", 0, 1)) {
		t.Error("the same problem has two digests")
	}
	for name, other := range map[string][]byte{
		"name": digest("b", 0, 1), "prior": digest("a", 1, 1), "noise": digest("a", 0, 2), "matrix": digest("a", 0, 1, 0, 1),
	} {
		if bytes.Equal(base, other) {
			t.Errorf("another %s gives the same digest", name)
		}
	}
}
