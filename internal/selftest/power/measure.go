package power

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"assay/internal/parallel"
)

// Alphas are the false-alarm probabilities at which calls are counted.
var Alphas = []float64{1e-3, 1e-6}

// Options say how much is measured.
type Options struct {
	Runs  int   // of each case and number of draws
	Draws []int // a call
	Limit int   // calls after which a run is given up
	// Rivals also measures the rivals; each is given horizon times the median calls of
	// the evidence, and at least shortest.
	Rivals   bool
	NullRuns int // runs of each right sampler; 0 leaves them out
	Seed     uint64
	Watch    func(done, of int) // nil for nobody
}

const (
	horizon  = 5
	shortest = gandyScottCalls
	// nullCalls is the length of a run of a right sampler.
	nullCalls = 300
)

func (o *Options) validate() error {
	switch {
	case o.Runs < 1:
		return fmt.Errorf("power: runs is %d, want at least 1", o.Runs)
	case o.Limit < 1:
		return fmt.Errorf("power: limit is %d, want at least 1", o.Limit)
	case o.NullRuns < 0:
		return fmt.Errorf("power: null runs is %d, want at least 0", o.NullRuns)
	case len(o.Draws) == 0:
		return fmt.Errorf("power: no number of draws")
	}
	for i, l := range o.Draws {
		if l < 1 {
			return fmt.Errorf("power: draws is %d, want at least 1", l)
		}
		if slices.Contains(o.Draws[:i], l) {
			return fmt.Errorf("power: %d draws are named twice", l)
		}
	}
	return nil
}

// Measure rejects the cases, each again and again, and counts the calls. If ctx is done
// it returns what was measured by then, and marks it as interrupted. An error of a
// candidate ends it: a case is to be rejected, not to break.
func Measure(ctx context.Context, cases []Case, o Options) (*Table, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	right, err := rightModels()
	if err != nil {
		return nil, err
	}
	t := &Table{Machine: machine(), Runs: o.Runs, Limit: o.Limit, Draws: o.Draws, Seed: o.Seed, NullCalls: nullCalls, NullRuns: o.NullRuns}
	m := &measurement{Options: o, of: len(cases) * len(o.Draws) * o.Runs}
	if o.Rivals {
		m.of *= 2
	}
	m.of += len(right) * len(o.Draws) * o.NullRuns
	for _, draws := range o.Draws {
		for i := range cases {
			entries, err := m.measure(ctx, &cases[i], draws)
			if ctx.Err() != nil {
				t.Interrupted = true
				return t, nil
			}
			if err != nil {
				return nil, err
			}
			t.Entries = append(t.Entries, entries...)
		}
	}
	if o.NullRuns > 0 {
		for i := range right {
			for _, draws := range o.Draws {
				n, err := m.null(ctx, &right[i], draws)
				if ctx.Err() != nil {
					t.Interrupted = true
					return t, nil
				}
				if err != nil {
					return nil, err
				}
				t.Nulls = append(t.Nulls, n)
			}
		}
	}
	return t, nil
}

// machine says where the table was made. What it holds depends on the architecture by
// rounding only.
func machine() string {
	return fmt.Sprintf("%s, %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

type measurement struct {
	Options
	done atomic.Int64
	of   int
	lock sync.Mutex // of Watch
}

// measure returns the entries of one case at one number of draws.
func (m *measurement) measure(ctx context.Context, c *Case, draws int) ([]Entry, error) {
	counts := make([]map[float64]int, m.Runs)
	err := m.each(ctx, m.Runs, func(run int) (err error) {
		counts[run], err = rejections(ctx, c, draws, m.Seed, run, m.Limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, alpha := range Alphas {
		calls := make([]int, m.Runs)
		for run := range calls {
			calls[run] = counts[run][alpha]
		}
		entries = append(entries, Entry{
			Case: c.Name, Draws: draws, Judge: evidenceName, Kind: Engine, Alpha: alpha, Within: m.Limit,
			Median: quantile(calls, 0.5), Ninety: quantile(calls, 0.9),
			Goal: c.Goals[draws].of(alpha), Remark: c.Remark,
		})
	}
	if !m.Rivals {
		return entries, nil
	}
	limit := m.Limit
	if median := entries[len(entries)-1].Median; median > 0 {
		limit = min(limit, max(shortest, horizon*median))
	}
	trials := make([][]*trial, m.Runs)
	err = m.each(ctx, m.Runs, func(run int) (err error) {
		trials[run], err = compete(ctx, c, draws, m.Seed, run, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, r := range rivals() {
		for _, alpha := range Alphas {
			entries = append(entries, r.entry(c, draws, alpha, limit, func(run int) *trial { return trials[run][i] }, m.Runs))
		}
	}
	return entries, nil
}

// entry finds the best plans of a rival: the one of the smallest median, and the one of
// the smallest 90th percentile.
func (r *rival) entry(c *Case, draws int, alpha float64, limit int, of func(run int) *trial, runs int) Entry {
	e := Entry{Case: c.Name, Draws: draws, Judge: r.name, Kind: Tool, Alpha: alpha, Within: limit}
	if r.armed {
		e.Kind = Armed
	}
	for p, plan := range of(0).plans {
		calls := make([]int, runs)
		for run := range calls {
			calls[run] = of(run).costs[alpha][p]
		}
		if median := quantile(calls, 0.5); fewer(median, e.Median) {
			e.Median, e.Plan = median, plan
		}
		if ninety := quantile(calls, 0.9); fewer(ninety, e.Ninety) {
			e.Ninety = ninety
		}
	}
	return e
}

// rejections returns the calls that the evidence takes to reject, by alpha; 0 if more
// than limit.
func rejections(ctx context.Context, c *Case, draws int, seed uint64, run, limit int) (map[float64]int, error) {
	calls := map[float64]int{}
	err := bet(ctx, c, draws, seed, run, limit, func(n int, logWealth float64) (stop bool) {
		stop = true
		for _, alpha := range Alphas {
			if calls[alpha] == 0 && logWealth >= -math.Log(alpha) {
				calls[alpha] = n
			}
			stop = stop && calls[alpha] > 0
		}
		return stop
	})
	return calls, err
}

// bet shows each call of a run to the evidence, and its wealth to watch, until that
// says stop or limit calls were made.
func bet(ctx context.Context, c *Case, draws int, seed uint64, run, limit int, watch func(n int, logWealth float64) (stop bool)) error {
	s, err := newStage(c, draws, seed, run)
	if err != nil {
		return err
	}
	next := s.calls(ctx)
	for n := 1; n <= limit; n++ {
		call, err := next()
		if err != nil {
			return err
		}
		s.session.Bet(call.seen)
		if watch(n, s.session.LogWealth()) {
			break
		}
	}
	return nil
}

// compete shows the same calls to the rivals.
func compete(ctx context.Context, c *Case, draws int, seed uint64, run, limit int) ([]*trial, error) {
	s, err := newStage(c, draws, seed, run)
	if err != nil {
		return nil, err
	}
	places := draws + 1
	if !c.Sampler.Independent() {
		places = 2
	}
	var trials []*trial
	for _, r := range rivals() {
		trials = append(trials, r.newTrial(places, limit, Alphas))
	}
	references := s.stream("references", 0)
	next := s.calls(ctx)
	for n := 1; n <= limit; n++ {
		call, err := next()
		if err != nil {
			return nil, err
		}
		s.rank(call, references)
		for _, t := range trials {
			t.observe(call, n)
		}
	}
	return trials, nil
}

// null returns how often the wealth of a right sampler ever reached each level.
func (m *measurement) null(ctx context.Context, c *Case, draws int) (Null, error) {
	highest := make([]float64, m.NullRuns)
	err := m.each(ctx, m.NullRuns, func(run int) error {
		err := bet(ctx, c, draws, m.Seed, run, nullCalls, func(_ int, logWealth float64) bool {
			highest[run] = max(highest[run], logWealth)
			return false
		})
		return err
	})
	n := Null{Case: c.Name, Draws: draws}
	for _, level := range NullLevels {
		reached := 0
		for _, h := range highest {
			if h >= math.Log(level) {
				reached++
			}
		}
		n.Reached = append(n.Reached, reached)
	}
	return n, err
}

// each does work(0), ..., work(n-1), as many at a time as there are processors, and
// returns the first error.
func (m *measurement) each(ctx context.Context, n int, work func(run int) error) error {
	return parallel.Each(ctx, n, func(run int) error {
		err := work(run)
		done := int(m.done.Add(1))
		if m.Watch != nil {
			m.lock.Lock()
			m.Watch(done, m.of)
			m.lock.Unlock()
		}
		return err
	})
}

// quantile returns the smallest number of calls within which a share q of the runs
// rejects; 0, which in calls stands for never, if fewer do.
func quantile(calls []int, q float64) int {
	sorted := slices.SortedFunc(slices.Values(calls), func(a, b int) int {
		switch {
		case fewer(a, b):
			return -1
		case fewer(b, a):
			return 1
		}
		return cmp.Compare(a, b)
	})
	return sorted[int(math.Ceil(q*float64(len(sorted))))-1]
}

// fewer reports whether a is fewer calls than b, 0 being never.
func fewer(a, b int) bool { return a > 0 && (b == 0 || a < b) }
