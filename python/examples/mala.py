"""The Metropolis-adjusted Langevin algorithm, one chain a draw, all chains at once.

The target is p(x | y), its gradient the score of the prior plus A^T (y - A x) / beta^2.
A chain starts at a draw from the prior. It is right for a posterior with one mode, given
enough steps, and wrong for modes far apart, between which no chain crosses.
"""

import sys

import numpy as np

from assay_candidate import Refusal, sampler, serve

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 100


@sampler  # each draw is the end of a chain of its own
def mala(problem, y, n, rng):
    if not hasattr(problem.prior, "log_density"):
        raise Refusal(f"the density of a prior of the kind {problem.prior.kind} is not known")

    def target(x):
        return problem.prior.log_density(x) + problem.log_likelihood(x, y)

    def gradient(x):
        return problem.prior.score(x) + problem.residual(x, y) @ problem.A / problem.beta**2

    # Proposals have the shape of the Gaussian that has the moments of the prior, given y.
    draws = problem.prior.sample(1000, rng)
    precision = np.linalg.inv(np.cov(draws, rowvar=False).reshape(problem.dim, problem.dim))
    precision += problem.A.T @ problem.A / problem.beta**2
    shape = np.linalg.inv(precision)
    root = np.linalg.cholesky(shape)
    step = 0.7 / problem.dim ** (1 / 3)

    def distance(moves):
        return np.einsum("nd,nd->n", moves @ precision, moves)

    x = problem.prior.sample(n, rng)
    density, slope = target(x), gradient(x)
    for _ in range(STEPS):
        proposal = x + step * slope @ shape + np.sqrt(2 * step) * rng.standard_normal(x.shape) @ root.T
        new_density, new_slope = target(proposal), gradient(proposal)
        there = proposal - x - step * slope @ shape
        back = x - proposal - step * new_slope @ shape
        log_ratio = new_density - density + (distance(there) - distance(back)) / (4 * step)
        accept = np.log(rng.random(n)) < log_ratio
        x = np.where(accept[:, None], proposal, x)
        density = np.where(accept, new_density, density)
        slope = np.where(accept[:, None], new_slope, slope)
    return x


if __name__ == "__main__":
    serve()
