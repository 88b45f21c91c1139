"""Gradients through denoisers, where torch and jax are installed."""

import numpy as np
import pytest

from assay_candidate import Mixture

PRIOR = Mixture({"kind": "dataset", "bandwidth": 0.4, "points": [[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]]})
X = np.array([[0.3, 0.2], [1.5, -0.7]])
V = np.array([[1.0, 0.5], [-0.2, 2.0]])


def test_torch():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from assay_candidate.torch import denoiser

    x = torch.tensor(X, requires_grad=True)
    denoised = denoiser(PRIOR)(x, 0.8)
    np.testing.assert_allclose(denoised.detach().numpy(), PRIOR.denoise(X, 0.8))
    denoised.backward(torch.tensor(V))
    np.testing.assert_allclose(x.grad.numpy(), PRIOR.jvp(X, V, 0.8))
    single = denoiser(PRIOR)(torch.tensor(X, dtype=torch.float32), 0.8)
    assert single.dtype == torch.float32


def test_jax():
    jax = pytest.importorskip("jax", reason="jax is not installed")
    from assay_candidate.jax import denoiser

    denoised, pull = jax.vjp(lambda x: jax.jit(denoiser(PRIOR))(x, 0.8), jax.numpy.array(X))
    # Single precision, unless jax is told otherwise.
    np.testing.assert_allclose(denoised, PRIOR.denoise(X, 0.8), rtol=1e-5)
    np.testing.assert_allclose(pull(jax.numpy.array(V))[0], PRIOR.jvp(X, V, 0.8), rtol=1e-4)
