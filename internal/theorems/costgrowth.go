package theorems

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"assay/internal/circuit"
	"assay/internal/inverter"
	"assay/reduction/oneway"
)

// growing is a family of functions by the number of input bits and the seed of their public
// parameters, at three sizes.
type growing struct {
	format string
	sizes  []int
}

// costGrowth is the cost of inverting the functions of one family, pair by pair: row i holds the
// logarithms, base 2, of one more than the work on a function and a target of each size.
type costGrowth struct {
	growing
	logs       [][3]float64
	enumerated bool // at 2^n inputs each
}

// measureGrowth inverts one image of each of a number of functions of every size.
func measureGrowth(r *run, number int, family growing, count costs) (*costGrowth, error) {
	g := &costGrowth{growing: family, logs: make([][3]float64, r.of(32, 64)), enumerated: true}
	for i := range g.logs {
		for k, n := range family.sizes {
			f, err := oneway.Parse(fmt.Sprintf(family.format, n, i))
			if err != nil {
				return nil, err
			}
			rng := r.stream(fmt.Sprintf("lower bound %d, n = %d", number, n), i)
			z := f.Reference(circuit.RandomBits(n, rng))
			work, err := count.invert(r.ctx, f.Circuit, z, rng)
			if err != nil {
				return nil, err
			}
			g.logs[i][k] = math.Log2(1 + float64(work))
			looked, err := count.enumerate(r.ctx, f.Circuit, z)
			if err != nil {
				return nil, err
			}
			g.enumerated = g.enumerated && looked == 1<<n
		}
	}
	return g, nil
}

// slopes returns the exponents between two sizes, sorted.
func (g *costGrowth) slopes(from, to int) []float64 {
	slopes := make([]float64, len(g.logs))
	for i, l := range g.logs {
		slopes[i] = (l[to] - l[from]) / float64(g.sizes[to]-g.sizes[from])
	}
	slices.Sort(slopes)
	return slopes
}

// exponent returns the median of the slopes.
func (g *costGrowth) exponent(from, to int) float64 {
	return stat.Quantile(0.5, stat.LinInterp, g.slopes(from, to), nil)
}

// interval returns an interval for the median of the slopes, of confidence 95 % at least,
// whatever their law: the k-th smallest of N is above the median with probability
// P(Bin(N, 1/2) < k), and the k-th largest below it with the same.
func (g *costGrowth) interval() (low, high float64) {
	slopes := g.slopes(0, 2)
	k := 0
	for atMost(k, len(slopes), 0.5) <= 0.025 {
		k++
	}
	if k == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	return slopes[k-1], slopes[len(slopes)-k]
}

// cubic is the exponent that a cost of n^3 would show between the sizes.
func (g *costGrowth) cubic() float64 {
	from, to := float64(g.sizes[0]), float64(g.sizes[2])
	return 3 * math.Log2(to/from) / (to - from)
}

// p is the p-value of the claim that a slope is above the cubic one with probability at least
// 1/2: a sign test.
func (g *costGrowth) p() float64 {
	below := 0
	for _, slope := range g.slopes(0, 2) {
		if slope <= g.cubic() {
			below++
		}
	}
	return atLeast(below, len(g.logs), 0.5)
}

// noticed returns the share of slopes below the cubic one that would be noticed nine times in
// ten.
func (g *costGrowth) noticed(alpha float64) float64 {
	return min(1, noticedAbove(len(g.logs), 0.5, alpha))
}

func (g *costGrowth) notes() []string {
	low, high := g.interval()
	base, _, _ := strings.Cut(g.format, ":")
	enumeration := "2^n inputs, exactly"
	if !g.enumerated {
		enumeration = "not 2^n inputs"
	}
	return []string{
		fmt.Sprintf("enumeration, %s: %s; n = %v", base, enumeration, g.sizes),
		fmt.Sprintf("SAT, %s: 2^(%.2f n) conflicts [%.2f, %.2f]: 2^(%.2f n) from the first to the second size, 2^(%.2f n) from there; n^3 would be 2^(%.2f n); n = %v",
			base, g.exponent(0, 2), low, high, g.exponent(0, 1), g.exponent(1, 2), g.cubic(), g.sizes),
	}
}

// linearAlgebra says, for comparison with the hard functions, what the same measurement says of one that is
// easy: it is refuted there.
func linearAlgebra(r *run, sizes []int) (string, error) {
	g, err := measureGrowth(r, -1, growing{"linear:n=%d,m=%[1]d,seed=%d", sizes}, costs{enumerate: everyInput, invert: inverting(inverter.Linear())})
	if err != nil {
		return "", err
	}
	low, high := g.interval()
	word := "refuted"
	if g.p() > r.alpha {
		word = "not refuted"
	}
	return fmt.Sprintf("linear algebra, linear functions: 2^(%.2f n) inputs [%.2f, %.2f]; growth by more than n^3 is %s (p %.2g)", g.exponent(0, 2), low, high, word, g.p()), nil
}
