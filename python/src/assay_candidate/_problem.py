"""A problem: x is from the prior, y = A x + beta n with n standard normal."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._priors import Mixture, Oracle, Prior, scale_of
from ._wire import Channel


class Problem:
    """What a candidate is told of a problem.

    name    for people
    dim     d, the length of x
    rows    m, the length of y; 0 if nothing is measured
    A       m x d
    beta    the standard deviation of the noise
    prior   the law of x
    oracle  the same law, by asking assay
    scale   the narrowest and the widest standard deviation of the prior; None if unknown
    form    the problem as it was sent
    """

    def __init__(self, params: dict[str, Any], channel: Channel) -> None:
        number = params["id"]

        def question(method: str, **arguments: Any) -> np.ndarray:
            for key in ("x", "v"):
                if key in arguments:
                    arguments[key] = channel.pack(arguments[key])
            return channel.ask(method, problem=number, **arguments)

        self.form = params["problem"]
        self.name: str = params["name"]
        self.dim: int = params["dim"]
        self.rows: int = params["rows"]
        self.scale = scale_of(params)
        measurement = self.form["measurement"]
        self.A = np.array(measurement["A"], dtype=float).reshape(self.rows, self.dim)
        self.beta: float = measurement["beta"]
        form = self.form["prior"]
        self.oracle = Oracle(form["kind"], self.dim, question)
        self.prior: Prior = Mixture(form) if form["kind"] in ("gaussian", "mixture", "dataset") else self.oracle

    def residual(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Returns y - A x for each row of x (n x m)."""
        return y - x @ self.A.T

    def log_likelihood(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Returns log p(y | x) for each row of x (n)."""
        r = self.residual(x, y) / self.beta
        return -np.einsum("nm,nm->n", r, r) / 2 - self.rows * np.log(self.beta * np.sqrt(2 * np.pi))
