package props

import (
	"cmp"
	"math"
	"runtime"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Record is the course of a judgement, for reports; see [Recorded]. Its JSON form holds no times.
type Record struct {
	Format   recordFormat `json:"format"`
	Assay    string       `json:"assay"`
	Go       string       `json:"go"`
	Verdict  *Verdict     `json:"verdict"` // which holds the options, and what was spent
	Draws    int          `json:"draws"`   // asked of the candidate, in the calls that were bet on
	Wealth   Course       `json:"wealth"`  // over all problems
	Problems []Recording  `json:"problems"`
	// Largest are the calls that moved the wealth on their problem most, at most ten.
	Largest []Move `json:"largest_moves"`
}

// Recording is the course of a judgement on one problem.
type Recording struct {
	Problem string `json:"problem"`
	Wealth  Course `json:"wealth"`
	// Ties is how often a witness was the same of the truth and of a draw, in all calls.
	Ties int `json:"ties"`
	// Moments are those of at most the first 64 coordinates.
	Moments []RecordedMoments `json:"moments"`
	// Witnesses are all of them; at single y, at the one with the most evidence.
	Witnesses []Ranks `json:"witnesses"`
}

// RecordedMoments are the mean and deviation of one coordinate, over calls, of the truth and of the
// draws; at single y, of the draw of the candidate and of those that it was among.
type RecordedMoments struct {
	TruthMean float64 `json:"truth_mean"`
	TruthSD   float64 `json:"truth_sd"`
	DrawsMean float64 `json:"draws_mean"`
	DrawsSD   float64 `json:"draws_sd"`
}

// Ranks is how often the truth ranked 0, 1, ... by a witness.
type Ranks struct {
	WitnessShare
	Counts []float64 `json:"rank_counts"`
}

// Move is a call that moved the wealth on its problem by a factor.
type Move struct {
	Problem     string      `json:"problem"`
	Call        int         `json:"call"` // bet on in the whole judgement, from 0
	Log10Factor float64     `json:"log10_factor"`
	Y           []float64   `json:"y"`     // of each vector, at most the first 64 numbers
	Truth       []float64   `json:"truth"` // at single y, the draw of the candidate
	Draws       [][]float64 `json:"draws"` // at most eight
}

// Course is the wealth after every Stride-th call, as log10. It has at most 10,000 points: when
// they are reached, every second one is left out and the stride is doubled.
type Course struct {
	Stride int       `json:"stride"`
	Log10  []float64 `json:"log10_wealth"`
	calls  int
}

type recordFormat struct{}

// MarshalText returns the name of the format.
func (recordFormat) MarshalText() ([]byte, error) { return []byte("assay record 1"), nil }

const (
	maxPoints   = 10000
	maxMoves    = 10
	maxNumbers  = 64
	maxRecorded = 8 // draws of a call
)

// Recorded keeps the course of the judgement in [Verdict.Record].
func Recorded() JudgeOption { return ofJudge(func(o *options) { o.recorded = true }) }

func (c *Course) add(logWealth float64) {
	c.Stride = max(c.Stride, 1)
	c.calls++
	if c.calls%c.Stride != 0 {
		return
	}
	c.Log10 = append(c.Log10, logWealth/math.Ln10)
	if len(c.Log10) == maxPoints {
		for i := range maxPoints / 2 {
			c.Log10[i] = c.Log10[2*i+1]
		}
		c.Log10 = c.Log10[:maxPoints/2]
		c.Stride *= 2
	}
}

// recorder follows a judgement.
type recorder struct {
	record Record
	before []float64 // the logarithm of the wealth on each problem
	sums   [][]sums  // by problem and coordinate
}

// sums are running ones of the truth, and of the draws.
type sums struct{ truth, draws running }

// running is a running mean, by the method of Welford.
type running struct{ n, mean, squares float64 }

func (r *running) add(v float64) {
	r.n++
	d := v - r.mean
	r.mean += d / r.n
	r.squares += d * (v - r.mean)
}

func (r *running) sd() float64 { return math.Sqrt(r.squares / max(r.n-1, 1)) }

func newRecorder(states []*problemState) *recorder {
	r := &recorder{before: make([]float64, len(states))}
	for _, e := range states {
		r.record.Problems = append(r.record.Problems, Recording{Problem: e.problem.Name()})
		r.sums = append(r.sums, make([]sums, min(maxNumbers, e.problem.Dim())))
	}
	return r
}

// bet notes an answer that was bet on, the number of calls until then and the wealth.
func (r *recorder) bet(states []*problemState, a *answer, calls int, logWealth float64) {
	i := slices.Index(states, a.task.state)
	at, now := &r.record.Problems[i], states[i].logWealth()
	at.Wealth.add(now)
	r.record.Wealth.add(logWealth)
	values, truth := a.evaluation.Values()
	for _, row := range values {
		for l, v := range row {
			if l != truth && v == row[truth] {
				at.Ties++
				break
			}
		}
	}
	for j := range r.sums[i] {
		s := &r.sums[i][j]
		s.truth.add(a.truth[j])
		for l := range a.pool.RawMatrix().Rows {
			s.draws.add(a.pool.At(l, j))
		}
	}
	r.move(Move{Problem: at.Problem, Call: calls - 1, Log10Factor: (now - r.before[i]) / math.Ln10}, a)
	r.before[i] = now
}

// move keeps a call if it is one of those that moved the wealth most, the earlier of two alike.
func (r *recorder) move(m Move, a *answer) {
	moves := r.record.Largest
	if len(moves) == maxMoves && math.Abs(m.Log10Factor) <= math.Abs(moves[maxMoves-1].Log10Factor) {
		return
	}
	m.Y, m.Truth, m.Draws = head(a.y), head(a.truth), heads(a.pool)
	moves = append(moves, m)
	slices.SortStableFunc(moves, func(a, b Move) int { return cmp.Compare(math.Abs(b.Log10Factor), math.Abs(a.Log10Factor)) })
	r.record.Largest = moves[:min(maxMoves, len(moves))]
}

func head(x []float64) []float64 { return append([]float64{}, x[:min(maxNumbers, len(x))]...) }

func heads(x *mat.Dense) (rows [][]float64) {
	for l := range min(maxRecorded, x.RawMatrix().Rows) {
		rows = append(rows, head(x.RawRowView(l)))
	}
	return rows
}

// finish completes the record of a verdict.
func (r *recorder) finish(t *trial, v *Verdict) *Record {
	c := r.record
	c.Assay, c.Go, c.Verdict = Version(), runtime.Version(), v
	c.Draws = v.Calls * v.DrawsACall
	if v.Local > 0 {
		c.Draws = v.Calls
	}
	for i, e := range t.states {
		for _, s := range r.sums[i] {
			c.Problems[i].Moments = append(c.Problems[i].Moments, RecordedMoments{s.truth.mean, s.truth.sd(), s.draws.mean, s.draws.sd()})
		}
		session := e.worst().session
		for _, w := range session.WitnessShares() {
			c.Problems[i].Witnesses = append(c.Problems[i].Witnesses, Ranks{t.witnessShare(w), session.RankCounts(w.Witness)})
		}
	}
	return &c
}
