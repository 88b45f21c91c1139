"""Let assay judge a posterior sampler that is written in Python.

Decorate a function with :func:`sampler` and call :func:`serve`.
"""

from ._priors import Mixture, Oracle, Prior
from ._problem import Problem
from ._serve import Refusal, sampler, serve

__all__ = ["Mixture", "Oracle", "Prior", "Problem", "Refusal", "sampler", "serve"]
__version__ = "0.1.0"
