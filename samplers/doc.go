// Package samplers holds candidates that claim to sample p(x | y): one that
// does, [Exact]; one that ignores y, [Prior]; the sampler of the paper's upper
// bound, [Rejection], on top of the unconditional [Diffusion]; one that is proved right
// for log-concave priors, [AnnealedLangevin]; particle methods, which are right in the limit
// of many particles, [TDS] and [SMC]; and heuristics of the field, [DPS] and [PiGDM]. Judging
// them is left to package props.
//
// Every candidate is a [spec.Sampler], made by a function if it has no arguments
// and otherwise as a struct whose fields are its arguments, all of which must be
// given. [Parse] makes any of them from its name on a command line, with
// defaults for the arguments that the name leaves out.
//
// Those that run a diffusion share one loop, in which a heuristic is a schedule, a step and a
// guidance (reversal.go), with weights and resampling among particles a loop of its own
// (particles.go), and advance their draws together, through one call of
// the denoiser a step for each chunk of rows, and the chunks on all processors
// (rows.go). Every row has a random stream of its own and the chunks have a fixed
// size, so the draws are a function of the stream alone, whatever GOMAXPROCS is.
// A prior that lacks what a sampler needs is declined with a [spec.Refusal].
package samplers
