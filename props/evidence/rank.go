package evidence

import (
	"math"
	"sync"
)

// rankBets is the first group: for each witness, bets on the rank of the truth
// in the pool, uniform on 0..L under the null. Three quarters of the share of a
// witness go to fixed beta-binomial shapes, a quarter to a kernel estimate from
// the past ranks.
type rankBets struct {
	ranks  int         // L+1, or 2 for pairs
	shapes [][]float64 // for each rank, the factor of each shape
	spans  []float64   // for each shape, its largest factor less its smallest
	counts [][]float64 // for each witness, the past ranks
	past   float64     // number of past calls
	kernel []float64   // by distance in ranks, refreshed each call
	norm   []float64   // for each past rank, the sum of its kernel over all ranks
}

// betaExponents are the logarithms (base 2) of the parameters of the shapes, from
// gentle to nearly a point mass at one end.
var betaExponents = []float64{-4, -2.4, -1.2, -.6, -.3, -.15, 0, .15, .3, .6, 1.2, 2.4, 4}

const (
	kernelWarmUp  = 10   // calls before the kernel estimate bets
	kernelUniform = 0.05 // share of the uniform law in it, which bounds its loss
	shapeShare    = 0.75
)

func newRankBets(witnesses, ranks int) *rankBets {
	b := &rankBets{
		ranks:  ranks,
		counts: make([][]float64, witnesses),
		kernel: make([]float64, ranks),
		norm:   make([]float64, ranks),
	}
	b.shapes, b.spans = rankShapes(ranks)
	for k := range b.counts {
		b.counts[k] = make([]float64, ranks)
	}
	return b
}

// lastShapes are those asked for last: the single y of local mode all ask for the same.
var lastShapes struct {
	sync.Mutex
	shapes [][]float64
	spans  []float64
}

// rankShapes returns the factor of each shape at each rank, rank by rank, and for each shape its
// largest less its smallest. The caller must not change them.
func rankShapes(ranks int) (shapes [][]float64, spans []float64) {
	lastShapes.Lock()
	defer lastShapes.Unlock()
	if len(lastShapes.shapes) == ranks {
		return lastShapes.shapes, lastShapes.spans
	}
	shapes = make([][]float64, ranks)
	for i, ea := range betaExponents {
		for j, eb := range betaExponents {
			if betaExponents[i] == 0 && betaExponents[j] == 0 {
				continue // the uniform law bets nothing
			}
			low, high := math.Inf(1), math.Inf(-1)
			for r := range ranks {
				f := float64(ranks) * math.Exp(logBetaBinomial(r, ranks-1, math.Exp2(ea), math.Exp2(eb)))
				shapes[r] = append(shapes[r], f)
				low, high = min(low, f), max(high, f)
			}
			spans = append(spans, high-low)
		}
	}
	lastShapes.shapes, lastShapes.spans = shapes, spans
	return shapes, spans
}

// logBetaBinomial returns the log probability of r under the beta-binomial law on
// 0..n with parameters a and b.
func logBetaBinomial(r, n int, a, b float64) float64 {
	logBeta := func(a, b float64) float64 {
		la, _ := math.Lgamma(a)
		lb, _ := math.Lgamma(b)
		lab, _ := math.Lgamma(a + b)
		return la + lb - lab
	}
	x, y := float64(r), float64(n-r)
	logChoose := -math.Log(float64(n)+1) - logBeta(x+1, y+1)
	return logChoose + logBeta(x+a, y+b) - logBeta(a, b)
}

// storeSpans stores, for the experts of witness k, the difference between the largest
// and the smallest factor that this call can bring, whatever the rank, in dst.
func (b *rankBets) storeSpans(dst []float64, k int) {
	n := copy(dst, b.spans)
	low, high := math.Inf(1), math.Inf(-1)
	for r := range b.ranks {
		f := b.kernelFactor(k, r)
		low, high = min(low, f), max(high, f)
	}
	dst[n] = high - low
}

// experts returns the number of experts of one witness.
func (b *rankBets) experts() int { return len(b.shapes[0]) + 1 }

// shares appends the shares of the experts of one witness, which sum to 1.
func (b *rankBets) shares(dst []float64) []float64 {
	for range b.shapes[0] {
		dst = append(dst, shapeShare/float64(len(b.shapes[0])))
	}
	return append(dst, 1-shapeShare)
}

// prepare refreshes the kernel, once a call.
func (b *rankBets) prepare() {
	width := max(0.5, 0.25*float64(b.ranks)*math.Pow(b.past+1, -0.2))
	for d := range b.kernel {
		z := float64(d) / width
		b.kernel[d] = math.Exp(-z * z / 2)
	}
	for s := range b.norm {
		b.norm[s] = 0
		for r := range b.ranks {
			b.norm[s] += b.kernel[abs(r-s)]
		}
	}
}

// add adds weight times the factors of the experts of witness k at rank r to dst.
func (b *rankBets) add(dst []float64, k, r int, weight float64) {
	shapes := b.shapes[r]
	for e, f := range shapes {
		dst[e] += weight * f
	}
	dst[len(shapes)] += weight * b.kernelFactor(k, r)
}

func (b *rankBets) kernelFactor(k, r int) float64 {
	if b.past < kernelWarmUp {
		return 1
	}
	density := 0.0
	for s, c := range b.counts[k] {
		if c > 0 {
			density += c * b.kernel[abs(r-s)] / b.norm[s]
		}
	}
	return (1-kernelUniform)*density/b.past*float64(b.ranks) + kernelUniform
}

// learn counts rank r of witness k, once all factors of the call are collected.
func (b *rankBets) learn(k, r int, weight float64) { b.counts[k][r] += weight }

// meanRank returns the mean past rank of witness k as a share of the draws: 0.5 is
// expected, 1 is a truth that always ranks above all draws.
func (b *rankBets) meanRank(k int) float64 {
	sum, n := 0.0, 0.0
	for r, c := range b.counts[k] {
		sum += c * float64(r)
		n += c
	}
	if n == 0 {
		return 0.5
	}
	return sum / n / float64(b.ranks-1)
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}
