"""The priors in numpy against plain formulas: densities summed one component after
the other with full matrices, and derivatives of the log density by differences."""

import numpy as np
import pytest

from assay_candidate import Mixture


def rotation(d, rng):
    return np.linalg.qr(rng.standard_normal((d, d)))[0]


def forms(d, rng):
    """Every kind of prior and every form of a covariance, with the components as they
    should be read: weight, mean, covariance."""
    mean, sd = rng.standard_normal(d), 0.3 + rng.random(d)
    root = rng.standard_normal((d, d)) + 2 * np.eye(d)
    axes = rotation(d, rng)[: d - 1]
    spiked = axes.T @ np.diag(sd[: d - 1] ** 2) @ axes + 0.25 * (np.eye(d) - axes.T @ axes)
    one = np.outer(axes[0], axes[0])  # one axis, and all others alike
    means = rng.standard_normal((3, d))
    covariances = [
        ({"sd": 0.7}, 0.49 * np.eye(d)),
        ({"sd": sd.tolist()}, np.diag(sd**2)),
        ({"covariance": (root @ root.T).tolist()}, root @ root.T),
        ({"covariance": np.diag(sd**2).tolist()}, np.diag(sd**2)),
        ({"axes": axes.tolist(), "sd": sd[: d - 1].tolist(), "rest": 0.5}, spiked),
        ({"axes": axes[:1].tolist(), "sd": [2.0], "rest": 0.6}, 4 * one + 0.36 * (np.eye(d) - one)),
    ]
    for form, matrix in covariances:
        yield {"kind": "gaussian", "mean": mean.tolist(), **form}, [(1.0, mean, matrix)]
    groups = [{"weights": [1.0, 2.0, 0.5], "means": means.tolist(), **form} for form, _ in covariances]
    parts = [(w / 21, m, matrix) for _, matrix in covariances for w, m in zip([1.0, 2.0, 0.5], means)]
    yield {"kind": "mixture", "groups": groups}, parts
    yield {"kind": "dataset", "bandwidth": 0.4, "points": means.tolist()}, [(1 / 3, m, 0.16 * np.eye(d)) for m in means]


def plain_log_density(parts, x, sigma):
    total = -np.inf
    for weight, mean, matrix in parts:
        smoothed = matrix + sigma**2 * np.eye(len(x))
        away = x - mean
        log = -away @ np.linalg.solve(smoothed, away) / 2 - np.linalg.slogdet(2 * np.pi * smoothed)[1] / 2
        total = np.logaddexp(total, np.log(weight) + log)
    return total


def difference(f, x, h=1e-5):
    """The gradient of f by central differences: off by h^2 times the third derivative,
    and by 1e-16/h times f, both below 1e-9 for what is differentiated here."""
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize("sigma", [0.2, 1.0, 5.0])
def test_against_plain_formulas(d, sigma):
    rng = np.random.default_rng(d)
    for form, parts in forms(d, rng):
        prior = Mixture(form)
        x, v = 2 * rng.standard_normal((4, d)), rng.standard_normal((4, d))
        want = np.array([plain_log_density(parts, row, sigma) for row in x])
        np.testing.assert_allclose(prior.log_density(x, sigma), want, rtol=1e-12, atol=1e-11)
        score = prior.score(x, sigma)
        for row, got in zip(x, score):
            # Scores are at most about 30 here; see difference.
            np.testing.assert_allclose(got, difference(lambda z: plain_log_density(parts, z, sigma), row), rtol=1e-6, atol=1e-7)
        # Tweedie: D = x + sigma^2 score, another way to the same number.
        denoised = prior.denoise(x, sigma)
        np.testing.assert_allclose(denoised, x + sigma**2 * score, rtol=1e-10, atol=1e-10)
        product = prior.jvp(x, v, sigma)
        step = 1e-5
        along = (prior.denoise(x + step * v, sigma) - prior.denoise(x - step * v, sigma)) / (2 * step)
        np.testing.assert_allclose(product, along, rtol=1e-6, atol=1e-7)


def test_a_wrong_formula_is_noticed():
    """The control: a prior whose deviation is off by one in a million fails the
    comparison of log densities above."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4, 3))
    right = Mixture({"kind": "gaussian", "mean": [0.0] * 3, "sd": 1.0})
    wrong = Mixture({"kind": "gaussian", "mean": [0.0] * 3, "sd": 1.0 + 1e-6})
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(right.log_density(x, 1.0), wrong.log_density(x, 1.0), rtol=1e-12, atol=1e-11)


def test_sample():
    """Mean and covariance of 40000 draws. Each entry of the mean is off by more than 6
    standard errors with probability 2e-9; a covariance entry has a standard error of at
    most sqrt(kurtosis) times that of Gaussian entries, for which 8 are allowed. Some 100
    entries are looked at: a false alarm has probability below 1e-6. A draw whose
    deviation is off by 5 % is noticed."""
    n = 40000
    for d in (2, 4):
        rng = np.random.default_rng(d)
        for form, parts in forms(d, rng):
            x = Mixture(form).sample(n, rng)
            mean = sum(w * m for w, m, _ in parts)
            cov = sum(w * (c + np.outer(m - mean, m - mean)) for w, m, c in parts)
            sd = np.sqrt(np.diag(cov))
            assert np.all(np.abs(x.mean(axis=0) - mean) < 6 * sd / np.sqrt(n))
            assert np.all(np.abs(np.cov(x, rowvar=False) - cov) < 8 * np.outer(sd, sd) * np.sqrt(2 / n))


def test_far_and_sharp():
    """Far from everything the nearest component answers, without overflow; with
    sigma tiny a point stays where it is, with sigma huge it goes to the mean."""
    prior = Mixture({"kind": "dataset", "bandwidth": 1e-6, "points": [[0.0, 0.0], [1.0, 0.0]]})
    np.testing.assert_allclose(prior.denoise(np.array([[1e6, 0.0]]), 1.0), [[1.0, 0.0]], atol=2e-6)
    assert np.isfinite(prior.log_density(np.array([[1e6, 1e6]]), 1e-3)).all()
    np.testing.assert_allclose(prior.denoise(np.array([[1.0, 1e-7]]), 1e-12), [[1.0, 1e-7]], rtol=1e-9)
    np.testing.assert_allclose(prior.denoise(np.array([[3.0, 4.0]]), 1e9), [[0.5, 0.0]], atol=1e-8)


def test_singular():
    """A law that does not move in every direction is smoothed like any other, and has
    no density."""
    flat = Mixture({"kind": "gaussian", "mean": [1.0, 2.0], "covariance": [[1.0, 1.0], [1.0, 1.0]]})
    np.testing.assert_allclose(flat.denoise(np.array([[2.0, 2.0]]), 1.0), [[1 + 1 / 3, 2 + 1 / 3]], atol=1e-12)
    x = flat.sample(10, np.random.default_rng(1))
    np.testing.assert_allclose(x[:, 0] - 1, x[:, 1] - 2, atol=1e-7)
    point = Mixture({"kind": "gaussian", "mean": [1.0, 2.0], "sd": 0})
    np.testing.assert_array_equal(point.denoise(np.array([[5.0, 5.0]]), 1.0), [[1.0, 2.0]])
    for prior in (flat, point):
        with pytest.raises(ValueError, match="no density"):
            prior.log_density(x)


def test_chunks(monkeypatch):
    """Rows do not depend on the rows that they are worked on with."""
    rng = np.random.default_rng(1)
    prior = Mixture({"kind": "dataset", "bandwidth": 0.4, "points": rng.standard_normal((9, 2)).tolist()})
    x, v = rng.standard_normal((11, 2)), rng.standard_normal((11, 2))
    whole = prior.denoise(x, 1.0), prior.jvp(x, v, 1.0)
    monkeypatch.setattr("assay_candidate._priors._CHUNK", 60)
    np.testing.assert_allclose(prior.denoise(x, 1.0), whole[0], rtol=1e-13)
    np.testing.assert_allclose(prior.jvp(x, v, 1.0), whole[1], rtol=1e-12)
    assert prior.denoise(np.empty((0, 2)), 1.0).shape == (0, 2)


def test_no_smoothing():
    """Where the law has a density, denoise leaves every point where it is at sigma = 0, and
    its Jacobian is the identity."""
    prior = Mixture({"kind": "dataset", "bandwidth": 0.4, "points": [[0.0, 1.0], [1.0, 0.0]]})
    x, v = np.array([[0.3, 0.2], [5.0, -7.0]]), np.array([[1.0, 0.5], [-0.2, 2.0]])
    np.testing.assert_allclose(prior.denoise(x, 0.0), x, rtol=1e-13)
    np.testing.assert_array_equal(prior.jvp(x, v, 0.0), v)
    np.testing.assert_allclose(prior.jvp(x, v, 1e-6), v, rtol=1e-9)  # off by (sigma / 0.4)^2


PLAIN = Mixture({"kind": "gaussian", "mean": [0.0, 0.0], "sd": 1.0})


@pytest.mark.parametrize("sigma", [-1.0, np.nan, np.inf])
def test_no_deviation(sigma):
    x = np.zeros((3, 2))
    for ask in (PLAIN.log_density, PLAIN.denoise, PLAIN.score, lambda x, sigma: PLAIN.jvp(x, x, sigma)):
        with pytest.raises(ValueError, match="want a standard deviation"):
            ask(x, sigma)


def test_wrong_shape():
    with pytest.raises(ValueError, match=r"want \(n, 2\)"):
        PLAIN.denoise(np.zeros(2), 1.0)
    with pytest.raises(ValueError, match=r"v has shape \(1, 2\), want that of x, \(3, 2\)"):
        PLAIN.jvp(np.zeros((3, 2)), np.zeros((1, 2)), 1.0)


def test_complex():
    with pytest.raises(TypeError, match="complex"):
        PLAIN.denoise(np.zeros((3, 2), dtype=complex), 1.0)
