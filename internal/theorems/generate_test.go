package theorems

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"assay/props/problems/hard"
	"assay/reduction"
)

// level is the probability of a false alarm of one check of a property; a property that
// makes 100 checks is wrong about a true statement with probability 1e-7 at most.
const level = 1e-9

// newRun returns a run of the quick budget on streams of its own.
func newRun(t *testing.T, seed uint64) *run {
	return &run{ctx: t.Context(), seed: seed, budget: Quick, alpha: alpha / float64(len(statements))}
}

// functions generates names of small functions with random public parameters: injective,
// local, quadratic, linear, many-to-one and constant ones.
func functions() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(5, 8).Draw(t, "n")
		m := rapid.IntRange(1, 9).Draw(t, "m")
		seed := rapid.IntRange(0, 1000).Draw(t, "seed")
		return rapid.SampledFrom([]string{
			fmt.Sprintf("identity:n=%d", n),
			fmt.Sprintf("goldreich:n=%d,m=%d,seed=%d", n, m, seed),
			fmt.Sprintf("goldreich:n=%d,m=%d,pred=tspa,seed=%d", n, m, seed),
			fmt.Sprintf("mq:n=%d,m=%d,seed=%d", n, m, seed),
			fmt.Sprintf("linear:n=%d,m=%d,seed=%d", n, m, seed),
			fmt.Sprintf("twotoone:n=%d,seed=%d", n, seed),
			fmt.Sprintf("constant:n=%d,m=%d,seed=%d", n, m, seed),
		}).Draw(t, "function")
	})
}

// plantsOf generates corrupted samplers over the whole range of the dials, the shift beyond
// R and the failure up to certain.
func plantsOf() *rapid.Generator[plant] {
	return rapid.Custom(func(t *rapid.T) plant {
		p := plant{
			function: functions().Draw(t, "name"),
			R:        rapid.Float64Range(3, 14).Draw(t, "R"),
			eps:      rapid.Float64Range(0.2, 1.2).Draw(t, "eps"),
			noise:    rapid.Float64Range(3, 12).Draw(t, "eps/beta"),
			delta:    rapid.Float64Range(0, 1).Draw(t, "delta"),
		}
		p.tau = p.R * rapid.Float64Range(0, 1.2).Draw(t, "tau/R")
		return p
	})
}

// instance returns the hard instance of a name.
func instance(t fataler, name string, args ...any) *reduction.Instance {
	in, _, err := hard.Parse(fmt.Sprintf(name, args...))
	if err != nil {
		t.Fatalf("%v", err)
	}
	return in
}

// fataler is what testing and rapid have in common.
type fataler interface {
	Fatalf(format string, args ...any)
}
