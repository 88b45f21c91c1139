package circuit_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

var benchmarked = []struct{ title, name string }{
	{"P5", "goldreich:n=32,m=32,pred=p5"},
	{"MQ", "mq:n=32,m=32"},
	{"Speck", "speck32:unknown=32,pairs=2"},
	{"SpeckFull", "speck32:unknown=64"},
}

func function(b *testing.B, name string) *oneway.Function {
	f, err := oneway.Parse(name)
	if err != nil {
		b.Fatal(err)
	}
	return f
}

// BenchmarkRun computes all outputs of [circuit.Lanes] inputs, on one core. Mkeys/s
// counts inputs, Ggates/s the gates of the circuit (AND and XOR) times inputs; both
// are those of the fastest 100 runs in a row, so that they say something on a busy
// machine too.
func BenchmarkRun(b *testing.B) {
	for _, c := range benchmarked {
		f := function(b, c.name)
		p := circuit.Compile(f.Circuit)
		for _, kernel := range circuit.Kernels() {
			b.Run(c.title+"/"+kernel, func(b *testing.B) {
				const runs = 100
				m := p.NewMachineOn(kernel)
				fastest := time.Hour
				for b.Loop() {
					start := time.Now()
					for range runs {
						m.Run()
					}
					fastest = min(fastest, time.Since(start))
				}
				keys := runs * circuit.Lanes / fastest.Seconds()
				b.ReportMetric(keys/1e6, "Mkeys/s")
				b.ReportMetric(keys*float64(f.Circuit.Counts().Gates())/1e9, "Ggates/s")
			})
		}
	}
}

// BenchmarkSearch looks for the preimages of one target, on one core, and leaves a
// block at the outputs that disagree. Mkeys/s is that of the fastest 128 blocks in a row.
func BenchmarkSearch(b *testing.B) {
	for _, c := range benchmarked[:3] {
		f := function(b, c.name)
		rng := rand.New(rand.NewPCG(1, 2))
		target := f.Circuit.Eval(circuit.Bits(rng.Uint64(), f.N))
		s, err := circuit.NewSearch(f.Circuit)
		if err != nil {
			b.Fatal(err)
		}
		for _, kernel := range circuit.Kernels() {
			b.Run(c.title+"/"+kernel, func(b *testing.B) {
				const blocks = 1 << 7
				var work circuit.Work
				from := uint64(0)
				fastest := time.Hour
				for b.Loop() {
					start := time.Now()
					w, err := s.RunOn(kernel, b.Context(), target, from, from+blocks, func(uint64) bool { return true })
					if err != nil {
						b.Fatal(err)
					}
					fastest = min(fastest, time.Since(start))
					work.Add(w)
					from = (from + blocks) % s.Blocks()
				}
				b.ReportMetric(blocks*circuit.Lanes/fastest.Seconds()/1e6, "Mkeys/s")
				b.ReportMetric(float64(work.Outputs)/float64(work.Blocks), "outputs/block")
			})
		}
	}
}

// BenchmarkEval is the circuit of Speck on one input at a time, for comparison.
func BenchmarkEval(b *testing.B) {
	f := function(b, "speck32:unknown=64")
	x := circuit.Bits(0x1918111009080100, 64)
	for b.Loop() {
		f.Circuit.Eval(x)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mkeys/s")
}

// BenchmarkCompile is the work before the first key.
func BenchmarkCompile(b *testing.B) {
	for _, name := range []string{"speck32:unknown=64", "sha256"} {
		f := function(b, name)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				circuit.Compile(f.Circuit)
			}
		})
	}
}
