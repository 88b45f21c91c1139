"""The denoiser of a prior as a function of torch tensors that gradients pass through."""

from __future__ import annotations

from typing import Any, Callable

import torch

from ._priors import Prior


def denoiser(prior: Prior) -> Callable[[torch.Tensor, float], torch.Tensor]:
    """Returns a function denoise(x, sigma) of points x, one a row (n x d), and a standard
    deviation, whose value is E[x0 | x0 + sigma z = x] (n x d), for use with autograd. It is
    computed in numpy in double precision; the result has the type and device of x.
    Gradients go through x, not through sigma. The Jacobian of a denoiser is symmetric, so
    that its product from the left is its product from the right. It raises what the prior
    raises."""

    class Denoise(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor, sigma: float) -> torch.Tensor:
            ctx.save_for_backward(x)
            ctx.sigma = sigma
            return _like(x, prior.denoise(_numpy(x), sigma))

        @staticmethod
        @torch.autograd.function.once_differentiable
        def backward(ctx: Any, v: torch.Tensor) -> Any:
            (x,) = ctx.saved_tensors
            return _like(x, prior.jvp(_numpy(x), _numpy(v), ctx.sigma)), None

    def denoise(x: torch.Tensor, sigma: float) -> torch.Tensor:
        denoised: torch.Tensor = Denoise.apply(x, float(sigma))
        return denoised

    return denoise


def _numpy(x: torch.Tensor) -> Any:
    return x.detach().cpu().double().numpy()


def _like(x: torch.Tensor, a: Any) -> torch.Tensor:
    return torch.from_numpy(a).to(dtype=x.dtype, device=x.device)
