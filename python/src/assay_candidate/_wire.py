"""JSON-RPC 2.0, one message a line, and the arrays in it."""

from __future__ import annotations

import binascii
import json
from typing import Any, BinaryIO, Optional

import numpy as np

from ._arrays import Array, Reals, doubles

# What comes before the data of an array, as assay writes it.
_DATA = b'"data":"'

# _PIECE is how many bytes of an array are encoded and written at a time: a multiple of 3,
# so that the base64 of the pieces is that of the whole.
_PIECE = 3 << 14


class RemoteError(Exception):
    """assay answered a request about a prior with an error, whose message this is."""


class Channel:
    """The two ends of a conversation with assay."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._asked = 0
        self.call = 0  # which call of a request the candidate works on
        # The bytes of the arrays in the message to be sent next, and in the one
        # received last. They are kept out of the JSON, which would copy them twice and
        # look at each character: the message holds their number instead.
        self._sent: list[memoryview] = []
        self._came: list[bytes] = []

    def pack(self, a: Reals) -> dict[str, Any]:
        """Returns the form in which an array is sent with the next message. The array
        must not be changed before that."""
        packed = np.ascontiguousarray(doubles(a), dtype="<f8")
        self._sent.append(packed.reshape(-1).view(np.uint8).data)
        return {"dtype": "<f8", "shape": list(packed.shape), "data": f"#{len(self._sent) - 1}"}

    def unpack(self, form: dict[str, Any]) -> Array:
        """Returns an array of the last message, which may be written to."""
        if form["dtype"] != "<f8":
            raise ValueError(f"dtype is {form['dtype']!r}, want '<f8'")
        data = form["data"]
        text = self._came[int(data[1:])] if data.startswith("#") else data
        raw = bytearray(binascii.a2b_base64(text))
        return np.frombuffer(raw, dtype="<f8").reshape(form["shape"])

    def receive(self) -> Optional[dict[str, Any]]:
        """Returns the next message; None at the end."""
        line = self._incoming.readline()
        if not line:
            return None
        self._came.clear()
        rest: list[bytes] = []
        at = 0
        while (start := line.find(_DATA, at)) >= 0:
            start += len(_DATA)
            end = line.index(b'"', start)
            rest += [line[at:start], b"#%d" % len(self._came)]
            self._came.append(line[start:end])
            at = end
        rest.append(line[at:])
        message: dict[str, Any] = json.loads(b"".join(rest))
        return message

    def send(self, **message: Any) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":"), allow_nan=False)
        rest = text.encode("ascii")
        for i, part in enumerate(self._sent):
            before, found, after = rest.partition(_DATA + b'#%d"' % i)
            if not found:  # it was packed for a message that an exception prevented
                continue
            rest = after
            self._outgoing.write(before + _DATA)
            for at in range(0, len(part), _PIECE):
                # assay decodes a piece while the next one is encoded
                self._outgoing.write(binascii.b2a_base64(part[at : at + _PIECE], newline=False))
            rest = b'"' + rest
        self._sent.clear()
        self._outgoing.write(rest + b"\n")
        self._outgoing.flush()

    def ask(self, method: str, **params: Any) -> Array:
        """Sends assay a request about the prior and returns the rows of its answer."""
        self._asked += 1
        if self.call > 0:
            params["call"] = self.call
        self.send(id=self._asked, method=method, params=params)
        answer = self.receive()
        if answer is None:
            raise EOFError(f"{method}: assay went away")
        if "method" in answer or answer.get("id") != self._asked:
            raise RemoteError(f"{method}: assay sent something other than the answer")
        if "error" in answer:
            raise RemoteError(answer["error"]["message"])
        return self.unpack(answer["result"]["value"])
