package external

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/creachadair/jrpc2"
	"gonum.org/v1/gonum/mat"

	"assay/internal/tally"
	"assay/internal/tweedie"
	"assay/spec"
)

// counts is how many rows programs asked for, by callback.
type counts struct {
	Denoise, Score, JVP, PriorDraws atomic.Int64
}

// question is the parameters of every callback.
type question struct {
	Problem int
	X, V    *array
	Sigma   float64
	N       int
	Call    int // which call of a batch it works on
}

// answer is the result of every callback: rows, one for each of the question.
type answer struct {
	Value array `json:"value"`
}

// callback answers a question about the prior of a problem, when the answers before it have
// been written: they would fill the memory otherwise.
func (s *session) callback(ctx context.Context, request *jrpc2.Request) (any, error) {
	select {
	case s.frames.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var text json.RawMessage
	var params said
	var q question
	err := request.UnmarshalParams(&text)
	if err == nil {
		params, err = hear(text)
	}
	if err == nil {
		q, err = params.question()
	}
	if err != nil {
		return nil, jrpc2.Errorf(jrpc2.InvalidParams, "%s: %v", request.Method(), err)
	}
	s.mu.Lock() // one after the other: they share a stream
	defer s.mu.Unlock()
	value, err := s.answer(request.Method(), &q)
	if err != nil {
		return nil, jrpc2.Errorf(jrpc2.InvalidParams, "%s: %v", request.Method(), err)
	}
	return answer{s.frames.packRows(value)}, nil
}

func (s *session) answer(method string, q *question) (*mat.Dense, error) {
	var prior spec.Prior
	for _, k := range s.known {
		if k.number == q.Problem {
			prior = k.problem.Prior()
		}
	}
	if prior == nil {
		return nil, fmt.Errorf("problem %d is not known; the last %d are", q.Problem, remembered)
	}
	if method == "prior_draws" {
		if most := maxFrame / 16 / prior.Dim(); q.N < 1 || q.N > most {
			return nil, fmt.Errorf("n is %d, want 1 to %d", q.N, most)
		}
		if q.Call < 0 || q.Call >= len(s.rngs) {
			return nil, fmt.Errorf("call is %d, want the number of the call that it works on, 0 to %d", q.Call, len(s.rngs)-1)
		}
		s.counts.PriorDraws.Add(int64(q.N))
		s.charges.add(q.Call, "prior draws", q.N)
		draws := mat.NewDense(q.N, prior.Dim(), nil)
		prior.Sample(draws, s.rngs[q.Call])
		return draws, nil
	}
	denoiser, ok := prior.(spec.Denoiser)
	if !ok {
		return nil, fmt.Errorf("the prior is known by its draws only; there is prior_draws")
	}
	if !(q.Sigma > 0) || math.IsInf(q.Sigma, 1) {
		return nil, fmt.Errorf("sigma is %v, want a positive standard deviation", q.Sigma)
	}
	x, err := s.rows("x", q.X, prior.Dim())
	if err != nil {
		return nil, err
	}
	n, d := x.Dims()
	value := mat.NewDense(n, d, nil)
	switch method {
	case "denoise":
		s.counts.Denoise.Add(int64(n))
		s.charges.add(q.Call, tally.PointsDenoised, n)
		denoiser.Denoise(value, x, q.Sigma)
	case "score":
		s.counts.Score.Add(int64(n))
		s.charges.add(q.Call, tally.PointsDenoised, n)
		tweedie.Score(value, denoiser, x, q.Sigma)
	case "jvp":
		v, err := s.rows("v", q.V, d)
		if err != nil {
			return nil, err
		}
		if rows, _ := v.Dims(); rows != n {
			return nil, fmt.Errorf("v has %d rows, x has %d", rows, n)
		}
		s.counts.JVP.Add(int64(n))
		s.charges.add(q.Call, tally.JacobianProducts, n)
		denoiser.Linearize(value, x, q.Sigma)(value, v)
	default:
		return nil, fmt.Errorf("there is no such callback; there are denoise, score, jvp and prior_draws")
	}
	return value, nil
}

// rows returns the matrix that an array holds, which must have at least one row, d columns
// and finite numbers.
func (s *session) rows(name string, a *array, d int) (*mat.Dense, error) {
	if a == nil {
		return nil, fmt.Errorf("%s is missing", name)
	}
	raw, err := s.frames.unpack(a)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(a.Shape) != 2 || a.Shape[0] < 1 || a.Shape[1] != d {
		return nil, fmt.Errorf("%s has shape %v, want [n %d] with n at least 1", name, a.Shape, d)
	}
	rows := mat.NewDense(a.Shape[0], d, nil)
	defer s.frames.recycle(raw)
	if err := store(rows, raw); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return rows, nil
}
