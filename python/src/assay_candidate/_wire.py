"""JSON-RPC 2.0, one message a line, and the arrays in it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, BinaryIO, Optional

import numpy as np


def decode_array(form: dict[str, Any]) -> np.ndarray:
    """Returns the array that was sent, which may be written to."""
    if form["dtype"] != "<f8":
        raise ValueError(f"dtype is {form['dtype']!r}, want '<f8'")
    raw = bytearray(base64.b64decode(form["data"]))
    return np.frombuffer(raw, dtype="<f8").reshape(form["shape"])


class RemoteError(Exception):
    """assay answered a question with an error."""


class Channel:
    """The two ends of a conversation with assay."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._asked = 0
        self._parts: list[bytes] = []  # the data of the arrays in the next message

    def pack(self, a: np.ndarray) -> dict[str, Any]:
        """Returns the form in which an array is sent, in the next message.

        Its data are written as they are, not as a part of the JSON, which would copy
        them twice and look at each character: in the message stands their number.
        """
        a = np.ascontiguousarray(a, dtype="<f8")
        self._parts.append(binascii.b2a_base64(a.reshape(-1).view(np.uint8).data, newline=False))
        return {"dtype": "<f8", "shape": list(a.shape), "data": f"#{len(self._parts) - 1}"}

    def receive(self) -> Optional[dict[str, Any]]:
        """Returns the next message; None at the end."""
        line = self._incoming.readline()
        return json.loads(line) if line else None

    def send(self, **message: Any) -> None:
        text = json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":"), allow_nan=False)
        rest = text.encode("ascii")
        for i, part in enumerate(self._parts):
            before, rest = rest.split(b'"data":"#%d"' % i, 1)
            self._outgoing.write(before + b'"data":"')
            self._outgoing.write(part)
            rest = b'"' + rest
        self._parts.clear()
        self._outgoing.write(rest + b"\n")
        self._outgoing.flush()

    def ask(self, method: str, **params: Any) -> np.ndarray:
        """Asks assay a question about the prior and returns the rows of its answer."""
        self._asked += 1
        self.send(id=self._asked, method=method, params=params)
        answer = self.receive()
        if answer is None:
            raise EOFError(f"{method}: assay went away")
        if "method" in answer or answer.get("id") != self._asked:
            raise RemoteError(f"{method}: assay sent something else in place of the answer")
        if "error" in answer:
            raise RemoteError(answer["error"]["message"])
        return decode_array(answer["result"]["value"])
