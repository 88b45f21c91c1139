"""A problem: x is from the prior, y = A x + beta n with n standard normal."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arrays import Array, Reals, doubles
from ._operators import matrix_of
from ._priors import Mixture, Oracle, Prior, scale_of
from ._wire import Channel


class Problem:
    """What a candidate is told of a problem: x is from the prior, y = A x + beta n with n
    standard normal.

    name    for people
    dim     d, the length of x
    rows    m, the length of y; 0 if nothing is measured
    A       the matrix (m x d)
    beta    the standard deviation of the noise
    prior   the law of x, in numpy where that is possible
    oracle  the same law, by asking assay
    scale   the narrowest and the widest standard deviation of the prior; None if unknown
    form    the problem as it was sent, see docs/protocol.md
    """

    def __init__(self, params: dict[str, Any], channel: Channel) -> None:
        number = params["id"]

        def question(method: str, **arguments: Any) -> Array:
            return channel.ask(method, problem=number, **arguments)

        self.form: dict[str, Any] = params["problem"]
        self.name: str = params["name"]
        self.dim: int = params["dim"]
        self.rows: int = params["rows"]
        self.scale = scale_of(params)
        measurement = self.form["measurement"]
        self.A: Array = matrix_of(measurement, self.rows, self.dim)
        self.beta: float = measurement["beta"]
        form = self.form["prior"]
        self.oracle = Oracle(form["kind"], self.dim, question)
        self.prior: Prior = Mixture(form) if form["kind"] in ("gaussian", "mixture", "dataset") else self.oracle

    def residual(self, x: Reals, y: Reals) -> Array:
        """Returns y - A x for each row of x (n x m); x is n x d, and y is m numbers, or n x m,
        one y for each x. Raises ValueError for other shapes."""
        points, measured = doubles(x), doubles(y)
        if points.ndim != 2 or points.shape[1] != self.dim:
            raise ValueError(f"x has shape {points.shape}, want (n, {self.dim})")
        if measured.shape not in ((self.rows,), (len(points), self.rows)):
            raise ValueError(f"y has shape {measured.shape}, want ({self.rows},), or ({len(points)}, {self.rows}), one for each x")
        left: Array = measured - points @ self.A.T
        return left

    def log_likelihood(self, x: Reals, y: Reals) -> Array:
        """Returns log p(y | x) for each row of x (n); x is n x d, and y is m numbers, or n x m,
        one y for each x. Raises ValueError for other shapes."""
        r = self.residual(x, y) / self.beta
        log: Array = -np.einsum("nm,nm->n", r, r) / 2 - self.rows * np.log(self.beta * np.sqrt(2 * np.pi))
        return log
