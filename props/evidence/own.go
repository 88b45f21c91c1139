package evidence

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Function returns the statistic of one witness: f of a member x and of y, offered to the
// learner. f gets copies, and is called from several goroutines at once.
func Function(name string, f func(x, y []float64) float64) Statistic { return function{name, f} }

type function struct {
	name string
	f    func(x, y []float64) float64
}

func (s function) Names() []string { return []string{s.name} }
func (s function) Learned() int    { return 1 }
func (s function) Pooled() bool    { return false }
func (s function) Evaluate(dst [][]float64, p *Pool) {
	for i := range dst[0] {
		dst[0][i] = s.f(slices.Clone(p.X.RawRowView(i)), slices.Clone(p.Y))
	}
}

// guarded is a user's own statistic, whose panic is an error of the evaluation.
type guarded struct{ Statistic }

// label says in an error which statistic is meant.
func (s guarded) label() string {
	if names := s.Names(); len(names) > 1 {
		return fmt.Sprintf("witnesses %q", names)
	}
	return fmt.Sprintf("witness %q", s.Names()[0])
}

func (s guarded) Evaluate(dst [][]float64, p *Pool) {
	defer func() {
		if r := recover(); r != nil {
			p.failure = fmt.Errorf("%s panicked: %v", s.label(), r)
		}
	}()
	s.Statistic.Evaluate(dst, p)
}

// adopt guards a user's own statistics, in place. It is an error if one has a name that is
// empty or taken, by one of the others or by one that the problem has of itself, or if it
// looks at the whole pool where there are pairs only.
func (b *battery) adopt(own, others []Statistic, pairs bool) error {
	taken := []string{recallName}
	for _, s := range others {
		taken = append(taken, s.Names()...)
	}
	for i, s := range own {
		if s == nil || len(s.Names()) == 0 {
			return errors.New("a witness of one's own without a name: want at least one")
		}
		for _, name := range s.Names() {
			switch {
			case name == "":
				return errors.New("a witness of one's own has an empty name: want one that a report can show")
			case slices.Contains(taken, name):
				return fmt.Errorf("witness %q: there is one of that name already; want another name", name)
			}
			taken = append(taken, name)
		}
		if one, ok := s.(function); ok && one.f == nil {
			return fmt.Errorf("witness %q has no function: want one of x and y", one.name)
		}
		g := guarded{s}
		if pairs && s.Pooled() {
			return fmt.Errorf("%s looks at the whole pool, which it cannot where draws are compared with the truth one by one; want independent draws, at least two a call, and no tolerance", g.label())
		}
		own[i] = g
	}
	return nil
}

// include adds statistics to what is looked at.
func (b *battery) include(statistics ...Statistic) {
	for _, s := range statistics {
		for k, name := range s.Names() {
			_, own := s.(guarded)
			switch {
			case k >= s.Learned():
			case own:
				b.features = append([]int{len(b.names)}, b.features[:min(len(b.features), maxFeatures-1)]...)
			case len(b.features) < maxFeatures:
				b.features = append(b.features, len(b.names))
			}
			b.names = append(b.names, name)
		}
		b.statistics = append(b.statistics, s)
	}
}

// try evaluates a user's own statistics on pools made of draws of the prior (rows of x) and
// what is measured of the first of each (rows of y). It is an error if one panics, or returns
// no number for any member.
func (b *battery) try(own []Statistic, x, y *mat.Dense, draws int, pilot *rand.Rand) error {
	_, d := x.Dims()
	members := min(draws+1, pilotDraws)
	for _, s := range own {
		numbers := make([]int, len(s.Names()))
		for i := 0; i+members <= pilotDraws; i += members {
			var measured []float64
			if y != nil {
				measured = y.RawRowView(i)
			}
			p, _ := b.pool(x.RawRowView(i), x.Slice(i+1, i+members, 0, d).(*mat.Dense), measured, pilot)
			dst := newValues(len(numbers), members)
			if s.Evaluate(dst, p); p.failure != nil {
				return fmt.Errorf("on %s: %w", b.problem.Name(), p.failure)
			}
			for k, row := range dst {
				for _, v := range row {
					if !math.IsNaN(v) {
						numbers[k]++
					}
				}
			}
		}
		for k, n := range numbers {
			if n == 0 {
				return fmt.Errorf("witness %q is NaN for every draw of the prior of %s: want a number for some at least", s.Names()[k], b.problem.Name())
			}
		}
	}
	return nil
}

// newValues returns room for the values of witnesses on the members of a pool.
func newValues(witnesses, members int) [][]float64 {
	flat := make([]float64, witnesses*members)
	values := make([][]float64, witnesses)
	for k := range values {
		values[k], flat = flat[:members:members], flat[members:]
	}
	return values
}
