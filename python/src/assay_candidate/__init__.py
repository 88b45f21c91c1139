"""Let assay judge a posterior sampler that is written in Python.

Decorate a function with :func:`sampler` and call :func:`serve`. A function decorated with
:func:`witness` is a test quantity that assay looks at when it is asked to.
"""

from ._streams import claim_at_import

claim_at_import()  # before numpy is imported, and what else is

from ._priors import Mixture, Oracle, Prior
from ._problem import Problem
from ._serve import Candidate, Refusal, sampler, serve
from ._wire import RemoteError
from ._witness import Witness, witness

__all__ = [
    "Candidate", "Mixture", "Oracle", "Prior", "Problem", "Refusal", "RemoteError", "Witness", "sampler", "serve", "witness",
]
__version__ = "0.1.0"
