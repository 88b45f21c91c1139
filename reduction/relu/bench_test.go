package relu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"assay/reduction/circuit"
)

// TestAES: the score of AES-128, by gates, is certified from d^-C to d^C.
func TestAES(t *testing.T) {
	for _, C := range []int{2, 4} {
		in := chosen(t, "aes128", C)
		for _, e := range []float64{-1, -0.4, 0, 1} {
			n, cert, err := Score(in, math.Pow(256, e*float64(C)), float64(C))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("C = %d, sigma = d^%v: %+v, %.2g of %.2g", C, e*float64(C), n.Size(), cert.Total, cert.Target)
		}
	}
}

// BenchmarkSize: the parameters of Goldreich scores, n = m = 16 to 512, at the hardest of the
// levels around the lattice spacing, and the exponent of their growth in d.
func BenchmarkSize(b *testing.B) {
	for _, C := range []int{2, 4} {
		b.Run(fmt.Sprintf("C=%d", C), func(b *testing.B) {
			for range b.N {
				var logD, logSize []float64
				for n := 16; n <= 512; n *= 2 {
					in := chosen(b, fmt.Sprintf("goldreich:n=%d,m=%[1]d", n), C)
					largest := 0
					for s := 0.05; s < 10; s *= math.Sqrt2 {
						d, err := Certify(in, s/in.Dials().R, float64(C))
						if err != nil {
							b.Fatal(err)
						}
						largest = max(largest, d.Size().Parameters)
					}
					b.ReportMetric(float64(largest), fmt.Sprintf("parameters@d=%d", 2*n))
					logD, logSize = append(logD, math.Log(float64(2*n))), append(logSize, math.Log(float64(largest)))
				}
				_, exponent := stat.LinearRegression(logD, logSize, nil, false)
				b.ReportMetric(exponent, "exponent")
			}
		})
	}
}

// BenchmarkForward: the score of AES-128 on a batch, with the units computed a second.
func BenchmarkForward(b *testing.B) {
	in := chosen(b, "aes128", 2)
	n, _, err := Score(in, 0.1, 2)
	if err != nil {
		b.Fatal(err)
	}
	const rows = 64
	x := rowsOf(smoothed(in, 0.1, rows, rand.New(rand.NewPCG(5, 5))))
	b.ResetTimer()
	for range b.N {
		Forward(n, x)
	}
	b.ReportMetric(float64(b.N)*rows*float64(n.Size().Units)/b.Elapsed().Seconds(), "units/s")
}

// products is the algebra of bits as numbers, for [lanes] inputs at once: what the gates
// alone cost in floating point.
type products struct{}

type vector [lanes]float64

func (products) Const(v bool) (c vector) {
	for i := range c {
		c[i] = float64(index(v))
	}
	return c
}

func (products) Not(x vector) vector {
	for i, v := range x {
		x[i] = 1 - v
	}
	return x
}

func (products) And(x, y vector) vector {
	for i, v := range y {
		x[i] *= v
	}
	return x
}

func (products) Xor(x, y vector) vector {
	for i, v := range y {
		x[i] += v - 2*x[i]*v
	}
	return x
}

// BenchmarkGates: AES-128 alone on a batch of as many, gate by gate: what [BenchmarkForward]
// is to be compared with.
func BenchmarkGates(b *testing.B) {
	f := function(b, "aes128")
	inputs := make([]vector, f.N)
	for i := range inputs {
		for lane := range inputs[i] {
			inputs[i][lane] = float64((i*7 + lane*3) % 2)
		}
	}
	b.ResetTimer()
	for range b.N {
		for range 64 / lanes {
			circuit.Interpret(f.Circuit, products{}, inputs)
		}
	}
}
