"""A witness that returns NaN for every vector."""

import numpy as np

from assay_candidate import serve, witness


@witness
def unknown(x, y):
    return np.nan


if __name__ == "__main__":
    serve()
