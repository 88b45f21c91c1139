package reduction

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"assay/internal/circuit"
	"assay/internal/memory"
	"assay/reduction/oneway"
	"assay/spec"
)

// Encoding is how an output bit is written into its coordinate.
type Encoding string

const (
	// Lattice puts it into the parity of a Gaussian on a lattice: the construction
	// of the paper, whose smoothed score a local rule computes at every noise level.
	Lattice Encoding = "lattice"
	// Vertex puts it into the sign, like the secret: the attempt that the paper
	// discards. It is as hard to condition, but at middle noise levels its score
	// mixes many secrets and no local rule computes it.
	Vertex Encoding = "vertex"
)

// Dials are the parameters of a hard instance, in unscaled units.
type Dials struct {
	R        float64  `json:"R"`    // distance of a secret coordinate from zero
	Eps      float64  `json:"eps"`  // lattice spacing; parities differ by one step
	Beta     float64  `json:"beta"` // deviation of the measurement noise
	Padding  int      `json:"padding"`
	Encoding Encoding `json:"encoding"`
}

// DefaultDials are R = 10, eps = 0.4, beta = eps/10, no padding, lattice encoding.
func DefaultDials() Dials {
	return Dials{R: 10, Eps: 0.4, Beta: 0.04, Encoding: Lattice}
}

// Instance is the hard prior of a function f from n to m bits, on R^d with
// d = n + m + padding, in units scaled by 1/R:
//
//   - coordinates 0..n-1 are (R s_i + N(0,1))/R for a uniform secret s, bit i of the
//     secret being [x_i > 0];
//   - coordinates n..n+m-1 hold f(s), one bit each, as [Encoding] says; a lattice
//     coordinate is exactly float64(k)*eps/R for an integer k of parity f_j(s);
//   - the padding is N(0,1)/R.
//
// Its [spec.Denoiser] is the polynomial-time one of the paper: it reads the bits off
// the signs and never sums over secrets. [Instance.Enumerate] is the exact one for
// small n.
type Instance struct {
	function *oneway.Function
	dials    Dials
	laws     [2]outputLaw // of an output coordinate, by its bit
	eval     *evaluator
}

// New returns the hard instance of f. It is an error if a dial is out of range.
func New(f *oneway.Function, dials Dials) (*Instance, error) {
	positive := func(v float64) bool { return v > 0 && !math.IsInf(v, 1) }
	in := &Instance{function: f, dials: dials, eval: newEvaluator(f)}
	switch {
	case !positive(dials.R):
		return nil, fmt.Errorf("hard instance: R is %v, want a positive number", dials.R)
	case !positive(dials.Eps) || dials.Eps < 1e-3 || dials.Eps > 1e3:
		return nil, fmt.Errorf("hard instance: eps is %v, want a number from 0.001 to 1000", dials.Eps)
	case !positive(dials.Beta):
		return nil, fmt.Errorf("hard instance: beta is %v, want a positive number", dials.Beta)
	case dials.Padding < 0:
		return nil, fmt.Errorf("hard instance: padding is %d, want 0 or more", dials.Padding)
	case dials.Encoding == Lattice:
		in.laws = [2]outputLaw{latticeLaw{newCoset(dials.Eps, 0)}, latticeLaw{newCoset(dials.Eps, 1)}}
	case dials.Encoding == Vertex:
		in.laws = [2]outputLaw{vertexLaw{-dials.R}, vertexLaw{dials.R}}
	default:
		return nil, fmt.Errorf("hard instance: encoding is %q, want %q or %q", dials.Encoding, Lattice, Vertex)
	}
	return in, nil
}

// Function returns f.
func (in *Instance) Function() *oneway.Function { return in.function }

// Dials returns the parameters.
func (in *Instance) Dials() Dials { return in.dials }

// Dim returns d = n + m + padding.
func (in *Instance) Dim() int {
	return in.function.N + in.function.M + in.dials.Padding
}

// String returns the function and the dials in words.
func (in *Instance) String() string {
	return fmt.Sprintf("the hard instance of %s in R^%d, R = %v, eps = %v, encoding %s",
		in.function.Name, in.Dim(), in.dials.R, in.dials.Eps, in.dials.Encoding)
}

// Sample fills the rows of dst with draws.
func (in *Instance) Sample(dst *mat.Dense, rng *rand.Rand) {
	rows, _ := dst.Dims()
	n := in.function.N
	for row := range rows {
		secret := circuit.RandomBits(n, rng)
		x := dst.RawRowView(row)
		in.fillSecret(x, secret, rng)
		for j, bit := range in.function.Circuit.Eval(secret) {
			x[n+j] = in.laws[index(bit)].draw(rng) / in.dials.R
		}
	}
}

// fillSecret draws the coordinates of x that hold the secret, and the padding.
func (in *Instance) fillSecret(x []float64, secret []bool, rng *rand.Rand) {
	R := in.dials.R
	for i, bit := range secret {
		x[i] = (R*sign(bit) + rng.NormFloat64()) / R
	}
	for i := in.function.N + in.function.M; i < len(x); i++ {
		x[i] = rng.NormFloat64() / R
	}
}

// Measurement returns the linear measurement of the output coordinates, with noise
// beta/R in the scaled units.
func (in *Instance) Measurement() spec.Linear {
	n, m := in.function.N, in.function.M
	a := mat.NewDense(m, in.Dim(), nil)
	for j := range m {
		a.Set(j, n+j, 1)
	}
	measurement, err := spec.NewLinear(a, in.dials.Beta/in.dials.R)
	if err != nil { // the dials were checked
		panic(err)
	}
	return measurement
}

// isOwn reports whether m is the instance's own measurement, with any noise. It builds
// none to compare with, for a sampler asks in every call.
func (in *Instance) isOwn(m spec.Linear) bool {
	if m.Rows() != in.function.M || m.Dim() != in.Dim() {
		return false
	}
	for j := range m.Rows() {
		for i, v := range m.A().RawRowView(j) {
			if v != float64(index(i == in.function.N+j)) {
				return false
			}
		}
	}
	return true
}

// Problem returns the instance with its own measurement, under the given name. It is an error if
// there is not the memory for that.
func (in *Instance) Problem(name string) (*spec.Problem, error) {
	// A is written out and copied, and a copy becomes garbage.
	if err := memory.Need(name, 8*4*float64(in.function.M)*float64(in.Dim())); err != nil {
		return nil, err
	}
	return spec.NewProblem(name, in, in.Measurement())
}

// Secret returns the bits [x_i > 0] of a point x (length d).
func (in *Instance) Secret(x []float64) []bool {
	secret := make([]bool, in.function.N)
	for i := range secret {
		secret[i] = x[i] > 0
	}
	return secret
}

// Parities returns the bits in the output coordinates of x (length d), each that of
// the nearest lattice point, or vertex.
func (in *Instance) Parities(x []float64) []bool {
	n, m := in.function.N, in.function.M
	return in.Decode(x[n : n+m])
}

// Decode returns the bit nearest to each y_j (length m), a measured output.
func (in *Instance) Decode(y []float64) []bool {
	bits := make([]bool, len(y))
	for j, v := range y {
		if in.dials.Encoding == Vertex {
			bits[j] = v > 0
		} else {
			bits[j] = math.Mod(math.RoundToEven(v*in.dials.R/in.dials.Eps), 2) != 0
		}
	}
	return bits
}

// OnCoset reports whether every output coordinate of x (length d) is exactly a point of
// the lattice coset of the given bits, as every draw of the prior is.
func (in *Instance) OnCoset(x []float64, bits []bool) bool {
	for j, bit := range bits {
		v := x[in.function.N+j]
		k := math.Round(v * in.dials.R / in.dials.Eps)
		if k*in.dials.Eps/in.dials.R != v || (math.Mod(k, 2) != 0) != bit {
			return false
		}
	}
	return true
}

// Scale returns the narrowest and the widest deviation: of a secret coordinate
// around its sign or a step of the lattice, and of a whole coordinate.
func (in *Instance) Scale() (narrowest, widest float64) {
	R := in.dials.R
	narrow := 1.0
	if in.dials.Encoding == Lattice {
		narrow = min(1, in.dials.Eps)
	}
	return narrow / R, math.Hypot(R, 1) / R
}

// MarshalJSON returns the canonical text form.
func (in *Instance) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Kind     string `json:"kind"`
		Function string `json:"function"`
		Dials
	}{"hard", in.function.Name, in.dials})
}

// sign returns +1 for a set bit and -1 for a clear one.
func sign(bit bool) float64 {
	if bit {
		return 1
	}
	return -1
}

// index returns 1 for a set bit and 0 for a clear one.
func index(bit bool) int {
	if bit {
		return 1
	}
	return 0
}

// parsePrior reads the canonical text form of an [Instance].
func parsePrior(text []byte) (spec.Prior, error) {
	var form struct {
		Function string `json:"function"`
		Dials
	}
	if err := json.Unmarshal(text, &form); err != nil {
		return nil, fmt.Errorf("hard instance: %w", err)
	}
	f, err := oneway.Parse(form.Function)
	if err != nil {
		return nil, fmt.Errorf("hard instance: %w", err)
	}
	return New(f, form.Dials)
}

func init() { spec.RegisterPrior("hard", parsePrior) }
