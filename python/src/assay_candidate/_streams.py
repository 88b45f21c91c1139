"""Standard input and output, which belong to the protocol."""

from __future__ import annotations

import io
import os
import sys
from typing import BinaryIO, Optional, Tuple

# What assay sets for a candidate, and what we set for the programs that a candidate starts: they
# inherit the former too, and their output is their own.
_STARTED, _CLAIMED = "ASSAY_CHILD", "ASSAY_STREAMS_CLAIMED"

_streams: Optional[Tuple[BinaryIO, BinaryIO]] = None


def claim() -> Tuple[BinaryIO, BinaryIO]:
    """Takes standard input and output for the protocol alone, and returns them, the same ones
    whenever it is called. From then on others that read get nothing, and what others print goes to
    standard error, that of programs and libraries below Python too."""
    global _streams
    if _streams is None:
        incoming = os.fdopen(os.dup(0), "rb", buffering=1 << 18)
        outgoing = os.fdopen(os.dup(1), "wb")  # what is more than its buffer is written at once
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        if sys.stdout is not None:
            sys.stdout.flush()  # what was printed before goes the same way
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(line_buffering=True)  # and at once, for those who hold on to it
        sys.stdout = sys.stderr
        os.environ[_CLAIMED] = "1"
        _streams = incoming, outgoing
    return _streams


def claim_at_import() -> None:
    """Claims them in a program that assay started, so that what libraries print when they are
    imported breaks no message. In any other program an import changes nothing."""
    if _STARTED in os.environ and _CLAIMED not in os.environ:
        claim()
