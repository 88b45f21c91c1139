"""The denoiser of a prior as a function of jax arrays that gradients pass through."""

from __future__ import annotations

from typing import Any, Callable

import jax
import numpy as np

from ._priors import Prior


def denoiser(prior: Prior) -> Callable[[Any, float], Any]:
    """Returns a function denoise(x, sigma) of an array x (n x d), for use with jax.grad,
    jax.vjp and jax.jit. It is computed in numpy in double precision; the result has the
    type of x. Gradients go through x, not through sigma. The Jacobian of a denoiser is
    symmetric, so that its product from the left is its product from the right."""

    def call(function: Callable[..., np.ndarray], like: Any, *arguments: Any) -> Any:
        def outside(*values: Any) -> np.ndarray:
            *arrays, sigma = values
            return function(*(np.asarray(a, dtype=float) for a in arrays), float(sigma)).astype(like.dtype)

        return jax.pure_callback(outside, jax.ShapeDtypeStruct(like.shape, like.dtype), *arguments)

    @jax.custom_vjp
    def denoise(x: Any, sigma: Any) -> Any:
        return call(prior.denoise, x, x, sigma)

    def forward(x: Any, sigma: Any) -> Any:
        return denoise(x, sigma), (x, sigma)

    def backward(saved: Any, v: Any) -> Any:
        x, sigma = saved
        return call(prior.jvp, x, x, v, sigma), None

    denoise.defvjp(forward, backward)
    return denoise
