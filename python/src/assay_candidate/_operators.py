"""The matrix of a linear measurement, from its text form; see docs/protocol.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arrays import Array


def matrix_of(measurement: dict[str, Any], rows: int, dim: int) -> Array:
    """Returns A (m x d). Raises ValueError for an operator that is not known."""
    if "A" in measurement:
        return np.array(measurement["A"], dtype=float).reshape(rows, dim)
    operator = measurement["operator"]
    kind = operator["kind"]
    if kind == "identity":
        return np.eye(dim)
    matrix = np.zeros((rows, dim))
    if kind == "mask":
        matrix[np.arange(rows), operator["kept"]] = 1
        return matrix
    if kind not in ("pooling", "convolution", "fourier"):
        raise ValueError(f"operator of kind {kind!r}: want identity, mask, pooling, convolution or fourier")
    height, width = operator["height"], operator["width"]
    if kind == "fourier":
        y, x = np.divmod(np.arange(dim), width)
        for k, (u, v) in enumerate(operator["frequencies"]):
            angle = 2 * np.pi * (u * y / height + v * x / width)
            matrix[2 * k] = np.cos(angle) / np.sqrt(dim)
            if 2 * u % height or 2 * v % width:  # else the coefficient is real
                matrix[2 * k + 1] = -np.sin(angle) / np.sqrt(dim)
        return matrix
    image = matrix.reshape(rows, height, width)
    if kind == "pooling":
        block = operator["block"]
        across = -(-width // block)
        for i in range(rows):
            top, left = i // across * block, i % across * block
            image[i, top : top + block, left : left + block] = 1
    else:
        kernel = np.array(operator["kernel"], dtype=float)
        down, right = kernel.shape[0] // 2, kernel.shape[1] // 2
        for i in range(rows):
            y, x = divmod(i, width)
            top, left = max(y - down, 0), max(x - right, 0)
            bottom, end = min(y + down + 1, height), min(x + right + 1, width)
            image[i, top:bottom, left:end] = kernel[top - y + down : bottom - y + down, left - x + right : end - x + right]
    total: Array = matrix.sum(axis=1, keepdims=True)
    matrix /= total
    return matrix
