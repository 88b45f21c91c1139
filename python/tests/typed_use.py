"""What a type checker that is strict must accept, in the program of a user."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay_candidate import Candidate, Mixture, Prior, Problem, Refusal, Witness, sampler, serve, witness


@sampler
def prior_draws(problem: Problem, y: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return problem.prior.sample(n, rng)


@sampler(independent=False)
def one_chain(problem: Problem, y: NDArray[np.float64], n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    prior = problem.prior
    if not isinstance(prior, Mixture):
        raise Refusal(f"the density of a prior of the kind {prior.kind} is not known")
    x = prior.sample(1, rng)
    at = float(prior.log_density(x)[0] + problem.log_likelihood(x, y)[0])
    draws = np.empty((n, problem.dim), dtype=np.float32)
    for row in draws:
        there = x + problem.beta * rng.standard_normal(x.shape)
        then = float(prior.log_density(there)[0] + problem.log_likelihood(there, y)[0])
        if np.log(rng.random()) < then - at:
            x, at = there, then
        row[:] = x[0]
    return draws


@sampler(name="langevin", version="1")
def of_any_type(problem: Problem, y: NDArray[Any], n: int, rng: np.random.Generator) -> NDArray[Any]:
    narrow, _ = problem.scale or (1.0, 1.0)
    x = problem.prior.sample(n, rng)
    slope = problem.prior.score(x, narrow) + problem.residual(x, y) @ problem.A / problem.beta**2
    return x + problem.prior.jvp(x, slope, narrow)


def denoise(prior: Prior, x: NDArray[np.float32], sigma: float) -> NDArray[np.float64]:
    return prior.denoise(x, sigma)


@witness
def first(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    return float(x[0])


@witness(name="lengths", vectorised=True)
def lengths(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((x**2).sum(axis=1), dtype=np.float64)


test_quantity: Witness = first
candidate: Candidate = one_chain
independent: bool = candidate.independent

if __name__ == "__main__":
    serve(candidate)
