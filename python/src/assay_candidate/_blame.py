"""What an exception of a candidate is reported as."""

from __future__ import annotations

import os
import sysconfig
import traceback
from typing import Any, Callable

# Where this package lies.
_OURS = os.path.join(os.path.realpath(os.path.dirname(__file__)), "")

# Where code lies that is not the user's own.
_OTHERS = tuple(
    os.path.join(os.path.realpath(path), "")
    for path in {_OURS, *(sysconfig.get_paths().get(key) or "" for key in ("stdlib", "platstdlib", "purelib", "platlib"))}
    if path
)


def words(error: BaseException) -> str:
    """Returns the file and the line of the user's own code that an exception came through last, or
    of other code if that is all there is, its type and its message. They come in this order as messages may be cut."""
    try:
        said = str(error)
    except Exception:
        said = "its message cannot be had"
    said = f"{type(error).__name__}: {said}" if said else type(error).__name__
    own, any_other = "", ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        filename = frame.f_code.co_filename
        where = f"{_short(filename)}:{line}, in {frame.f_code.co_name}: "
        if not _of_others(filename):
            own = where
        elif not os.path.realpath(filename).startswith(_OURS):
            any_other = where
    return (own or any_other) + said


def report(error: BaseException) -> None:
    """Prints an exception with its traceback, which begins in the user's own code."""
    trace = error.__traceback__
    while trace is not None and os.path.realpath(trace.tb_frame.f_code.co_filename).startswith(_OURS):
        trace = trace.tb_next
    try:
        traceback.print_exception(type(error), error, trace)
    except Exception:
        pass  # there may be no memory for it, or no standard error


def source(function: Callable[..., Any]) -> str:
    """Returns where a function is defined, in brackets after a blank; empty if nobody knows."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    return f" ({_short(code.co_filename)}:{code.co_firstlineno})"


def _of_others(filename: str) -> bool:
    if filename.startswith("<"):  # made by a library, or frozen, unless it was said after -c or typed
        return filename not in ("<string>", "<stdin>")
    return os.path.realpath(filename).startswith(_OTHERS)


def _short(filename: str) -> str:
    """Returns the path from here, if the file is below."""
    try:
        here = os.path.join(os.getcwd(), "")
    except OSError:
        return filename
    return filename[len(here) :] if filename.startswith(here) else filename
