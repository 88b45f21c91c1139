//go:build unix

package external_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"assay/samplers/external"
	"assay/spec"
)

// BenchmarkCall asks a trivial sampler in Python for draws of 64 numbers. It reports the
// bytes of the draws per second, and the share of the time of a call that the program
// itself takes for the same answers with no one to talk to: reading its requests from
// memory and writing its answers there. ASSAY_PYTHON names a Python that has numpy and
// assay_candidate; ci/python.sh makes one.
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
			dst, y := mat.NewDense(n, 64, nil), make([]float64, 2)
			rng := spec.Stream(1, "benchmark", nil, 0)
			call := func() {
				if err := c.Sample(b.Context(), dst, p, y, rng); err != nil {
					b.Fatal(err)
				}
			}
			call() // it has the problem now
			least := time.Hour
			for b.Loop() {
				start := time.Now()
				call()
				least = min(least, time.Since(start))
			}
			mean := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(1/mean, "calls/s")
			b.ReportMetric(8*64*float64(n)/least.Seconds()/1e6, "MB/s")
			b.ReportMetric(alone(b, python, test.kind, n)/least.Seconds(), "child/call")
		})
	}
}

// alone returns the seconds that the program takes for one answer, the least of a few
// hundred.
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
