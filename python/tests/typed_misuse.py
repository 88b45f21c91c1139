"""The control of typed_use.py: what a type checker must reject, line by line. A strict one
complains of each comment that it has no use for."""

from __future__ import annotations

from typing import List, Optional

import numpy as np
from numpy.typing import NDArray

from assay_candidate import Problem, sampler, serve, witness

Array = NDArray[np.float64]


@sampler  # type: ignore[arg-type]
def no_generator(problem: Problem, y: Array, n: int) -> Array:
    return np.zeros((n, problem.dim))


@sampler(independent=False)  # type: ignore[arg-type]
def out_of_order(y: Array, problem: Problem, n: int, rng: np.random.Generator) -> Array:
    return np.zeros((n, problem.dim))


@sampler  # type: ignore[arg-type]
def a_list(problem: Problem, y: Array, n: int, rng: np.random.Generator) -> List[float]:
    return [0.0] * n


@sampler  # type: ignore[arg-type]
def perhaps_none(problem: Problem, y: Array, n: int, rng: np.random.Generator) -> Optional[Array]:
    return None


@sampler  # type: ignore[arg-type]
def complex_draws(problem: Problem, y: Array, n: int, rng: np.random.Generator) -> NDArray[np.complex128]:
    return np.zeros((n, problem.dim), dtype=np.complex128)


@sampler("langevin")  # type: ignore[call-overload, untyped-decorator]
def name_by_position(problem: Problem, y: Array, n: int, rng: np.random.Generator) -> Array:
    return np.zeros((n, problem.dim))


@witness  # type: ignore[arg-type]
def without_y(x: Array) -> float:
    return float(x[0])


@sampler
def typed(problem: Problem, y: Array, n: int, rng: np.random.Generator) -> Array:
    problem.prior.denoise(y)  # type: ignore[call-arg]
    problem.prior.log_density(y)  # type: ignore[attr-defined]
    problem.prior.sample(rng, n)  # type: ignore[arg-type]
    low, high = problem.scale  # type: ignore[misc]
    problem.sigma  # type: ignore[attr-defined]
    return problem.A


serve(typed.sample)  # type: ignore[arg-type]
