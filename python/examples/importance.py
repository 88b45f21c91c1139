"""Importance sampling: draws from the prior, resampled by their likelihood.

It becomes right as the number of draws from the prior grows; assay tells how many are
enough for a problem.
"""

import sys

import numpy as np

from assay_candidate import sampler, serve

PARTICLES = int(sys.argv[1]) if len(sys.argv) > 1 else 20000


@sampler(independent=False)  # the draws of a call share their particles
def importance(problem, y, n, rng):
    x = problem.prior.sample(PARTICLES, rng)
    log_weight = problem.log_likelihood(x, y)
    weight = np.exp(log_weight - log_weight.max())
    return x[rng.choice(PARTICLES, size=n, p=weight / weight.sum())]


if __name__ == "__main__":
    serve()
