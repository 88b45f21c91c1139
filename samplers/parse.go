package samplers

import (
	"iter"

	"assay/internal/catalogue"
	"assay/spec"
)

// maxSteps bounds the number of steps in a name; nobody means more.
const maxSteps = 1_000_000

// maxParticles bounds the number of particles in a name, all of which are in memory.
const maxParticles = 100_000

var builtins = catalogue.New[spec.Sampler]("sampler").
	Add("exact", "the exact posterior, where it is known",
		func(*catalogue.Args) spec.Sampler { return Exact() }).
	Add("prior", "the prior: ignores y",
		func(*catalogue.Args) spec.Sampler { return Prior() }).
	Add("rejection", "proposals accepted by their likelihood (max=1e7 proposals a call, proposal=prior|heun|euler|ancestral, steps= of a diffusion's proposal)",
		func(args *catalogue.Args) spec.Sampler {
			limit := args.Float("max", 1e7, 1, 1e15)
			const prior = "prior"
			proposal := args.Choice("proposal", prior, prior, string(Heun), string(Euler), string(Ancestral))
			if proposal == prior {
				return &Rejection{Proposal: Prior(), Max: limit}
			}
			return &Rejection{Proposal: parseDiffusion(args, Method(proposal)), Max: limit}
		}).
	Add("diffusion", "unconditional diffusion: ignores y (method=heun|euler|ancestral, steps=50 for heun, 500 for the others)",
		func(args *catalogue.Args) spec.Sampler {
			method := args.Choice("method", string(Heun), string(Heun), string(Euler), string(Ancestral))
			return parseDiffusion(args, Method(method))
		}).
	Add("dps", "diffusion posterior sampling, Chung et al. 2023 (zeta=0.5, steps=1000)",
		func(args *catalogue.Args) spec.Sampler {
			return DPS{Zeta: args.Float("zeta", 0.5, 0, 1e6), Steps: args.Int("steps", 1000, 1, maxSteps)}
		}).
	Add("pigdm", "pseudo-inverse guided diffusion, Song et al. 2023 (steps=100, eta=1: share of fresh noise)",
		func(args *catalogue.Args) spec.Sampler {
			return PiGDM{Steps: args.Int("steps", 100, 1, maxSteps), Eta: args.Float("eta", 1, 0, 1)}
		}).
	Add("alangevin", "annealed Langevin, Xun, Gupta and Price 2025: right for log-concave priors, given enough steps (steps=1000 for each level of noise, step=0.2 of what the stiffest direction allows)",
		func(args *catalogue.Args) spec.Sampler {
			return AnnealedLangevin{Steps: args.Int("steps", 1000, 1, maxSteps), Step: args.Float("step", 0.2, 1e-6, 1)}
		}).
	Add("tds", "twisted diffusion sampler, Wu et al. 2023: right as the particles grow (steps=100, particles=64, tau=1: deviation of the prior for the twist, threshold=1: resamples below this share of effective particles)",
		func(args *catalogue.Args) spec.Sampler {
			return TDS{
				Steps:     args.Int("steps", 100, 1, maxSteps),
				Particles: args.Int("particles", 64, 1, maxParticles),
				Tau:       args.Float("tau", 1, 0, 1e6),
				Threshold: args.Float("threshold", 1, 0, 1),
			}
		}).
	Add("smc", "bootstrap particle filter on a diffusion: no Jacobian, any likelihood, many particles (steps=100, particles=1000, threshold=0.5: resamples below this share of effective particles)",
		func(args *catalogue.Args) spec.Sampler {
			return SMC{
				Steps:     args.Int("steps", 100, 1, maxSteps),
				Particles: args.Int("particles", 1000, 1, maxParticles),
				Threshold: args.Float("threshold", 0.5, 0, 1),
			}
		})

// parseDiffusion reads the steps of a diffusion of the given method. The default
// follows the order of the method: 50 steps of second order cost 99 calls of the
// denoiser, and a method of first order needs several times as many.
func parseDiffusion(args *catalogue.Args, method Method) Diffusion {
	steps := 500
	if method == Heun {
		steps = 50
	}
	return Diffusion{Method: method, Steps: args.Int("steps", steps, 1, maxSteps)}
}

// List returns the canonical names of the built-in samplers, with every argument at its default,
// in the order in which people should meet them, and describes each in one line.
func List() iter.Seq2[string, string] { return builtins.Names() }

// Parse returns the built-in sampler of the given name, such as "exact" or
// "dps:zeta=0.3,steps=1000". The Name of what it returns is canonical, every
// argument spelled out, and parses to the same sampler again.
func Parse(name string) (spec.Sampler, error) {
	sampler, _, err := builtins.Parse(name)
	return sampler, err
}
