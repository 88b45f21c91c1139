"""Priors: the law of x0, and what smoothing by a Gaussian makes of it.

Everywhere rows are points, and sigma is the standard deviation of the noise in
x0 + sigma z, z standard normal.
"""

from __future__ import annotations

from typing import Any, Callable, Iterator, Optional, Protocol, Tuple

import numpy as np

from ._arrays import Array, Reals, doubles


class Prior(Protocol):
    """What every prior can do; d is its dimension.

    kind  "gaussian", "mixture" and "dataset" are known in numpy (:class:`Mixture`); assay
          answers for any other (:class:`Oracle`)
    dim   d, the length of a point

    Arrays of other shapes than those below raise ValueError, or RemoteError if assay is
    asked, and so does a sigma that is not above 0.
    """

    kind: str
    dim: int

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Returns n independent draws, one a row (n x d)."""

    def denoise(self, x: Reals, sigma: float) -> Array:
        """Returns E[x0 | x0 + sigma z = x] for each row of x (n x d), sigma a standard
        deviation."""

    def score(self, x: Reals, sigma: float) -> Array:
        """Returns the gradient of the log density of x0 + sigma z at each row of x (n x d),
        sigma a standard deviation."""

    def jvp(self, x: Reals, v: Reals, sigma: float) -> Array:
        """Returns J(x) v for each row of x and of v (both n x d), J the Jacobian of denoise,
        which is symmetric; sigma is a standard deviation."""


class Covariance:
    """A d x d covariance as standard deviations along orthonormal axes, and one in every
    direction orthogonal to them."""

    def __init__(self, dim: int, form: dict[str, Any]) -> None:
        self.dim = dim
        self.axes: Optional[Array] = None  # r x d; None for the coordinate axes
        self.rest = 0.0
        if "covariance" in form:
            matrix = np.array(form["covariance"], dtype=float)
            off = matrix - np.diag(np.diag(matrix))
            if not off.any():
                self.sd = np.sqrt(np.diag(matrix))
                return
            values, vectors = np.linalg.eigh(matrix)
            values[values <= 4 * dim * np.finfo(float).eps * values[-1]] = 0  # rounding
            self.sd, self.axes = np.sqrt(values), vectors.T
        elif "axes" in form:
            self.axes = np.array(form["axes"], dtype=float)
            self.sd = np.array(form["sd"], dtype=float)
            self.rest = float(form.get("rest", 0.0))
        else:
            self.sd = np.broadcast_to(np.array(form["sd"], dtype=float), (dim,))

    def turn(self, function: Callable[[Array], Array], v: Array) -> Array:
        """Returns the product of v (..., d) with the matrix whose eigenvectors are the
        axes and whose eigenvalues are the function of the deviations."""
        values = function(self.sd)
        if self.axes is None:
            return v * values
        if len(self.sd) == self.dim:
            return ((v @ self.axes.T) * values) @ self.axes
        rest = float(function(np.array([self.rest]))[0])
        return v * rest + ((v @ self.axes.T) * (values - rest)) @ self.axes

    def check_density(self, sigma: float) -> None:
        """Raises ValueError if the law smoothed by the deviation sigma has no density."""
        if sigma > 0 or self.sd.min(initial=1) > 0 and (len(self.sd) == self.dim or self.rest > 0):
            return
        raise ValueError("the law has no density: its standard deviation is 0 in some direction; smooth it by sigma > 0")

    def log_norm(self, sigma: float) -> float:
        """Returns the log of the root of the determinant of 2 pi (C + sigma^2)."""
        left = self.dim - len(self.sd)
        total = np.sum(np.log(np.hypot(self.sd, sigma)))
        if left:
            total += left * np.log(np.hypot(self.rest, sigma))
        return float(total + self.dim / 2 * np.log(2 * np.pi))


def _whiten(sigma: float) -> Callable[[Array], Array]:
    return lambda sd: 1 / np.hypot(sd, sigma)


def _keep(sigma: float) -> Callable[[Array], Array]:
    return lambda sd: (sd / np.hypot(sd, sigma)) ** 2


def _precision(sigma: float) -> Callable[[Array], Array]:
    return lambda sd: np.hypot(sd, sigma) ** -2.0


class _Group:
    """Components that share one covariance."""

    def __init__(self, weights: Array, means: Array, covariance: Covariance) -> None:
        self.log_weights = np.log(weights)
        self.means = means
        self.covariance = covariance


# What is done with rows (n x d), given the log density at each (n) and, for each group, the
# weights of its components given each (n x components).
Work = Callable[[Array, Array, "list[Array]"], Array]

# _CHUNK bounds the numbers in rows x components x dimensions that are held at a time.
_CHUNK = 4_000_000


class Mixture:
    """A finite mixture of Gaussians, in numpy: a Gaussian, a mixture, or a data set smoothed
    by a Gaussian kernel. It is a :class:`Prior` that also has log_density.

    kind, dim  see :class:`Prior`

    Where the law has a positive deviation in every direction, and so a density of its
    own, sigma may be 0. Every method raises ValueError for arrays of shapes other than
    those stated, for a sigma that is not a standard deviation, and for sigma = 0 where
    there is no density.
    """

    def __init__(self, form: dict[str, Any]) -> None:
        """Takes a prior in the canonical text form, see docs/protocol.md: problem.form["prior"]."""
        self.kind: str = form["kind"]
        if self.kind == "gaussian":
            groups = [{**form, "weights": [1.0], "means": [form["mean"]]}]
        elif self.kind == "dataset":
            groups = [{"weights": [1.0] * len(form["points"]), "means": form["points"], "sd": form["bandwidth"]}]
        else:
            groups = form["groups"]
        self.groups = []
        total = sum(sum(g["weights"]) for g in groups)
        for g in groups:
            means = np.array(g["means"], dtype=float)
            self.groups.append(_Group(np.array(g["weights"], dtype=float) / total, means, Covariance(means.shape[1], g)))
        self.dim = self.groups[0].means.shape[1]
        self._size = sum(len(g.means) for g in self.groups)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Returns n independent draws, one a row (n x d), made with rng."""
        weights = np.concatenate([np.exp(g.log_weights) for g in self.groups])
        first = np.cumsum([0] + [len(g.means) for g in self.groups])
        component = rng.choice(self._size, size=n, p=weights / weights.sum())
        z = rng.standard_normal((n, self.dim))
        x = np.empty((n, self.dim))
        for lo, hi, g in zip(first, first[1:], self.groups):
            mine = (lo <= component) & (component < hi)
            x[mine] = g.means[component[mine] - lo] + g.covariance.turn(lambda sd: sd, z[mine])
        return x

    def log_density(self, x: Reals, sigma: float = 0.0) -> Array:
        """Returns the log density of x0 + sigma z at each row of x (n), sigma a standard
        deviation."""
        return self._by_rows(x, sigma, lambda rows, log, weights: log)

    def denoise(self, x: Reals, sigma: float) -> Array:
        """Returns E[x0 | x0 + sigma z = x] for each row of x (n x d), sigma a standard
        deviation."""
        return self._by_rows(x, sigma, lambda rows, log, weights: self._denoise(rows, weights, sigma))

    def score(self, x: Reals, sigma: float = 0.0) -> Array:
        """Returns the gradient of the log density of x0 + sigma z at each row of x (n x d),
        sigma a standard deviation."""

        def chunk(rows: Array, log: Array, weights: list[Array]) -> Array:
            total = np.zeros_like(rows)
            for g, w in zip(self.groups, weights):
                total += g.covariance.turn(_precision(sigma), w @ g.means - w.sum(axis=1)[:, None] * rows)
            return total

        return self._by_rows(x, sigma, chunk)

    def jvp(self, x: Reals, v: Reals, sigma: float) -> Array:
        """Returns J(x) v for each row of x and of v (both n x d), J the Jacobian of denoise,
        which is symmetric; sigma is a standard deviation."""
        x, directions = doubles(x), doubles(v)
        if directions.shape != x.shape:
            raise ValueError(f"v has shape {directions.shape}, want that of x, {x.shape}")
        at = 0

        def chunk(rows: Array, log: Array, weights: list[Array]) -> Array:
            nonlocal at
            direction = directions[at : at + len(rows)]
            at += len(rows)
            if sigma == 0:  # denoise leaves every point where it is
                return direction
            mean = self._denoise(rows, weights, sigma)
            total = np.zeros_like(rows)
            for g, w in zip(self.groups, weights):
                total += w.sum(axis=1)[:, None] * g.covariance.turn(_keep(sigma), direction)
                away = (g.means + g.covariance.turn(_keep(sigma), rows[:, None] - g.means) - mean[:, None]) / sigma
                along = np.einsum("nkd,nd->nk", away, direction)
                total += np.einsum("nk,nkd->nd", w * along, away)
            return total

        return self._by_rows(x, sigma, chunk)

    def _denoise(self, rows: Array, weights: list[Array], sigma: float) -> Array:
        total = np.zeros_like(rows)
        for g, w in zip(self.groups, weights):
            share = w.sum(axis=1)[:, None]
            mean = w @ g.means
            total += mean + g.covariance.turn(_keep(sigma), share * rows - mean)
        return total

    def _by_rows(self, x: Reals, sigma: float, work: Work) -> Array:
        """Calls work chunk by chunk of the rows, with the log density and the weight of
        every component given the row, group by group."""
        rows = doubles(x)
        if rows.ndim != 2 or rows.shape[1] != self.dim:
            raise ValueError(f"x has shape {rows.shape}, want (n, {self.dim})")
        if not 0 <= sigma < np.inf:
            raise ValueError(f"sigma is {sigma}, want a standard deviation, at least 0 and finite")
        for g in self.groups:
            g.covariance.check_density(sigma)
        step = max(1, _CHUNK // (self._size * self.dim))
        chunks = [self._chunk(rows[i : i + step], sigma, work) for i in range(0, max(len(rows), 1), step)]
        return np.concatenate(chunks)

    def _chunk(self, rows: Array, sigma: float, work: Work) -> Array:
        logs = np.concatenate(list(self._logs(rows, sigma)), axis=1)
        top = logs.max(axis=1, keepdims=True)
        weights = np.exp(logs - top)
        total = weights.sum(axis=1, keepdims=True)
        log_density = (top + np.log(total))[:, 0]
        weights /= total
        parts, at = [], 0
        for g in self.groups:
            parts.append(weights[:, at : at + len(g.means)])
            at += len(g.means)
        return work(rows, log_density, parts)

    def _logs(self, rows: Array, sigma: float) -> Iterator[Array]:
        # From differences, not by expanding the square: x may be far from the origin.
        for g in self.groups:
            away = g.covariance.turn(_whiten(sigma), rows[:, None] - g.means)
            yield g.log_weights - g.covariance.log_norm(sigma) - np.einsum("nkd,nkd->nk", away, away) / 2


class Oracle:
    """A prior that is evaluated by asking assay each time. It is a :class:`Prior`; what
    assay cannot answer raises RemoteError with assay's message.

    kind, dim  see :class:`Prior`
    """

    def __init__(self, kind: str, dim: int, ask: Callable[..., Array]) -> None:
        self.kind = kind
        self.dim = dim
        self._ask = ask

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """Returns n independent draws, one a row (n x d), at most 2^24 / d. They are a
        function of the seed of the call, not of rng."""
        return self._ask("prior_draws", n=int(n))

    def denoise(self, x: Reals, sigma: float) -> Array:
        """Returns E[x0 | x0 + sigma z = x] for each row of x (n x d), sigma a standard
        deviation above 0."""
        return self._ask("denoise", x=x, sigma=float(sigma))

    def score(self, x: Reals, sigma: float) -> Array:
        """Returns the gradient of the log density of x0 + sigma z at each row of x (n x d),
        sigma a standard deviation above 0."""
        return self._ask("score", x=x, sigma=float(sigma))

    def jvp(self, x: Reals, v: Reals, sigma: float) -> Array:
        """Returns J(x) v for each row of x and of v (both n x d), J the Jacobian of denoise,
        which is symmetric; sigma is a standard deviation above 0."""
        return self._ask("jvp", x=x, v=v, sigma=float(sigma))


def scale_of(params: dict[str, Any]) -> Optional[Tuple[float, float]]:
    """Returns the narrowest and the widest deviation, if assay knows them."""
    scale = params.get("scale")
    return (scale[0], scale[1]) if scale else None
