"""Witnesses: test quantities of the user's own."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Optional, Union, overload

import numpy as np

from ._arrays import Array, Reals, doubles
from ._blame import source

# What a witness is: f(x, y) returns a number for the vector x (d) given y (m).
One = Callable[[Array, Array], Union[float, Reals]]


class Witness:
    """A test quantity and what it says of itself: what :func:`witness` returns. It can be
    called like the function that it was made from.

    function    that function
    name        what verdicts call it
    vectorised  whether x holds one vector a row and the function returns one number for each
    """

    def __init__(self, function: One, name: str, vectorised: bool) -> None:
        self.function = function
        self.name = name
        self.vectorised = vectorised
        self.__doc__ = function.__doc__

    def __call__(self, x: Array, y: Array) -> Union[float, Reals]:
        """Returns what the function does."""
        return self.function(x, y)

    def values(self, x: Array, y: Array) -> Array:
        """Returns the number for each row of x (members x d), given y (m)."""
        if self.vectorised:
            return self._numbers(self.function(x.copy(), y.copy()), (len(x),))
        values = np.empty(len(x))
        for i, row in enumerate(x):
            values[i] = self._numbers(self.function(row.copy(), y.copy()), ())
        return values

    def _numbers(self, returned: Any, shape: tuple[int, ...]) -> Array:
        """Returns what the function returned, which must have the given shape."""
        # The program may not be type-checked: anything may come back.
        want = f"an array of shape {shape}, a number for each row of x" if self.vectorised else "a number"
        try:
            if returned is None:  # which numpy takes for a NaN
                raise TypeError("did it forget to return one?")
            numbers = doubles(returned)
        except Exception as error:
            raise TypeError(f"witness {self.name!r}{source(self.function)} returned {type(returned).__name__}, want {want}: {error}") from None
        if numbers.shape != shape:
            raise TypeError(f"witness {self.name!r}{source(self.function)} returned an array of shape {numbers.shape}, want {want}")
        return numbers


declared: list[Witness] = []


@overload
def witness(function: One) -> Witness: ...
@overload
def witness(*, name: Optional[str] = None, vectorised: bool = False) -> Callable[[One], Witness]: ...
def witness(
    function: Optional[One] = None, *, name: Optional[str] = None, vectorised: bool = False
) -> Union[Witness, Callable[[One], Witness]]:
    """Declares that a function ``f(x, y)`` is a test quantity: a number computed from a
    vector x (d numbers), the truth or a draw, and the measurement y (m numbers).

    With ``vectorised=True`` x holds one vector a row (members x d), and the function
    returns an array with one number for each row. The number of a row must depend on that
    row and y only, and not on chance: a function that sees other rows is refused. NaN
    counts as the lowest number.

    assay looks at it when ``--witness`` asks for it. Its name is that of the function
    unless one is given; two witnesses of the same name are an error.
    """

    def declare(f: One) -> Witness:
        if not callable(f):
            raise TypeError(f"witness(): {f!r} is not a function; a name is given as name={f!r}")
        one = Witness(f, name or str(getattr(f, "__name__", "witness")), vectorised)
        if any(other.name == one.name for other in declared):
            raise ValueError(f"witness(): there is one named {one.name!r} already; give another by @witness(name=...)")
        declared.append(one)
        return one

    return declare if function is None else declare(function)


def program() -> str:
    """Returns a name for a program that offers witnesses and no sampler."""
    stem, _ = os.path.splitext(os.path.basename(sys.argv[0]))
    return stem[:100] if stem and stem != "-c" else "witness"
