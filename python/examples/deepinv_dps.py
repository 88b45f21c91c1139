"""The DPS of deepinv, unchanged and with its own defaults, given the exact denoiser.

deepinv samples images with pixels in [0, 1]. A point x of the problem becomes the image
(x / c + 1) / 2, and y what is measured of that image: for images in [-1, 1] c is 1,
otherwise the largest coordinate of some draws from the prior. deepinv then solves a
problem in its own units, with the same A and the denoiser of that prior; its draws are
mapped back.
"""

import deepinv
import numpy as np
import torch

from assay_candidate import sampler, serve
from assay_candidate.torch import denoiser

torch.set_num_threads(1)  # assay runs one process on each processor


class Exact(deepinv.models.Denoiser):
    """The posterior mean of the image given the image plus sigma times a standard normal."""

    def __init__(self, prior, c):
        super().__init__()
        self.denoise, self.c = denoiser(prior), c

    def forward(self, u, sigma, **kwargs):
        x = self.denoise(self.c * (2 * u.flatten(1) - 1), 2 * self.c * float(sigma))
        return ((x / self.c + 1) / 2).reshape(u.shape)


@sampler(name="dps of deepinv", version=deepinv.__version__)
def deepinv_dps(problem, y, n, rng):
    c = 1.0
    if problem.prior.kind != "dataset":
        c = float(np.abs(problem.prior.sample(1000, np.random.default_rng(0))).max())
    A = torch.tensor(problem.A)
    shape = (n, 1, 1, problem.dim)

    def forward(u, **kwargs):
        return u.flatten(1) @ A.to(u.dtype).T

    physics = deepinv.physics.LinearPhysics(
        A=forward,
        A_adjoint=lambda v, **kwargs: (v @ A.to(v.dtype)).reshape(shape),
        noise_model=deepinv.physics.GaussianNoise(problem.beta / (2 * c)),
    )
    measured = (torch.tensor(y) / c + A.sum(dim=1)) / 2  # y is A x plus noise, x = c (2 u - 1)
    dps = deepinv.sampling.DPS(Exact(problem.prior, c), rng=torch.Generator())
    u = dps(measured.expand(n, -1), physics, x_init=shape, seed=int(rng.integers(2**63)))
    return (c * (2 * u.flatten(1) - 1)).numpy()


if __name__ == "__main__":
    serve()
