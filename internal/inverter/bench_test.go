package inverter

import (
	"context"
	"errors"
	"testing"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

// BenchmarkInvert inverts the images of random inputs, those of one function the same
// for all inverters.
func BenchmarkInvert(b *testing.B) {
	for _, function := range []string{
		"linear:n=256",
		"goldreich:n=28",
		"goldreich:n=100",
		"mq:n=16",
		"mul:n=32",
		"sha256:rounds=17",
		"simon32:unknown=16",
		"speck32:unknown=16",
		"sha256:n=20",
	} {
		f, err := oneway.Parse(function)
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range append([]string{"linear", "enumerate"}, satNames()...) {
			// A dense linear map is easy for linear algebra and hopeless for solvers, and so is
			// for them, against counting, all of SHA-256.
			if f.N > 30 && name == "enumerate" || (f.Circuit.Counts().And == 0) != (name == "linear") ||
				function == "sha256:n=20" && name != "enumerate" {
				continue
			}
			inverter, err := Parse(name)
			var missing *missingSolver
			if errors.As(err, &missing) {
				continue
			}
			if err != nil {
				b.Fatal(err)
			}
			b.Run(function+"/"+name, func(b *testing.B) {
				rng := newRand(17)
				var total Work
				for range b.N {
					z := f.Circuit.Eval(circuit.RandomBits(f.N, rng))
					_, work, err := inverter.Invert(context.Background(), f.Circuit, z, newRand(18))
					if err != nil {
						b.Fatal(err)
					}
					total.Add(work)
				}
				b.ReportMetric(float64(total.Candidates)/float64(b.N), "candidates/op")
				b.ReportMetric(float64(total.Conflicts)/float64(b.N), "conflicts/op")
			})
		}
	}
}

func satNames() []string {
	var names []string
	for _, solver := range solvers() {
		names = append(names, "sat:solver="+solver)
	}
	return names
}

// BenchmarkSample draws uniform preimages, an operation being one draw of many: few
// preimages are listed once, many are drawn by cells.
func BenchmarkSample(b *testing.B) {
	for _, function := range []string{
		"twotoone:n=40",
		"goldreich:n=24,m=8",
		"goldreich:n=32,m=22",
		"goldreich:n=40,m=28",
		"linear:n=200,m=100",
		"sha256:n=24,m=8",
	} {
		f, err := oneway.Parse(function)
		if err != nil {
			b.Fatal(err)
		}
		for _, inverter := range []Inverter{Enumerate(), Linear(), &sat{gophersat{}, defaultCell}} {
			if f.N > 30 && inverter == Enumerate() || (f.Circuit.Counts().And > 0) == (inverter == Linear()) {
				continue
			}
			b.Run(function+"/"+inverter.Name(), func(b *testing.B) {
				rng := newRand(19)
				z := f.Circuit.Eval(circuit.RandomBits(f.N, rng))
				_, work, err := inverter.Sample(context.Background(), f.Circuit, z, b.N, rng)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(work.Solves)/float64(b.N), "solves/op")
				b.ReportMetric(float64(work.Cells)/float64(b.N), "cells/op")
			})
		}
	}
}
