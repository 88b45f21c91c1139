package metamorphic

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"

	"pgregory.net/rapid"

	"assay/internal/defaults"
	"assay/internal/stats"
	"assay/props"
	"assay/spec"
)

// Property returns the property "the candidate obeys every relation" over the problems of
// the generator, for rapid.Check and rapid.MakeFuzz. It fails with the report on a
// problem on which a relation is broken or the candidate crashes, and skips one of
// which no relation says anything. As in [props.Posterior] a report is a function of the
// problem and the seed, and the i-th problem met is judged at alpha/(i(i+1)), so that one
// bound holds, shrinking included. Calls are 200 unless o says otherwise.
func Property(candidate spec.Sampler, over *rapid.Generator[*spec.Problem], o Options) func(*rapid.T) {
	if o.Alpha == 0 {
		o.Alpha = defaults.Alpha
	}
	if o.Calls == 0 {
		o.Calls = 200
	}
	own := &property{candidate: candidate, options: o, reports: map[string]*Report{}}
	return func(t *rapid.T) {
		r, err := own.report(t.Context(), over.Draw(t, "problem"))
		switch {
		case err != nil:
			t.Fatalf("%v", err)
		case r.Stop == props.StopRefusal:
			t.Skipf("%s", strings.TrimSpace(r.String()))
		case r.Outcome == props.Rejected || r.Stop == props.StopFault:
			t.Fatalf("%s", r)
		}
	}
}

// property keeps the reports on the problems that were met.
type property struct {
	candidate spec.Sampler
	options   Options

	mu      sync.Mutex
	reports map[string]*Report // by digest
}

// report returns the report on a problem, at its share of alpha.
func (p *property) report(ctx context.Context, problem *spec.Problem) (*Report, error) {
	key := hex.EncodeToString(problem.Digest())
	p.mu.Lock()
	defer p.mu.Unlock()
	if r, met := p.reports[key]; met {
		return r, nil
	}
	o := p.options
	o.Alpha = stats.Level(o.Alpha, len(p.reports)+1)
	r, err := Check(ctx, p.candidate, problem, o)
	if err != nil {
		return nil, err
	}
	if r.Stop == props.StopInterrupted { // to be judged again when it is met again
		return nil, fmt.Errorf("metamorphic.Property: interrupted on %s", problem.Name())
	}
	p.reports[key] = r
	return r, nil
}
