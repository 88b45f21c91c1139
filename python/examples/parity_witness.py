"""A witness that looks at three coordinates at once: the sign of the product of 2 x_j - y_j.

The witnesses of assay look at coordinates, at pairs of them, at distances and at densities.
A sampler that is right in any two coordinates and wrong in three passes them, as the one
in parity_sampler.py does. This is how to test for a fault that you suspect:

    assay check --data origin.csv --bandwidth 1 --op identity --beta 1 \\
        --witness 'python3 parity_witness.py' -- python3 parity_sampler.py

with the line 0,0,0 twice in origin.csv, so that x is standard normal in three dimensions.
"""

import numpy as np

from assay_candidate import serve, witness


@witness(name="parity", vectorised=True)
def parity(x, y):
    return np.sign(np.prod(2 * x - y, axis=1))


if __name__ == "__main__":
    serve()
