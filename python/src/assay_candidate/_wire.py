"""JSON-RPC 2.0, one message a line, and the arrays in it."""

from __future__ import annotations

import binascii
import json
import os
import threading
from contextlib import contextmanager
from typing import Any, BinaryIO, Iterator, Optional

import numpy as np

from ._arrays import Array, doubles

# What comes before the data of an array, as assay writes it.
_DATA = b'"data":"'

# _PIECE is how many bytes of an array are encoded and written at a time: a multiple of 3,
# so that the base64 of the pieces is that of the whole.
_PIECE = 3 << 14


class RemoteError(Exception):
    """assay answered a request about a prior with an error, whose message this is."""


class Gone(BaseException):
    """assay went away. It is no Exception, so that a sampler that goes on after one does not go
    on for ever; and no EOFError, which a sampler may raise itself."""


class Channel:
    """The two ends of a conversation with assay. Questions may come from several threads; one is
    answered before the next is put."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._asked = 0
        self._owed: set[int] = set()  # the questions without an answer: what waited was interrupted
        self._open = False  # whether a request is being worked on
        self._turn = threading.Lock()
        self._process = os.getpid()
        self.call = 0  # which call of a request the candidate works on

    def unpack(self, form: dict[str, Any]) -> Array:
        """Returns an array of a message, which may be written to."""
        if form["dtype"] != "<f8":
            raise ValueError(f"dtype is {form['dtype']!r}, want '<f8'")
        raw = bytearray(binascii.a2b_base64(form["data"]))
        return np.frombuffer(raw, dtype="<f8").reshape(form["shape"])

    def receive(self) -> Optional[dict[str, Any]]:
        """Returns the next request; None at the end."""
        message = self._read()
        while message is not None and "method" not in message and message.get("id") in self._owed:
            self._owed.discard(message["id"])
            message = self._read()
        return message

    def _read(self) -> Optional[dict[str, Any]]:
        """Returns the next message. The data of its arrays are kept out of the JSON, which would
        copy them twice and look at each character: in their place stand bytes."""
        line = self._incoming.readline()
        if not line:
            return None
        came: list[bytes] = []
        rest: list[bytes] = []
        at = 0
        while (start := line.find(_DATA, at)) >= 0:
            start += len(_DATA)
            end = line.index(b'"', start)
            rest += [line[at:start], b"#%d" % len(came)]
            came.append(line[start:end])
            at = end
        rest.append(line[at:])

        def put_back(form: dict[str, Any]) -> dict[str, Any]:
            data = form.get("data")
            if isinstance(data, str) and data.startswith("#"):
                form["data"] = came[int(data[1:])]
            return form

        message: dict[str, Any] = json.loads(b"".join(rest), object_hook=put_back if came else None)
        return message

    def send(self, **message: Any) -> None:
        """Writes a message. Arrays of doubles in it are sent as such."""
        parts: list[memoryview] = []

        def form(a: Any) -> dict[str, Any]:
            if not isinstance(a, np.ndarray):
                raise TypeError(f"{type(a).__name__} cannot be sent")
            packed = np.ascontiguousarray(a, dtype="<f8")
            parts.append(packed.reshape(-1).view(np.uint8).data)
            return {"dtype": "<f8", "shape": list(packed.shape), "data": f"#{len(parts) - 1}"}

        text = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":"), allow_nan=False, default=form)
        rest = text.encode("ascii")
        try:
            for i, part in enumerate(parts):
                before, _, rest = rest.partition(_DATA + b'#%d"' % i)
                self._outgoing.write(before + _DATA)
                for at in range(0, len(part), _PIECE):
                    # assay decodes a piece while the next one is encoded
                    self._outgoing.write(binascii.b2a_base64(part[at : at + _PIECE], newline=False))
                rest = b'"' + rest
            self._outgoing.write(rest + b"\n")
            self._outgoing.flush()
        except OSError as error:
            raise Gone(f"assay went away: {error}") from error

    @contextmanager
    def questions(self) -> Iterator[None]:
        """A request is being worked on: questions may be asked. It ends once none is."""
        with self._turn:
            self._open = True
        try:
            yield
        finally:
            with self._turn:
                self._open = False

    def ask(self, method: str, **params: Any) -> Array:
        """Asks assay a question about the prior and returns the rows of its answer. Raises
        RemoteError with its words if it cannot be answered, RuntimeError if it comes from another
        process or outside of a call."""
        if os.getpid() != self._process:
            raise RuntimeError(f"{method}: this process is not the one that assay talks to; ask there, and pass on the answers")
        for key in ("x", "v"):
            if key in params:
                params[key] = doubles(params[key])
        with self._turn:
            if not self._open:
                raise RuntimeError(f"{method}: no call is under way; a sampler must wait for its threads before it returns")
            self._asked += 1
            number = self._asked
            if self.call > 0:
                params["call"] = self.call
            self.send(id=number, method=method, params=params)
            self._owed.add(number)
            answer = self._read()
            while answer is not None and answer.get("id") != number and answer.get("id") in self._owed and "method" not in answer:
                self._owed.discard(answer["id"])
                answer = self._read()
            if answer is None:
                raise Gone(f"{method}: assay went away")
            if "method" in answer or answer.get("id") != number:
                raise RemoteError(f"{method}: assay sent something other than the answer")
            self._owed.discard(number)
        if "error" in answer:
            raise RemoteError(answer["error"]["message"])
        return self.unpack(answer["result"]["value"])
