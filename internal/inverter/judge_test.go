package inverter_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"assay/internal/circuit"
	"assay/internal/inverter"
	"assay/props"
	"assay/props/problems"
	_ "assay/props/problems/hard" // hard: in names of problems
	"assay/spec"
)

// first is the inverter that is taken for an oracle.
type first struct{ inverter.Inverter }

func (f first) Sample(ctx context.Context, c *circuit.Circuit, z []bool, draws int, rng *rand.Rand) (x [][]bool, work inverter.Work, err error) {
	for len(x) < draws && err == nil {
		var one []bool
		one, work, err = f.Invert(ctx, c, z, rng)
		x = append(x, one)
	}
	return x, work, err
}

// TestSamplerIsJudged: the sampler that an oracle becomes is judged like any candidate,
// by whoever knows the exact posterior, and passes (false alarm 1e-6 each, plus the
// calls times m misread bits, 2e-4 at most); the one that a mere inverter becomes is
// rejected, on a two-to-one function, although every draw of it is a preimage.
func TestSamplerIsJudged(t *testing.T) {
	sat, err := inverter.Parse("sat")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		function string
		oracle   inverter.Inverter
		want     props.Outcome
	}{
		{"twotoone:n=8", inverter.Enumerate(), props.NotRejected},
		{"goldreich:n=10,m=8", sat, props.NotRejected},
		{"linear:n=10,m=6", inverter.Linear(), props.NotRejected},
		{"twotoone:n=8", first{sat}, props.Rejected},
	} {
		p, err := problems.Parse("hard:" + test.function)
		if err != nil {
			t.Fatal(err)
		}
		verdict, err := props.Judge(context.Background(), inverter.Sampler(test.oracle), []*spec.Problem{p}, props.Calls(40))
		if err != nil {
			t.Fatal(err)
		}
		if verdict.Outcome != test.want {
			t.Errorf("%s on %s: %s, want %s", test.oracle.Name(), test.function, verdict.Outcome, test.want)
		}
	}
}
