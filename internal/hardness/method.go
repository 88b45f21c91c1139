package hardness

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"

	"assay/internal/catalogue"
	"assay/internal/inverter"
	"assay/internal/theorems"
	"assay/reduction"
	"assay/samplers"
	"assay/spec"
)

// Kind is what a method does.
type Kind string

const (
	// Inverts is an inverter of the function, which is given the image.
	Inverts Kind = "inverter"
	// Samples is a posterior sampler, which is given a measurement of the image, and
	// whose draw is read as a preimage.
	Samples Kind = "posterior sampler"
	// Generates is an unconditional sampler, which is given nothing. A draw is right if f
	// of its signs is its parities.
	Generates Kind = "unconditional sampler"
)

// Method is one whose cost is measured.
type Method struct {
	Name string
	Kind Kind
	// try makes one try for the image z, or for a batch of draws, and returns how many of
	// how many are right.
	try func(ctx context.Context, in *reduction.Instance, z []bool, rng *rand.Rand) (right, of int, work inverter.Work, err error)
}

// oracleName is the method that draws a uniform preimage, by SAT.
const oracleName = "oracle"

// batch is the number of draws that an unconditional sampler makes at a time.
const batch = 32

// Defaults returns the names of the methods measured unless others are named: every
// inverter, uniform preimages, the exact sampler and two of the field, and unconditional
// diffusion.
func Defaults() []string {
	var names []string
	for _, entry := range inverter.List() {
		names = append(names, entry.Base)
	}
	return append(names, oracleName, "exact", "dps", "pigdm", "diffusion")
}

// ParseMethod returns the method of a name: an inverter, "oracle", or a sampler, with its
// arguments.
func ParseMethod(name string) (Method, error) {
	base, _, _ := strings.Cut(name, ":")
	if name == oracleName {
		oracle, err := inverter.Parse("sat")
		return Method{name, Inverts, uniformly(oracle)}, err
	}
	var known []string
	for _, entry := range inverter.List() {
		if entry.Base == base {
			inv, err := inverter.Parse(name)
			return Method{name, Inverts, inverting(inv)}, err
		}
		known = append(known, entry.Base)
	}
	known = append(known, oracleName)
	isSampler := false
	for listed := range samplers.List() {
		isSampler = isSampler || catalogue.Base(listed) == base
		known = append(known, catalogue.Base(listed))
	}
	if !isSampler {
		return Method{}, catalogue.Unknown("method", base, known)
	}
	sampler, err := samplers.Parse(name)
	if err != nil {
		return Method{}, err
	}
	if _, ok := sampler.(samplers.Diffusion); ok {
		return Method{name, Generates, generating(sampler)}, nil
	}
	return Method{name, Samples, sampling(sampler)}, nil
}

func inverting(inv inverter.Inverter) func(context.Context, *reduction.Instance, []bool, *rand.Rand) (int, int, inverter.Work, error) {
	return func(ctx context.Context, in *reduction.Instance, z []bool, rng *rand.Rand) (int, int, inverter.Work, error) {
		x, work, err := inv.Invert(ctx, in.Function().Circuit, z, rng)
		return score(inv, in, x, z, work, err)
	}
}

func uniformly(oracle inverter.Inverter) func(context.Context, *reduction.Instance, []bool, *rand.Rand) (int, int, inverter.Work, error) {
	return func(ctx context.Context, in *reduction.Instance, z []bool, rng *rand.Rand) (int, int, inverter.Work, error) {
		x, work, err := oracle.Sample(ctx, in.Function().Circuit, z, 1, rng)
		if err != nil {
			return score(oracle, in, nil, z, work, err)
		}
		return score(oracle, in, x[0], z, work, nil)
	}
}

// score counts the answer of an inverter about z, which is the image of a secret.
func score(inv inverter.Inverter, in *reduction.Instance, x, z []bool, work inverter.Work, err error) (right, of int, _ inverter.Work, _ error) {
	if errors.Is(err, inverter.ErrNoPreimage) {
		return 0, 1, work, inverter.Denied(inv)
	}
	if err == nil && in.IsPreimage(x, z) {
		right = 1
	}
	return right, 1, work, err
}

func sampling(sampler spec.Sampler) func(context.Context, *reduction.Instance, []bool, *rand.Rand) (int, int, inverter.Work, error) {
	return func(ctx context.Context, in *reduction.Instance, z []bool, rng *rand.Rand) (int, int, inverter.Work, error) {
		problem, err := in.Problem("hard")
		if err != nil {
			return 0, 1, inverter.Work{}, err
		}
		a, err := reduction.Invert(ctx, sampler, in, problem, z, 1, rng)
		return a.Found, 1, inverter.Work{}, err
	}
}

func generating(sampler spec.Sampler) func(context.Context, *reduction.Instance, []bool, *rand.Rand) (int, int, inverter.Work, error) {
	return func(ctx context.Context, in *reduction.Instance, _ []bool, rng *rand.Rand) (int, int, inverter.Work, error) {
		right, err := theorems.Consistent(ctx, sampler, in, batch, rng)
		return right, batch, inverter.Work{}, err
	}
}
