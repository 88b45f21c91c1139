package relu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"

	"assay/internal/circuit"
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

// BenchmarkForward: the score of AES-128 on a batch, with the units computed a second, and how
// many times longer it takes than the gates of the cipher alone, as [gates] computes them.
func BenchmarkForward(b *testing.B) {
	in := chosen(b, "aes128", 2)
	const rows, sigma = 512, 0.1
	n, _, err := Score(in, sigma, 2)
	if err != nil {
		b.Fatal(err)
	}
	x := rowsOf(smoothed(in, sigma, rows, rand.New(rand.NewPCG(5, 5))))
	alone := record(in.Function().Circuit)
	bits := make([][]float64, rows)
	for row := range bits {
		for _, v := range x[row][:in.Function().N] {
			bits[row] = append(bits[row], float64(index(v > 0)))
		}
	}
	var network, plain time.Duration
	b.ResetTimer()
	for range b.N { // by turns, so that both meet the same noise
		start := time.Now()
		Forward(n, x)
		middle := time.Now()
		alone.run(bits)
		network, plain = network+middle.Sub(start), plain+time.Since(middle)
	}
	b.ReportMetric(float64(b.N)*rows*float64(n.Size().Units)/network.Seconds(), "units/s")
	b.ReportMetric(network.Seconds()*1e3/float64(b.N)/rows, "ms/point")
	b.ReportMetric(plain.Seconds()*1e3/float64(b.N)/rows, "ms/point-gates")
	b.ReportMetric(network.Seconds()/plain.Seconds(), "times-gates")
}

// gates is a circuit as a list of operations on numbers, what it costs to compute it gate by
// gate in floating point: in place, for [lanes] inputs at once, and nothing else.
type gates struct {
	inputs  int
	list    []operation // the result of entry i has the place inputs+i
	outputs []int
	negated map[int]int // of a value, where it was negated before
}

type operation struct {
	op   byte // '0', '1', '!', '&' or '^'
	a, b int32
}

func (g *gates) add(op byte, a, b int) int {
	g.list = append(g.list, operation{op, int32(a), int32(b)})
	return g.inputs + len(g.list) - 1
}

func (g *gates) Const(v bool) int { return g.add('0'+byte(index(v)), 0, 0) }
func (g *gates) And(x, y int) int { return g.add('&', x, y) }
func (g *gates) Xor(x, y int) int { return g.add('^', x, y) }
func (g *gates) Not(x int) int {
	y, ok := g.negated[x]
	if !ok {
		y = g.add('!', x, 0)
		g.negated[x] = y
	}
	return y
}

// record returns the gates of a circuit.
func record(c *circuit.Circuit) *gates {
	g := &gates{inputs: c.Inputs(), negated: map[int]int{}}
	inputs := make([]int, c.Inputs())
	for i := range inputs {
		inputs[i] = i
	}
	g.outputs = circuit.Interpret(c, g, inputs)
	return g
}

// run returns the outputs for each row of bits.
func (g *gates) run(x [][]float64) [][]float64 {
	values := make([][lanes]float64, g.inputs+len(g.list))
	results := make([][]float64, len(x))
	for start := 0; start < len(x); start += lanes {
		block := x[start:min(start+lanes, len(x))]
		for lane, row := range block {
			for i, v := range row {
				values[i][lane] = v
			}
		}
		for i, o := range g.list {
			u, v, w := &values[g.inputs+i], &values[o.a], &values[o.b]
			switch o.op {
			case '0', '1':
				for lane := range u {
					u[lane] = float64(o.op - '0')
				}
			case '!':
				for lane := range u {
					u[lane] = 1 - v[lane]
				}
			case '&':
				for lane := range u {
					u[lane] = v[lane] * w[lane]
				}
			case '^':
				for lane := range u {
					u[lane] = v[lane] + w[lane] - 2*v[lane]*w[lane]
				}
			}
		}
		for lane := range block {
			for _, j := range g.outputs {
				results[start+lane] = append(results[start+lane], values[j][lane])
			}
		}
	}
	return results
}

// TestGates: what the benchmark compares with computes the circuit.
func TestGates(t *testing.T) {
	for _, name := range []string{"aes128", "constant:n=5", "mq:n=12,m=12"} {
		f := function(t, name)
		rng := rand.New(rand.NewPCG(7, 7))
		bits := make([]bool, f.N)
		x := make([][]float64, 20)
		var want [][]float64
		for row := range x {
			for i := range bits {
				bits[i] = rng.Uint64()&1 == 1
				x[row] = append(x[row], float64(index(bits[i])))
			}
			var outputs []float64
			for _, bit := range f.Circuit.Eval(bits) {
				outputs = append(outputs, float64(index(bit)))
			}
			want = append(want, outputs)
		}
		if d := cmp.Diff(want, record(f.Circuit).run(x)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
