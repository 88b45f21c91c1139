package theorems

import (
	"fmt"
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"assay/samplers"
)

// BenchmarkDraw times an unconditional draw of hard instances (Theorem 1.4: polynomial, and
// here linear), and reports the exponent of its growth: with n = m, where gates and
// coordinates grow together, and with gates alone, SHA-256 by rounds, whose exponent is
// below 1 as far as the coordinates, which stay, cost time too.
func BenchmarkDraw(b *testing.B) {
	for _, family := range []struct {
		name, format string
		sizes        []int
	}{
		{"gates and coordinates", "goldreich:n=%d,m=%[1]d", []int{128, 256, 512, 1024, 2048}},
		{"gates", "sha256:n=64,m=32,rounds=%d", []int{16, 24, 32, 48, 64}},
	} {
		var logGates, logTime []float64
		b.Run(family.name, func(b *testing.B) {
			for _, size := range family.sizes {
				name := fmt.Sprintf(family.format, size)
				in := instance(b, "%s", name)
				const draws = 64
				fastest := math.Inf(1)
				r := &run{ctx: b.Context()}
				for i := 0; i < max(3, b.N); i++ { // the fastest of three is free of others' work
					start := time.Now()
					if _, err := Consistent(b.Context(), samplers.Diffusion{Method: samplers.Heun, Steps: 50}, in, draws, r.stream("bench", i)); err != nil {
						b.Fatal(err)
					}
					fastest = min(fastest, time.Since(start).Seconds()/draws)
				}
				counts := in.Function().Circuit.Counts()
				b.ReportMetric(fastest*1e3, fmt.Sprintf("ms/draw@%d", size))
				logGates = append(logGates, math.Log(float64(counts.And+counts.Xor)))
				logTime = append(logTime, math.Log(fastest))
			}
			_, exponent := stat.LinearRegression(logGates, logTime, nil, false)
			b.ReportMetric(exponent, "exponent")
			b.ReportMetric(0, "ns/op")
		})
	}
}
