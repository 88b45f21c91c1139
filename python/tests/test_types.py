"""What is said of types can be evaluated on every Python that is supported."""

import inspect
import typing

import numpy as np
import pytest

import assay_candidate


@pytest.mark.parametrize("name", assay_candidate.__all__)
def test_annotations(name):
    public = getattr(assay_candidate, name)
    functions = [public] if inspect.isfunction(public) else [f for _, f in inspect.getmembers(public, inspect.isfunction)]
    for function in functions:
        hints = typing.get_type_hints(function)
        if function.__module__.startswith("assay_candidate"):
            named = inspect.signature(function).parameters
            assert set(named) - {"self"} <= set(hints) and "return" in hints, function


def test_what_type_checkers_accept_can_be_imported():
    import typed_use

    assert typed_use.candidate.name == "one_chain" and not typed_use.independent
    x = typed_use.denoise(assay_candidate.Mixture({"kind": "gaussian", "mean": [0.0], "sd": 1.0}), np.ones((1, 1)), 1.0)
    np.testing.assert_allclose(x, [[0.5]])
