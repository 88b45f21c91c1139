"""A sampler that does as little as a sampler can, for measuring what calls cost.

    trivial.py KIND            serve
    trivial.py KIND alone N    print the seconds that an answer of N draws takes, from its
                               request as bytes to its answer as bytes, with no pipes: the mean
                               of the best of 20 rounds

KIND is normal for standard normal draws, stored for rows of a table, and work for as
many draws after 1000 others that are thrown away.
"""

import base64
import io
import json
import sys
import time

import numpy as np

from assay_candidate import sampler, serve
from assay_candidate._serve import _Server
from assay_candidate._wire import Channel


KIND = sys.argv[1]
TABLE = np.random.default_rng(0).standard_normal((100000, 64)) if KIND == "stored" else None


@sampler
def trivial(problem, y, n, rng):
    if TABLE is not None:
        first = rng.integers(len(TABLE) - n)
        return TABLE[first : first + n]
    if KIND == "work":
        rng.standard_normal((1000, problem.dim))
    return rng.standard_normal((n, problem.dim))


def alone(n: int) -> float:
    problem = {
        "id": 1, "name": "trivial", "dim": 64, "rows": 2, "oracle": [],
        "problem": {"prior": {"kind": "gaussian", "mean": [0.0] * 64, "sd": 1.0},
                    "measurement": {"A": [[1.0] * 64] * 2, "beta": 1.0, "dim": 64}},
    }
    request = {"problem": 1, "y": {"dtype": "<f8", "shape": [2], "data": base64.b64encode(np.zeros(2)).decode()}, "n": n, "seed": 1}
    lines = [{"jsonrpc": "2.0", "id": 1, "method": "problem", "params": problem}]
    lines += [{"jsonrpc": "2.0", "id": 2, "method": "sample", "params": request}]
    described, asked = (json.dumps(line).encode() + b"\n" for line in lines)
    server = _Server(trivial, Channel(io.BytesIO(described), io.BytesIO()))
    server.run()
    least = float("inf")
    for _ in range(20):
        calls, spent = 0, 0.0
        while spent < 0.1:
            server.channel = Channel(io.BytesIO(asked), io.BytesIO())
            start = time.perf_counter()
            server.run()
            spent += time.perf_counter() - start
            calls += 1
        least = min(least, spent / calls)
    return least


if __name__ == "__main__":
    if sys.argv[2:3] == ["alone"]:
        print(alone(int(sys.argv[3])))
    else:
        serve()
