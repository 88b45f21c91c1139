package inverter

import (
	"context"
	"math"
	"math/rand/v2"

	"assay/internal/circuit"
)

// lister returns all preimages of z, or more than limit of them.
type lister func(ctx context.Context, c *circuit.Circuit, z []bool, limit int) ([][]bool, Work, error)

// The range of the dial cell: the largest number of preimages listed at a time.
const (
	minCell     = 32
	maxCell     = 1 << 16
	defaultCell = 128
)

// sample draws uniform preimages, as Chakraborty, Meel and Vardi's UniGen does. If it
// can list them all, at most cell, it does and chooses: exactly uniform. Otherwise, and
// where even small cells are well filled, it lists random cells.
//
// A cell is the part of the preimages, N in all, in a uniform affine subspace V of
// 2^k of the 2^n inputs, V being imposed by substitution: the cell is all preimages
// under a circuit of k inputs. A cell C of at most cell preimages is accepted with
// probability |C|/cell, and then one of it is chosen; all others are thrown away. So
// an attempt returns preimage x with probability
//
//	sum over V of Pr[V] [x in V, |C| <= cell] (|C|/cell) (1/|C|)
//	  = 2^(k-n)/cell (1 - o(x)),  o(x) = Pr[|C| > cell | x in V]:
//
// the same for all x but for the chance o(x) that its cell overflows. If o <= O for
// all x, the law of what is returned is within O of uniform in total variation, because
// its ratio to uniform is at least 1 - O everywhere.
//
// To bound o, let X = |C| - 1, given x in V. V - x is a uniform linear subspace L of
// dimension k, and X counts the N - 1 differences y != 0 of other preimages from x
// that L contains. L contains r linearly independent vectors with probability
// prod_(i<r) (2^k - 2^i)/(2^n - 2^i) <= p^r, p = (2^k - 1)/(2^n - 1). Any two
// distinct y are independent: the pairwise independence of parities. More is true.
// Of the q-tuples of distinct y, those whose span has dimension r number at most
// (N-1)^r binomial(q, r) 2^(r (q-r)): choose the places of a basis, the basis, and each
// of the others as one of at most 2^r sums. r is at least log2(q+1). With
// mu = (N-1) p <= N 2^(k-n), the mean size of a cell, Markov's inequality for the
// number X(X-1)...(X-q+1) of q-tuples gives
//
//	o(x) <= Pr[X >= cell] <= sum_r binomial(q,r) 2^(r (q-r)) mu^r / (cell ... (cell-q+1))
//
// for every q; q = 2 is what pairwise independence alone gives, mu^2/(cell (cell-1)).
//
// chooseParities sees to it that mu is at most a given bound, except with another
// small probability. cellBias is the sum of the two.
func (o *cells) sample(ctx context.Context, draws, cell int, rng *rand.Rand) ([][]bool, error) {
	start, all, err := o.look(ctx, cell, rng)
	if err != nil {
		return nil, err
	}
	x := make([][]bool, 0, draws)
	if all != nil {
		for range draws {
			x = append(x, all[rng.IntN(len(all))])
		}
		return x, nil
	}
	parities, err := o.chooseParities(ctx, start, targetSize(cell), rng)
	if err != nil {
		return nil, err
	}
	for len(x) < draws {
		found, err := o.random(ctx, parities, cell, rng)
		if err != nil {
			return nil, err
		}
		if len(found) <= cell && rng.IntN(cell) < len(found) {
			x = append(x, found[rng.IntN(len(found))])
		}
	}
	return x, nil
}

// look returns all preimages if they are at most cell, or else a number of parities
// from which to begin: that of the smallest of some cells that is larger than aimed
// at, or 1. It sweeps what it can before it searches, small cells first.
func (o *cells) look(ctx context.Context, cell int, rng *rand.Rand) (start int, all [][]bool, err error) {
	target := int(targetSize(cell))
	grow := func(k int, affords func(k int) bool) (int, bool, error) {
		for ; k < o.c.Inputs() && affords(k); k++ {
			found, err := o.random(ctx, o.c.Inputs()-k, target, rng)
			if err != nil || len(found) > target {
				return k, true, err
			}
		}
		return k, false, nil
	}
	k, enough, err := grow(0, o.affords)
	if err != nil || enough {
		return o.c.Inputs() - k, nil, err
	}
	if all, err = o.list(ctx, newSystem(o.c.Inputs()), cell); err != nil {
		return 0, nil, err
	}
	if len(all) == 0 {
		return 0, nil, ErrNoPreimage
	}
	if len(all) <= cell {
		return 0, all, nil
	}
	k, _, err = grow(k, func(int) bool { return true })
	return max(1, o.c.Inputs()-k), nil, err
}

// targetSize is the mean size of a cell aimed at. Larger cells overflow more often; of
// smaller ones more are thrown away, about cell/size for every draw.
func targetSize(cell int) float64 { return float64(cell) / 32 }

// cells draws uniform preimages of z under c; see sample. It is for one goroutine.
type cells struct {
	c      *circuit.Circuit
	z      []bool
	search lister
	sweep  *sweep // of small subspaces; nil if all are searched
	work   Work   // all that was done
}

// affords reports whether subspaces of dimension k are swept.
func (o *cells) affords(k int) bool { return o.sweep != nil && o.sweep.affords(k) }

// list returns the preimages among the solutions of a system, or more than limit of
// them.
func (o *cells) list(ctx context.Context, s *system, limit int) ([][]bool, error) {
	if o.affords(s.n - len(s.rows)) {
		found, work, err := o.sweep.list(ctx, s, o.z, limit)
		o.work.Add(work)
		return found, err
	}
	found, work, err := o.search(ctx, s.substitute(o.c), o.z, limit)
	o.work.Add(work)
	for i, free := range found {
		found[i] = s.solve(free)
	}
	return found, err
}

// random lists the preimages in a uniform affine subspace of codimension parities.
func (o *cells) random(ctx context.Context, parities, limit int, rng *rand.Rand) ([][]bool, error) {
	s := newSystem(o.c.Inputs())
	s.imposeRandom(parities, rng)
	o.work.Cells++
	return o.list(ctx, s, limit)
}

// In a test of a number of parities, testCells cells are listed, and it passes if their
// mean size is at most the target. A number of parities that leaves cells of mean
// size looseness times the target or more passes rarely; see cellBias.
const (
	testCells = 64
	looseness = 3
)

// chooseParities returns a number of parities, at or near start, that passes the test
// while one less does not, or would be none.
func (o *cells) chooseParities(ctx context.Context, start int, target float64, rng *rand.Rand) (int, error) {
	r := start
	for r < o.c.Inputs() { // with all inputs used up, a cell is one point or nothing
		passes, err := o.test(ctx, r, target, rng)
		if err != nil {
			return 0, err
		}
		if passes {
			break
		}
		r++
	}
	if r > start {
		return r, nil
	}
	for r > 0 {
		passes, err := o.test(ctx, r-1, target, rng)
		if err != nil {
			return 0, err
		}
		if !passes {
			break
		}
		r--
	}
	return r, nil
}

// test reports whether the mean size of testCells cells is at most target.
func (o *cells) test(ctx context.Context, parities int, target float64, rng *rand.Rand) (bool, error) {
	left := int(testCells * target)
	for range testCells {
		found, err := o.random(ctx, parities, left, rng)
		if err != nil {
			return false, err
		}
		if left -= len(found); left < 0 {
			return false, nil
		}
	}
	return true, nil
}

// cellBias bounds the total variation between the law of a preimage drawn by sat with
// the given dial cell and the uniform law: the probability that a cell overflows (see
// cells.sample) when its mean size is at most 3 cell/32, plus the probability that
// mean sizes beyond that pass the test of chooseParities.
//
// In that test the sizes X of T = 64 cells are independent, of mean lambda and, by
// pairwise independence, of variance at most lambda. For t >= 0, E exp(-t X) <=
// 1 - t lambda + t^2 (lambda + lambda^2)/2, so that by Chernoff's method
//
//	Pr[sum X <= T a] <= exp(-T (lambda - a)^2 / (2 (lambda + lambda^2))),  lambda >= a.
//
// Each parity less doubles lambda, and the union bound over all numbers of parities
// is the sum over lambda = 3a, 6a, 12a, ...; the test is made at most once for each.
func cellBias(cell int) float64 {
	a := targetSize(cell)
	bias := overflow(looseness*a, cell)
	for lambda := looseness * a; lambda < 1e18; lambda *= 2 {
		bias += math.Exp(-testCells * (lambda - a) * (lambda - a) / (2 * (lambda + lambda*lambda)))
	}
	return min(1, bias)
}

// overflow bounds the probability that a cell, given one preimage in it, holds cell
// others, mu being the mean number of those: the least of the bounds of
// cells.sample over q.
func overflow(mu float64, cell int) float64 {
	least := 0.0 // logarithm
	for q := 1; q <= min(cell, 24); q++ {
		sum := 0.0
		for r := 1; r <= q; r++ {
			if 1<<r > q {
				sum += math.Exp(logBinomial(q, r) + float64(r*(q-r))*math.Ln2 + float64(r)*math.Log(mu))
			}
		}
		tuples := 0.0
		for i := range q {
			tuples += math.Log(float64(cell - i))
		}
		least = min(least, math.Log(sum)-tuples)
	}
	return math.Exp(least)
}

func logBinomial(n, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	return lg(n) - lg(k) - lg(n-k)
}
