"""The loop that answers assay."""

from __future__ import annotations

import platform
from collections import OrderedDict
from typing import Any, Callable, Optional, Union, overload

import numpy as np

from ._arrays import Array, Reals, draws_of
from ._blame import report, source, words
from ._files import own_files
from ._problem import Problem
from ._streams import claim
from ._wire import Channel, Gone
from ._witness import declared, program

PROTOCOL = 1
REMEMBERED = 16  # the problems described last, which a candidate must still know
BATCH = 64  # calls that one request may hold

# The error codes of the protocol.
REFUSED, FAILED, OUT_OF_MEMORY, UNKNOWN_METHOD, BAD_PARAMS = 1, 2, 3, -32601, -32602

# What a sampler is: sample(problem, y, n, rng) returns n draws, one a row (n x d), given y (m).
Sample = Callable[[Problem, Array, int, np.random.Generator], Reals]


class Refusal(Exception):
    """Raise it to decline a problem, or one y of it, rather than answer wrongly; its
    message is shown."""


class Candidate:
    """A sampler and what it says of itself: what :func:`sampler` returns. It can be
    called like the function that it was made from.

    sample       that function
    name         what verdicts call it
    version      for people
    independent  whether the draws of one call are independent given y
    """

    def __init__(self, sample: Sample, name: str, version: str, independent: bool) -> None:
        self.sample = sample
        self.name = name
        self.version = version
        self.independent = independent
        self.__doc__ = sample.__doc__

    def __call__(self, problem: Problem, y: Array, n: int, rng: np.random.Generator) -> Reals:
        """Returns n draws from what should be p(x | y), one a row (n x d), given y (m)."""
        return self.sample(problem, y, n, rng)


_declared: list[Candidate] = []


@overload
def sampler(sample: Sample) -> Candidate: ...
@overload
def sampler(*, name: Optional[str] = None, version: str = "", independent: bool = True) -> Callable[[Sample], Candidate]: ...
def sampler(
    sample: Optional[Sample] = None, *, name: Optional[str] = None, version: str = "", independent: bool = True
) -> Union[Candidate, Callable[[Sample], Candidate]]:
    """Declares that a function ``sample(problem, y, n, rng)`` returns n draws from
    p(x | y), one a row.

    It is called with the :class:`Problem`, the measurement y (m numbers), n and a generator
    seeded for this call, the only source of randomness that it may use. It returns an array
    of real, finite numbers (n x d). It may raise :class:`Refusal`; any other exception is
    reported as a fault.

    Its name is that of the function unless one is given. Say ``independent=False`` if the
    draws of one call depend on each other given y, as those of one chain do: they are then
    judged in pairs. Different calls must not depend on each other in any case: a function that
    keeps something from one call to the next, as a chain that goes on where it stopped, may be
    rejected for that alone.
    """

    def declare(function: Sample) -> Candidate:
        if not callable(function):
            raise TypeError(f"sampler(): {function!r} is not a function; a name is given as name={function!r}")
        candidate = Candidate(function, name or str(getattr(function, "__name__", "candidate")), version, independent)
        _declared.append(candidate)
        return candidate

    return declare if sample is None else declare(sample)


def serve(candidate: Optional[Candidate] = None) -> None:
    """Answers assay on standard input and output until it says bye. The candidate is the
    last one declared unless one is given; a program may also offer witnesses and no
    candidate. What the candidate prints goes to standard error, and its standard input is
    empty.

    Raises ValueError if there is neither a candidate nor a witness.
    """
    if candidate is None:
        if not _declared and not declared:
            raise ValueError("serve(): no candidate; decorate a function with @sampler")
        candidate = _declared[-1] if _declared else Candidate(_none, program(), "", False)
    try:
        _Server(candidate, Channel(*claim())).run()
    except Gone:
        pass  # and nobody is left to be told


def _none(problem: Problem, y: Array, n: int, rng: np.random.Generator) -> Reals:
    raise Refusal("this program offers witnesses but no sampler; name it after --witness, or decorate a function with @sampler")


class _Error(Exception):
    """An error to be sent, with its code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Server:
    def __init__(self, candidate: Candidate, channel: Channel) -> None:
        self.candidate = candidate
        self.channel = channel
        self.problems: OrderedDict[int, Problem] = OrderedDict()
        self.methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "hello": self.hello,
            "problem": self.problem,
            "sample": self.sample,
            "samples": self.samples,
            "witness": self.witness,
            "bye": lambda params: {},
        }

    def run(self) -> None:
        while True:
            request = self.channel.receive()
            if request is None:
                return
            number, method = request.get("id"), request.get("method")
            try:
                with self.channel.questions():
                    result = self.answer(method, request.get("params") or {})
            except _Error as error:
                self.channel.send(id=number, error={"code": error.code, "message": str(error)})
            else:
                self.channel.send(id=number, result=result)
            if method == "bye":
                return

    def answer(self, method: Any, params: dict[str, Any]) -> Any:
        if method not in self.methods:
            raise _Error(UNKNOWN_METHOD, f"there is no method {method!r}; there are {', '.join(self.methods)}")
        try:
            return self.methods[method](params)
        except (_Error, Gone):
            raise
        except Refusal as refusal:
            raise _Error(REFUSED, str(refusal)) from None
        except BaseException as error:  # whatever it is, the candidate's own code raised it
            report(error)
            raise _Error(OUT_OF_MEMORY if isinstance(error, MemoryError) else FAILED, words(error)) from None

    def hello(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "protocol": PROTOCOL,
            "name": self.candidate.name,
            "version": self.candidate.version,
            "independent": self.candidate.independent,
            "batch": BATCH,
            "witnesses": [each.name for each in declared],
            "files": own_files(),
            "language": f"python {platform.python_version()}, numpy {np.__version__}",
        }

    def problem(self, params: dict[str, Any]) -> dict[str, Any]:
        self.problems[params["id"]] = Problem(params, self.channel)
        while len(self.problems) > REMEMBERED:
            self.problems.popitem(last=False)
        return {}

    def sample(self, params: dict[str, Any]) -> dict[str, Any]:
        problem = self.described(params["problem"])
        y = self.channel.unpack(params["y"])
        if y.shape != (problem.rows,):
            raise _Error(BAD_PARAMS, f"y has shape {y.shape}, want ({problem.rows},)")
        return {"draws": self.draw(problem, y, params["n"], params["seed"])}

    def samples(self, params: dict[str, Any]) -> dict[str, Any]:
        """Several calls of sample in one request. If one of them fails, all do, and assay
        asks for them one by one."""
        problem = self.described(params["problem"])
        y, n, seeds = self.channel.unpack(params["y"]), params["n"], params["seeds"]
        if y.shape != (len(seeds), problem.rows):
            raise _Error(BAD_PARAMS, f"y has shape {y.shape}, want ({len(seeds)}, {problem.rows})")
        draws = np.empty((len(seeds), n, problem.dim))
        try:
            for i, seed in enumerate(seeds):
                self.channel.call = i
                one = self.draw(problem, y[i], n, seed)
                if one.shape != draws.shape[1:]:
                    raise ValueError(f"{self.candidate.name}{source(self.candidate.sample)} returned draws of shape {one.shape}, want {draws.shape[1:]}")
                draws[i] = one
        finally:
            self.channel.call = 0
        return {"draws": draws}

    def witness(self, params: dict[str, Any]) -> dict[str, Any]:
        x, y = self.channel.unpack(params["x"]), self.channel.unpack(params["y"])
        if not declared:
            raise _Error(UNKNOWN_METHOD, "this program offers no witness")
        if x.ndim != 2 or y.ndim != 1:
            raise _Error(BAD_PARAMS, f"x has shape {x.shape} and y {y.shape}, want (members, d) and (m,)")
        return {"values": np.stack([each.values(x, y) for each in declared])}

    def described(self, number: int) -> Problem:
        problem = self.problems.get(number)
        if problem is None:
            raise _Error(BAD_PARAMS, f"problem {number} was not described, or {REMEMBERED} others have been since")
        return problem

    def draw(self, problem: Problem, y: Array, n: int, seed: int) -> Array:
        """Makes one call of the candidate."""
        # The program may not be type-checked: anything may come back.
        draws: Any = self.candidate(problem, y, n, np.random.default_rng(seed))
        try:
            return draws_of(draws)
        except Exception as error:
            raise TypeError(f"{self.candidate.name}{source(self.candidate.sample)} returned {type(draws).__name__}, which is not an array of real numbers: {error}") from None
