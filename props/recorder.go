package props

import (
	"cmp"
	"math"
	"runtime"
	"slices"

	"gonum.org/v1/gonum/mat"

	"assay/internal/version"
)

// How much is kept of a judgement.
const (
	maxPoints   = 10000 // of a course
	maxMoves    = 10
	maxNumbers  = 64 // of a vector
	maxRecorded = 8  // draws of a call
)

func newCourse() Course { return Course{Stride: 1, Log10: []float64{}} }

// add notes the logarithm of the wealth after another call.
func (c *Course) add(logWealth float64) {
	c.Calls++
	if c.Calls%c.Stride != 0 {
		return
	}
	if len(c.Log10) == maxPoints {
		for i := range maxPoints / 2 {
			c.Log10[i] = c.Log10[2*i+1]
		}
		c.Log10 = c.Log10[:maxPoints/2]
		c.Stride *= 2
		if c.Calls%c.Stride != 0 {
			return
		}
	}
	c.Log10 = append(c.Log10, logWealth/math.Ln10)
}

// recorder follows a judgement.
type recorder struct {
	record Record
	before []float64 // the logarithm of the wealth on each problem
	sums   [][]sums  // by problem and coordinate
	ties   [][]int   // by problem and witness
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

// sd returns the deviation, with n - 1 in the denominator; 0 of one value or none.
func (r *running) sd() float64 { return math.Sqrt(r.squares / max(r.n-1, 1)) }

func newRecorder(states []*problemState) *recorder {
	r := &recorder{before: make([]float64, len(states))}
	r.record.Wealth, r.record.Largest = newCourse(), []Move{}
	for _, e := range states {
		r.record.Problems = append(r.record.Problems, Recording{Problem: e.problem.Name(), Wealth: newCourse()})
		r.sums = append(r.sums, make([]sums, min(maxNumbers, e.problem.Dim())))
		r.ties = append(r.ties, make([]int, len(e.points[0].session.Names())))
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
	for k, row := range values {
		for l, v := range row {
			if l != truth && v == row[truth] {
				r.ties[i][k]++
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

func head(x []float64) []Number {
	numbers := make([]Number, min(maxNumbers, len(x)))
	for j := range numbers {
		numbers[j] = Number(x[j])
	}
	return numbers
}

func heads(x *mat.Dense) (rows [][]Number) {
	for l := range min(maxRecorded, x.RawMatrix().Rows) {
		rows = append(rows, head(x.RawRowView(l)))
	}
	return rows
}

// finish completes the record of a verdict.
func (r *recorder) finish(t *trial, v *Verdict) *Record {
	c := r.record
	c.Assay, c.Go, c.Verdict = version.String(), runtime.Version(), v
	c.Options = RecordedOptions{Terse: t.terse, Until: t.enough != nil}
	if t.limit > 0 {
		c.Options.Limit = t.limit.String()
	}
	c.Draws = v.Calls * v.DrawsACall
	if v.Local > 0 {
		c.Draws = v.Calls
	}
	for i, e := range t.states {
		for _, s := range r.sums[i] {
			c.Problems[i].Moments = append(c.Problems[i].Moments,
				RecordedMoments{Number(s.truth.mean), Number(s.truth.sd()), Number(s.draws.mean), Number(s.draws.sd())})
		}
		session := e.worst().session
		for _, w := range session.WitnessShares() {
			c.Problems[i].Witnesses = append(c.Problems[i].Witnesses, Ranks{t.witnessShare(w), session.RankCounts(w.Witness), r.ties[i][w.Witness]})
		}
	}
	return &c
}
