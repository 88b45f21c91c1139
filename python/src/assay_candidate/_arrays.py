"""Arrays, as they are received and sent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# What the package returns, and what it takes: any real numbers, which are made doubles. The
# quotes are for numpy 1.21, which cannot evaluate what is in them.
Array = NDArray[np.float64]
Reals = NDArray["np.floating[Any] | np.integer[Any]"]

# What numpy would turn into doubles in silence, or with words that say little, by the kind of its
# type. Booleans are not among them: a witness may return one.
_NO_NUMBERS = {
    "c": "complex numbers, which would lose their imaginary parts",
    "M": "dates, which are no real numbers",
    "m": "differences of time, which are no real numbers",
    "O": "Python objects",
    "S": "bytes",
    "U": "strings",
    "T": "strings",
    "V": "records, which have fields",
}


def doubles(a: Any) -> Array:
    """Returns a as an array of doubles, a itself if it is one. Raises TypeError or ValueError
    if it is not an array of real numbers, or some are masked: numpy would drop the mask."""
    hidden = _masked(a)
    if hidden:
        raise TypeError(f"a masked array, {hidden}; return an ordinary one, in which every number is meant")
    a = np.asarray(a)
    if a.dtype.kind in _NO_NUMBERS:
        raise TypeError(f"{_NO_NUMBERS[a.dtype.kind]} (dtype {a.dtype})")
    real: Array = a.astype(np.float64, copy=False)
    return real


def draws_of(a: Any) -> Array:
    """Returns what a sampler returned as an array of doubles; raises as :func:`doubles` does. A
    sampler that returns booleans has compared where it should have computed."""
    if a is None:  # which numpy takes for a NaN
        raise TypeError("did it forget to return them?")
    numbers = doubles(a)
    if np.asarray(a).dtype.kind == "b":
        raise TypeError("booleans; if 0 and 1 are meant, return x.astype(float)")
    return numbers


def _masked(a: Any, depth: int = 3) -> str:
    """Says how much is masked of an array, or of one in a list of them; empty if none is a
    masked array."""
    if isinstance(a, np.ma.MaskedArray):
        return f"{int(np.ma.getmaskarray(a).sum())} of {a.size} masked"
    if depth > 0 and isinstance(a, (list, tuple)):
        for each in a:
            if isinstance(each, (list, tuple, np.ma.MaskedArray)):
                said = _masked(each, depth - 1)
                if said:
                    return said
    return ""
