"""A wrong sampler that every built-in witness takes for a right one: draws from the exact
posterior except for the sign of z_2, which is always that of z_0 z_1, where z is x minus
its mean given y. Any two coordinates are right, and so are all lengths. With the argument
"right" it samples the exact posterior.

It is for x standard normal in three dimensions and y = x + n, n standard normal: x given y is
y/2 plus normal numbers of variance 1/2. parity_witness.py says how to judge it.
"""

import sys

import numpy as np

from assay_candidate import sampler, serve

RIGHT = sys.argv[1:] == ["right"]


@sampler(name="exact" if RIGHT else "even parity")
def even_parity(problem, y, n, rng):
    z = np.sqrt(0.5) * rng.standard_normal((n, 3))
    if not RIGHT:
        z[:, 2] = np.abs(z[:, 2]) * np.sign(z[:, 0] * z[:, 1])
    return y / 2 + z


if __name__ == "__main__":
    serve()
