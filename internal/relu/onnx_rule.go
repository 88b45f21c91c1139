package relu

import (
	"fmt"
	"io"
	"math"

	"assay/internal/circuit"
	"assay/reduction"
)

// ruleCertificate bounds the error of the local rule, over all levels sigma from From = d^-C to
// To = d^C: sigma^2 E|s^ - s|^2 <= Total <= Target = d^-C.
type ruleCertificate struct {
	C      float64 `json:"C"`
	From   float64 `json:"from"`
	To     float64 `json:"to"`
	Target float64 `json:"target"`
	Total  float64 `json:"total"`
}

// CertifyRule certifies the local rule of a lattice instance for the exponent C > 0, by
// [reduction.Instance.WorstScoreBound]. It is an error, which says what is missing, if the
// instance is not well modelled.
func CertifyRule(in *reduction.Instance, C float64) (ruleCertificate, error) {
	cert := ruleCertificate{C: C, To: math.Pow(float64(in.Dim()), C)}
	cert.From, cert.Target = 1/cert.To, 1/cert.To
	if err := checkCertifiable(in, C); err != nil {
		return cert, err
	}
	if cert.Total = in.WorstScoreBound(C); cert.Total > cert.Target {
		return cert, fmt.Errorf("score network: not well modelled: over sigma from d^-C to d^C it is certified to sigma^2 E|s^-s|^2 <= %.3g only, want d^-C = %.3g; a larger R or a smaller eps helps", cert.Total, cert.Target)
	}
	return cert, nil
}

// checkCertifiable returns an error for what has no certificate whatever sigma is.
func checkCertifiable(in *reduction.Instance, C float64) error {
	switch encoding := in.Dials().Encoding; {
	case !(C > 0) || math.Pow(float64(in.Dim()), -C) == 0:
		return fmt.Errorf("score network: C is %v, want a positive number with d^-C above 0", C)
	case encoding != reduction.Lattice:
		return fmt.Errorf("score network: the encoding is %q, and no local rule is known for it; want %q", encoding, reduction.Lattice)
	}
	return nil
}

// WriteRule writes the local rule, [reduction.Instance.Denoise], as an ONNX model for any level
// of noise: from "x" (batch, d) and "sigma" (1) or (batch) to "denoised" (batch, d). Only the
// circuit is a ReLU network here, on the bits [x_i > 0]. The functions of one variable are not
// piecewise linear but exact, in tanh and exp: a ReLU network has a sigma built in. The model
// returns NaN unless sigma R is from 1e-100 to 1e100, in float32 from 1e-5 to 1e15. It is an
// error if the instance has vertices, which have no such rule.
//
// With mu = x/(1+s^2), s = sigma R, all unscaled, an output that holds the bit b has the mean
// D_0(mu + eps b) - eps b, and with c the even lattice point nearest to y
//
//	D_0(y) = c + sum_k o_k w_k / sum_k w_k,  o_k = 2 eps k,  w_k = exp(o_k (y - c - o_k/2)/v),
//
// where w_0 = 1 is the largest term, nearly, and those that the sum leaves out are below 1e-20
// for every v <= 1.
func WriteRule(w io.Writer, in *reduction.Instance, format Format, metadata map[string]string) error {
	dials, f := in.Dials(), in.Function()
	if dials.Encoding != reduction.Lattice {
		return fmt.Errorf("onnx: the encoding is %q, and no local rule is known for it; want %q", dials.Encoding, reduction.Lattice)
	}
	g, err := newGraph(format)
	if err != nil {
		return err
	}
	d, n, m := in.Dim(), f.N, f.M
	number := func(v float64) string { return g.numbers([]float64{v}, 1) }
	op := func(name string, inputs ...string) string { return g.node(name, inputs) }
	rows := func(of string, from, to int) string {
		return op("Slice", of, g.axis(uint64(from)), g.axis(uint64(to)), g.axis(0))
	}
	x := g.node("Transpose", []string{onnxInput}, ints("perm", 1, 0))
	s := op("Mul", onnxSigma, number(dials.R))
	square := op("Mul", s, s)
	grow := op("Add", square, number(1))
	v := op("Div", square, grow)
	mu := op("Div", op("Mul", x, number(dials.R)), grow)

	signs := g.node("Cast", []string{op("Greater", rows(x, 0, n), number(0))}, integer("to", int(format)))
	shift := op("Mul", g.network(circuitNetwork(f.Circuit), signs), number(dials.Eps))

	secret := rows(mu, 0, n)
	tanh := op("Tanh", op("Mul", secret, number(dials.R)))
	secret = op("Add", secret, op("Mul", op("Mul", tanh, number(dials.R)), v))

	y := op("Add", rows(mu, n, n+m), shift)
	step := number(2 * dials.Eps)
	nearest := op("Mul", op("Round", op("Div", y, step)), step)
	var offsets, halves []float64
	for k, reach := 0, latticeReach(dials.Eps); k <= 2*reach; k++ {
		offset := 2 * dials.Eps * float64(k-reach)
		offsets, halves = append(offsets, offset), append(halves, offset/2)
	}
	o := g.numbers(offsets, len(offsets), 1, 1)
	exponents := op("Div", op("Mul", o, op("Sub", op("Sub", y, nearest), g.numbers(halves, len(halves), 1, 1))), v)
	weights := g.node("Softmax", []string{exponents}, integer("axis", 0))
	moved := g.node("ReduceSum", []string{op("Mul", o, weights), g.axis(0)}, integer("keepdims", 0))
	output := op("Sub", op("Add", nearest, moved), shift)

	parts := []string{secret, output}
	if n+m < d {
		parts = append(parts, rows(mu, n+m, d))
	}
	means := op("Div", g.node("Concat", parts, integer("axis", 0)), number(dials.R))
	least, most := leastNoise, mostNoise
	if format == Single {
		least, most = 1e-5, 1e15
	}
	known := op("And", op("GreaterOrEqual", s, number(least)), op("LessOrEqual", s, number(most)))
	means = op("Where", known, means, number(math.NaN()))
	g.named(onnxOutput, "Transpose", []string{means}, ints("perm", 1, 0))
	g.port(graphInput, onnxInput, "batch", d)
	g.port(graphInput, onnxSigma, "levels")
	g.port(graphOutput, onnxOutput, "batch", d)
	_, err = w.Write(g.model("rule", metadata))
	return err
}

// circuitNetwork returns the network of a circuit, from bits to bits.
func circuitNetwork(c *circuit.Circuit) *Network {
	b := newBuilder(c.Inputs())
	bits := make([]affine, c.Inputs())
	for i := range bits {
		bits[i] = b.Input(i)
	}
	return b.Build(b.Circuit(c, bits)...)
}

// latticeReach returns the k beyond which the weights of [WriteRule] are below 1e-20: with y - c
// at most eps the exponent of weight k is at most -2 eps^2 (k^2 - k) for v <= 1.
func latticeReach(eps float64) int {
	return int(math.Ceil(0.5 + math.Sqrt(0.25+23.1/(eps*eps))))
}
