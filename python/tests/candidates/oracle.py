"""Compares the priors in numpy with what assay says of them, and samples by chance.

    oracle.py            raise an error where they differ
    oracle.py WRONG      the same with sigma off by that share, which must be noticed

Where the prior is unknown in numpy, what assay says must be consistent: the score is
(D - x) / sigma^2, and the product with the Jacobian is the difference of two denoised
points, where it is smooth.
"""

import sys

import numpy as np

from assay_candidate import sampler, serve

OFF = 1 + (float(sys.argv[1]) if len(sys.argv) > 1 else 0.0)


@sampler
def oracle(problem, y, n, rng):
    prior, judge = problem.prior, problem.oracle
    narrow, wide = problem.scale
    for sigma in (narrow / 3, np.sqrt(narrow * wide), 3 * wide):
        x = judge.sample(4, rng)
        x = x + sigma * rng.standard_normal(x.shape)
        v = rng.standard_normal(x.shape)
        denoised, score, product = judge.denoise(x, sigma), judge.score(x, sigma), judge.jvp(x, v, sigma)
        # Both are good to about 1e-10 in weights; scores lose another (wide / sigma)^2 or so.
        size = 1 + np.abs(x).max()
        np.testing.assert_allclose(score, (denoised - x) / sigma**2, rtol=1e-9, atol=1e-9 * size / sigma**2)
        if prior is not judge:
            off = sigma * OFF
            np.testing.assert_allclose(prior.denoise(x, off), denoised, rtol=0, atol=1e-8 * size)
            np.testing.assert_allclose(prior.score(x, off), score, rtol=0, atol=1e-8 * size / sigma**2)
            np.testing.assert_allclose(prior.jvp(x, v, off), product, rtol=0, atol=1e-7 * (1 + np.abs(product).max()))
    return rng.standard_normal((n, problem.dim))


if __name__ == "__main__":
    serve()
