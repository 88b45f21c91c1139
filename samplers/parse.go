package samplers

import (
	"fmt"
	"strings"

	"assay/spec"
)

// Entry describes a built-in sampler in one line, with the arguments of its name
// and their defaults.
type Entry struct {
	Name        string
	Description string
}

// builtin is a sampler that Parse knows: parse reads its arguments.
type builtin struct {
	Entry
	parse func(args *spec.Args) spec.Sampler
}

// maxSteps bounds the number of steps in a name; nobody means more.
const maxSteps = 1_000_000

var builtins = []builtin{
	{
		Entry{"exact", "the exact posterior, where it is known"},
		func(*spec.Args) spec.Sampler { return Exact() },
	},
	{
		Entry{"prior", "the prior: ignores y"},
		func(*spec.Args) spec.Sampler { return Prior() },
	},
	{
		Entry{"rejection", "proposals accepted by their likelihood (max=1e7 proposals a call, proposal=prior|heun|euler|ancestral, steps= of a diffusion's proposal)"},
		func(args *spec.Args) spec.Sampler {
			limit := args.Float("max", 1e7, 1, 1e15)
			const prior = "prior"
			proposal := args.Choice("proposal", prior, prior, string(Heun), string(Euler), string(Ancestral))
			if proposal == prior {
				return &Rejection{Proposal: Prior(), Max: limit}
			}
			return &Rejection{Proposal: parseDiffusion(args, Method(proposal)), Max: limit}
		},
	},
	{
		Entry{"diffusion", "unconditional diffusion: ignores y (method=heun|euler|ancestral, steps=50 for heun, 500 for the others)"},
		func(args *spec.Args) spec.Sampler {
			method := args.Choice("method", string(Heun), string(Heun), string(Euler), string(Ancestral))
			return parseDiffusion(args, Method(method))
		},
	},
	{
		Entry{"dps", "diffusion posterior sampling, Chung et al. 2023 (zeta=0.5, steps=1000)"},
		func(args *spec.Args) spec.Sampler {
			return DPS{Zeta: args.Float("zeta", 0.5, 0, 1e6), Steps: args.Int("steps", 1000, 1, maxSteps)}
		},
	},
	{
		Entry{"pigdm", "pseudo-inverse guided diffusion, Song et al. 2023 (steps=100, eta=1: share of fresh noise)"},
		func(args *spec.Args) spec.Sampler {
			return PiGDM{Steps: args.Int("steps", 100, 1, maxSteps), Eta: args.Float("eta", 1, 0, 1)}
		},
	},
	{
		Entry{"alangevin", "annealed Langevin, Xun, Gupta and Price 2025: right for log-concave priors, given steps enough (steps=1000 for each level of noise, step=0.2 by what the stiffest direction allows)"},
		func(args *spec.Args) spec.Sampler {
			return AnnealedLangevin{Steps: args.Int("steps", 1000, 1, maxSteps), Step: args.Float("step", 0.2, 1e-6, 1)}
		},
	},
}

// parseDiffusion reads the steps of a diffusion of the given method. The default
// follows the order of the method: 50 steps of second order cost 99 calls of the
// denoiser, and a method of first order needs several times as many.
func parseDiffusion(args *spec.Args, method Method) Diffusion {
	steps := 500
	if method == Heun {
		steps = 50
	}
	return Diffusion{Method: method, Steps: args.Int("steps", steps, 1, maxSteps)}
}

// List returns the built-in samplers in the order in which people should meet them.
func List() []Entry {
	entries := make([]Entry, len(builtins))
	for i, b := range builtins {
		entries[i] = b.Entry
	}
	return entries
}

// Parse returns the built-in sampler of the given name, such as "exact" or
// "dps:zeta=0.3,steps=1000". The Name of what it returns is canonical, every
// argument spelled out, and parses to the same sampler again.
func Parse(name string) (spec.Sampler, error) {
	base, args, err := spec.ParseName(name)
	if err != nil {
		return nil, fmt.Errorf("sampler %w", err)
	}
	for _, b := range builtins {
		if b.Name != base {
			continue
		}
		sampler := b.parse(args)
		if err := args.Err(); err != nil {
			return nil, fmt.Errorf("sampler %w", err)
		}
		return sampler, nil
	}
	known := make([]string, len(builtins))
	for i, b := range builtins {
		known[i] = b.Name
	}
	return nil, fmt.Errorf("unknown sampler %q, want one of %s", base, strings.Join(known, ", "))
}
