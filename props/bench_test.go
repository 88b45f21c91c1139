package props_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/props"
	"assay/samplers"
	"assay/spec"
)

// BenchmarkEngine prints what judging costs apart from the candidate: the time of a call
// that is not spent in the candidate, in microseconds and as a share of the
// candidate's, on one processor.
func BenchmarkEngine(b *testing.B) {
	for _, on := range []string{"gauss", "gmm:d=8,dy=1", "digits/inpaint"} {
		for _, name := range []string{"exact", "pigdm", "dps"} {
			b.Run(name+"/"+on, func(b *testing.B) {
				candidate, err := samplers.Parse(name)
				if err != nil {
					b.Fatal(err)
				}
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
				var busy time.Duration
				timed := spec.NewSampler(name, true, func(ctx context.Context, dst *mat.Dense, p *spec.Problem, y []float64, rng *rand.Rand) error {
					start := time.Now()
					defer func() { busy += time.Since(start) }()
					return candidate.Sample(ctx, dst, p, y, rng)
				})
				problem := named(b, on)
				judge(b, timed, problem, props.Calls(1)) // prepare the problem
				busy = 0
				b.ResetTimer()
				start := time.Now()
				calls := 0
				for calls < b.N { // a wrong candidate is rejected before the end
					v := judge(b, timed, problem, props.Calls(b.N-calls), props.Alpha(1e-300), props.Seed(uint64(calls)), props.Terse())
					if v.Fault != nil {
						b.Fatal(v.Fault)
					}
					calls += v.Calls
				}
				engine := time.Since(start) - busy
				b.ReportMetric(float64(engine.Microseconds())/float64(calls), "engine-µs/call")
				b.ReportMetric(100*engine.Seconds()/busy.Seconds(), "engine-%-of-candidate")
			})
		}
	}
}
