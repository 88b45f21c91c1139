"""Operators are the matrices that docs/protocol.md says."""

import numpy as np
import pytest

from assay_candidate._operators import matrix_of


def image(kind, height, width, **more):
    return {"operator": {"kind": kind, "height": height, "width": width, **more}}


@pytest.mark.parametrize("measurement, want", [
    ({"A": []}, np.zeros((0, 2))),
    ({"A": [[1, 2]]}, [[1, 2]]),
    ({"operator": {"kind": "identity", "dim": 2}}, [[1, 0], [0, 1]]),
    ({"operator": {"kind": "mask", "dim": 3, "kept": [2, 0]}}, [[0, 0, 1], [1, 0, 0]]),
    (image("pooling", 1, 3, block=2), [[.5, .5, 0], [0, 0, 1]]),
    (image("pooling", 2, 3, block=2), [[.25, .25, 0, .25, .25, 0], [0, 0, .5, 0, 0, .5]]),
    (image("convolution", 1, 3, kernel=[[1, 2, 3]]), [[2 / 5, 3 / 5, 0], [1 / 6, 2 / 6, 3 / 6], [0, 1 / 3, 2 / 3]]),
    (image("convolution", 2, 2, kernel=[[0, 1, 0], [0, 2, 1], [0, 1, 0]]),
     [[.5, .25, .25, 0], [0, 2 / 3, 0, 1 / 3], [.25, 0, .5, .25], [0, 1 / 3, 0, 2 / 3]]),
    (image("fourier", 1, 2, frequencies=[[0, 1]]), [[.5 ** .5, -.5 ** .5], [0, 0]]),
    (image("fourier", 1, 4, frequencies=[[0, 1]]), [[.5, 0, -.5, 0], [0, -.5, 0, .5]]),
    (image("fourier", 4, 1, frequencies=[[1, 0]]), [[.5, 0, -.5, 0], [0, -.5, 0, .5]]),
])
def test_matrices_by_hand(measurement, want):
    want = np.array(want, dtype=float)
    got = matrix_of(measurement, *want.shape)
    assert got.shape == want.shape
    assert np.allclose(got, want, rtol=0, atol=1e-15)


def test_an_unknown_operator_is_named():
    with pytest.raises(ValueError, match="operator of kind 'wavelet'"):
        matrix_of({"operator": {"kind": "wavelet"}}, 1, 1)
