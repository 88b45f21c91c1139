"""The denoiser of a prior as a function of jax arrays that gradients pass through."""

from __future__ import annotations

from typing import Any, Callable

import jax
import numpy as np

from ._arrays import Array
from ._priors import Prior


def denoiser(prior: Prior) -> Callable[[jax.typing.ArrayLike, jax.typing.ArrayLike], jax.Array]:
    """Returns a function denoise(x, sigma) of points x, one a row (n x d), and a standard
    deviation, whose value is E[x0 | x0 + sigma z = x] (n x d), for use with jax.grad, jax.vjp
    and jax.jit. It is computed in numpy in double precision; the result has the type of x.
    Gradients go through x, not through sigma. The Jacobian of a denoiser is symmetric, so
    that its product from the left is its product from the right. What the prior raises,
    jax wraps in an error of its own."""

    def call(function: Callable[..., Array], like: Any, *arguments: Any) -> Any:
        def outside(*values: Any) -> Any:
            *arrays, sigma = values
            return function(*(np.asarray(a, dtype=float) for a in arrays), float(sigma)).astype(like.dtype)

        return jax.pure_callback(outside, jax.ShapeDtypeStruct(like.shape, like.dtype), *arguments)

    def denoise(x: Any, sigma: Any) -> Any:
        return call(prior.denoise, x, x, sigma)

    def forward(x: Any, sigma: Any) -> Any:
        return smooth(x, sigma), (x, sigma)

    def backward(saved: Any, v: Any) -> Any:
        x, sigma = saved
        return call(prior.jvp, x, x, v, sigma), None

    smooth: Any = jax.custom_vjp(denoise)
    smooth.defvjp(forward, backward)
    result: Callable[[jax.typing.ArrayLike, jax.typing.ArrayLike], jax.Array] = smooth
    return result
