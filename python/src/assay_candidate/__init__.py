"""Let assay judge a posterior sampler that is written in Python.

Decorate a function with :func:`sampler` and call :func:`serve`.
"""

from ._priors import Mixture, Oracle, Prior
from ._problem import Problem
from ._serve import Candidate, Refusal, sampler, serve
from ._wire import RemoteError

__all__ = ["Candidate", "Mixture", "Oracle", "Prior", "Problem", "Refusal", "RemoteError", "sampler", "serve"]
__version__ = "0.1.0"
