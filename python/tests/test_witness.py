"""Witnesses: what they return, and the request for them."""

import numpy as np
import pytest
from test_serve import judge, packed, unpacked  # noqa: F401

from assay_candidate import Witness, witness
from assay_candidate._witness import declared


@pytest.fixture(autouse=True)
def none_declared():
    """Another test file that was imported may have declared some."""
    before = declared[:]
    declared.clear()
    yield
    declared[:] = before


X, Y = np.arange(6.0).reshape(3, 2), np.array([10.0])


def test_a_number_for_each_row():
    @witness
    def one(x, y):
        return x[0] * x[1] + y[0]

    @witness(name="two", vectorised=True)
    def rows(x, y):
        x[:, 1] *= 1  # a copy of its own
        return x[:, 0] * x[:, 1] + y

    assert [each.name for each in declared] == ["one", "two"]
    np.testing.assert_array_equal(one.values(X, Y), [10.0, 16.0, 30.0])
    np.testing.assert_array_equal(rows.values(X, Y), one.values(X, Y))
    assert one(X[1], Y) == 16.0


@pytest.mark.parametrize("vectorised, returned, words", [
    (False, np.zeros(2), "returned an array of shape (2,), want a number"),
    (True, np.zeros((3, 2)), "shape (3, 2), want an array of shape (3,), a number for each row"),
    (True, 1.0, "shape (), want an array of shape (3,)"),
    (False, None, "did it forget"),
    (False, "high", "returned str, want a number"),
])
def test_what_is_no_number(vectorised, returned, words):
    with pytest.raises(TypeError) as error:
        Witness(lambda x, y: returned, "f", vectorised).values(X, Y)
    assert words in str(error.value)


def test_mistakes():
    witness(name="f")(lambda x, y: 0.0)
    with pytest.raises(ValueError, match="there is one named 'f' already"):
        witness(name="f")(lambda x, y: 0.0)
    with pytest.raises(TypeError, match="name='parity'"):
        witness("parity")


def test_asked_in_a_process(judge):  # noqa: F811
    head = "@witness\ndef first(x, y): return x[0]\n@witness(name='unknown')\ndef f(x, y): return np.nan\n"
    j = judge("return np.zeros((n, 2))", head)
    assert j.call("hello", protocol=1)["result"]["witnesses"] == ["first", "unknown"]
    values = unpacked(j.call("witness", x=packed(X), y=packed(Y))["result"]["values"])
    np.testing.assert_array_equal(values, [[0.0, 2.0, 4.0], [np.nan] * 3])
    assert j.call("witness", x=packed(X[0]), y=packed(Y))["error"]["code"] == -32602
    j.bye()


def test_a_program_without_witnesses(judge):  # noqa: F811
    j = judge("return np.zeros((n, 2))")
    assert j.call("hello", protocol=1)["result"]["witnesses"] == []
    assert j.call("witness", x=packed(X), y=packed(Y))["error"]["code"] == -32601
