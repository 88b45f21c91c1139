package metamorphic

import (
	"encoding/hex"
	"strings"
	"sync"

	"pgregory.net/rapid"

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
		o.Alpha = props.DefaultAlpha
	}
	if o.Calls == 0 {
		o.Calls = 200
	}
	var mu sync.Mutex
	reports := map[string]*Report{}
	return func(t *rapid.T) {
		p := over.Draw(t, "problem")
		key := hex.EncodeToString(p.Digest())
		mu.Lock()
		defer mu.Unlock()
		r, met := reports[key]
		if !met {
			own := o
			own.Alpha /= float64(len(reports)+1) * float64(len(reports)+2)
			var err error
			if r, err = Check(t.Context(), candidate, p, own); err != nil {
				t.Fatalf("%v", err)
			}
			if r.Stop == props.StopInterrupted {
				t.Fatalf("metamorphic.Property: interrupted on %s", p.Name())
			}
			reports[key] = r
		}
		switch {
		case r.Stop == props.StopRefusal:
			t.Skipf("%s", strings.TrimSpace(r.String()))
		case r.Outcome == props.Rejected || r.Stop == props.StopFault:
			t.Fatalf("%s", r)
		}
	}
}
