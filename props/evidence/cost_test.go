package evidence

import (
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"assay/props/problems"
	"assay/spec"
)

// BenchmarkWide prints the time of one call of 100 draws at d = 100 on one processor: the
// witnesses (which calls at the same time do side by side) and the bets (one call after the
// other). 1,000 calls on two processors take about 500 times their sum.
func BenchmarkWide(b *testing.B) {
	const draws = 100
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p, err := problems.Parse("gauss:d=100,m=50")
	if err != nil {
		b.Fatal(err)
	}
	rng := spec.Stream(1, "wide", nil, 0)
	witnesses, err := newBattery(p, draws, false, 0, rng)
	if err != nil {
		b.Fatal(err)
	}
	truth, y := make([]float64, 100), make([]float64, 50)
	p.Draw(truth, y, rng)
	posterior, err := p.Posterior()
	if err != nil {
		b.Fatal(err)
	}
	pool := mat.NewDense(draws, 100, nil)
	posterior.Given(y).Sample(pool, rng)
	b.Run("witnesses", func(b *testing.B) {
		for b.Loop() {
			witnesses.Evaluate(truth, pool, y, rng)
		}
	})
	call := witnesses.Evaluate(truth, pool, y, rng)
	process := newProcess(len(witnesses.names), witnesses.features, draws, false, 0)
	b.Run("bets", func(b *testing.B) {
		for b.Loop() {
			process.Observe(call.values, call.place, rng)
		}
	})
}

// TestMemory: what is kept does not grow with the calls. One number a witness and call
// would be 300,000 bytes in 1,000 calls; the limit leaves room for what the runtime itself
// allocates meanwhile.
func TestMemory(t *testing.T) {
	const witnesses, draws, limit = 40, 9, 100_000
	rng := spec.Stream(1, "memory", nil, 0)
	values := make([][]float64, witnesses)
	for k := range values {
		values[k] = make([]float64, draws+1)
	}
	process := newProcess(witnesses, []int{0, 1, 2, 3}, draws, false, 0)
	kept := func(calls int) int64 {
		for range calls {
			for _, row := range values {
				for i := range row {
					row[i] = rng.NormFloat64()
				}
			}
			process.Observe(values, rng.IntN(draws+1), rng)
		}
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	before := kept(200)
	if grown := kept(1000) - before; grown > limit {
		t.Errorf("1,000 calls leave %d bytes behind, more than %d", grown, limit)
	}
	runtime.KeepAlive(process)
}
