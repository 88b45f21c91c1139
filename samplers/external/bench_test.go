//go:build unix

package external_test

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/samplers/external"
	"assay/spec"
)

// BenchmarkCall asks a trivial sampler in Python, one process of it, for draws of 64
// numbers, with as many calls at a time as it says that keep it busy. It reports calls and
// the bytes of the draws per second in the best round, and the share of the time of a call
// that the program itself takes for the same answer with no one to talk to, in the best of as
// many rounds: reading one request from memory and writing the answer there. A round is a
// tenth of a second. ASSAY_PYTHON names a Python that has
// numpy and assay_candidate; ci/python.sh makes one.
func BenchmarkCall(b *testing.B) {
	python := os.Getenv("ASSAY_PYTHON")
	if python == "" {
		b.Skip("ASSAY_PYTHON is not set: see ci/python.sh")
	}
	p := problem(b, "gauss:d=64,m=2")
	for _, test := range []struct {
		kind string
		n    int
	}{{"normal", 1}, {"normal", 1000}, {"work", 3}, {"stored", 20000}} {
		n := test.n
		b.Run(fmt.Sprintf("%s/draws=%d", test.kind, n), func(b *testing.B) {
			c, err := external.New(b.Context(), []string{python, "testdata/trivial.py", test.kind}, external.Options{Stderr: os.Stderr})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			_, atOnce := c.AtOnce(64 * n)
			round := func(calls int) (call time.Duration) {
				start := time.Now()
				var left atomic.Int64
				left.Store(int64(calls))
				var callers sync.WaitGroup
				for i := range atOnce {
					callers.Go(func() {
						dst, y := mat.NewDense(n, 64, nil), make([]float64, 2)
						rng := spec.Stream(1, "benchmark", nil, uint64(i))
						for left.Add(-1) >= 0 {
							if err := c.Sample(b.Context(), dst, p, y, rng); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				callers.Wait()
				return time.Since(start) / time.Duration(calls)
			}
			round(atOnce) // it has the problem now
			calls := atOnce + int(100*time.Millisecond/round(atOnce))
			least := time.Hour
			for b.Loop() {
				least = min(least, round(calls))
			}
			call := least.Seconds()
			b.ReportMetric(1/call, "calls/s")
			b.ReportMetric(8*64*float64(n)/call/1e6, "MB/s")
			b.ReportMetric(alone(b, python, test.kind, n)/call, "child/call")
		})
	}
}

// alone returns the seconds that the program takes for one answer, in the best round.
func alone(b *testing.B, python, kind string, n int) float64 {
	out, err := exec.Command(python, "testdata/trivial.py", kind, "alone", fmt.Sprint(n)).Output()
	if err != nil {
		b.Fatal(err)
	}
	var seconds float64
	if _, err := fmt.Sscan(string(out), &seconds); err != nil {
		b.Fatal(err)
	}
	return seconds
}
