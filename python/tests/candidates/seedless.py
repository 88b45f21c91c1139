"""Draws from the prior with a generator of its own, always the same."""

import numpy as np

from assay_candidate import sampler, serve


@sampler
def seedless(problem, y, n, rng):
    return problem.prior.sample(n, np.random.default_rng(0))


if __name__ == "__main__":
    serve()
