"""Arrays, as they are received and sent."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# What the package returns, and what it takes: any real numbers, which are made doubles. The
# quotes are for numpy 1.21, which cannot evaluate what is in them.
Array = NDArray[np.float64]
Reals = NDArray["np.floating[Any] | np.integer[Any]"]


def doubles(a: Any) -> Array:
    """Returns a as an array of doubles: a itself if it is one already. Raises TypeError
    or ValueError if it is not an array of real numbers: complex ones would lose their
    imaginary parts in numpy, with no more than a warning."""
    a = np.asarray(a)
    if a.dtype.kind == "c":
        raise TypeError("complex numbers")
    real: Array = a.astype(np.float64, copy=False)
    return real
