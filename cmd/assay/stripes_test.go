package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/channel"
	"github.com/creachadair/jrpc2/handler"
	"gonum.org/v1/gonum/mat"

	"assay/samplers"
	"assay/spec"
)

// stripe is the height of x[0] over waves that are much narrower than the named problems and much wider
// than rounding.
func stripe(x []float64) float64 { return math.Sin(200 * x[0]) }

// striped draws twice from the posterior and keeps what is higher by the waves: a fault that on
// those problems no built-in witness sees.
func striped(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
	n, d := dst.Dims()
	other := mat.NewDense(n, d, nil)
	for _, draws := range []*mat.Dense{dst, other} {
		if err := samplers.Exact().Sample(ctx, draws, p, y, rng); err != nil {
			return err
		}
	}
	for i := range n {
		if stripe(other.RawRowView(i)) > stripe(dst.RawRowView(i)) {
			dst.SetRow(i, other.RawRowView(i))
		}
	}
	return nil
}

// floats is an array of the protocol.
type floats struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Data  string `json:"data"`
}

// stripesProgram speaks the protocol as a program that offers the witness stripe, and nothing else.
func stripesProgram() {
	server := jrpc2.NewServer(handler.Map{
		"hello": func(context.Context, *jrpc2.Request) (any, error) {
			return map[string]any{"protocol": 1, "name": "stripes", "independent": true, "witnesses": []string{"stripe"}}, nil
		},
		"witness": handler.New(func(_ context.Context, q struct {
			X floats `json:"x"`
		}) (map[string]floats, error) {
			raw, err := base64.StdEncoding.DecodeString(q.X.Data)
			if err != nil {
				return nil, err
			}
			n, d := q.X.Shape[0], q.X.Shape[1]
			x, values := make([]float64, n*d), make([]float64, n)
			if _, err := binary.Decode(raw, binary.LittleEndian, x); err != nil {
				return nil, err
			}
			for i := range n {
				values[i] = stripe(x[i*d : (i+1)*d])
			}
			encoded, err := binary.Append(nil, binary.LittleEndian, values)
			return map[string]floats{"values": {"<f8", []int{1, n}, base64.StdEncoding.EncodeToString(encoded)}}, err
		}),
		"bye": func(context.Context, *jrpc2.Request) (any, error) { return struct{}{}, nil },
	}, nil)
	_ = server.Start(channel.Line(os.Stdin, os.Stdout)).Wait() // it ends when assay goes away
}
