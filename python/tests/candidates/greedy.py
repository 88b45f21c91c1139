"""Wants more memory than it may have."""

import numpy as np

from assay_candidate import sampler, serve


@sampler
def greedy(problem, y, n, rng):
    return np.zeros((1 << 40, problem.dim))[:n]


if __name__ == "__main__":
    serve()
