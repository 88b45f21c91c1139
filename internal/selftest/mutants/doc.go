// Package mutants holds deliberately wrong samplers, each with one kind of bug, most of
// them reported in public. They are real samplers, of the families that people write
// (Gaussian conditioning, mixtures, reverse diffusion, guidance, particle methods,
// Markov chains, and the plumbing around them), with the bug switched on. Every one
// comes with its control, the same sampler with the bug switched off: what a judge
// notices is the bug and not the base.
//
// A [Mutant] says what is wrong, where it was reported, on which problem it is wrong and
// how far off it is. The distance is computed: in closed form where the wrong law is
// Gaussian or has a density on the line, otherwise from draws by [Mutant.Measure].
//
// Start with [List]. The package holds samplers, not tests: it judges nothing.
package mutants
