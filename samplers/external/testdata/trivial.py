"""A sampler that does as little as a sampler can, for measuring what calls cost.

    trivial.py            serve
    trivial.py alone N    print the least seconds that one answer of N draws takes, from
                          its request as bytes to its answer as bytes, with no pipes
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


@sampler
def trivial(problem, y, n, rng):
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
    for _ in range(300):
        server.channel = Channel(io.BytesIO(asked), io.BytesIO())
        start = time.perf_counter()
        server.run()
        least = min(least, time.perf_counter() - start)
    return least


if __name__ == "__main__":
    if sys.argv[1:2] == ["alone"]:
        print(alone(int(sys.argv[2])))
    else:
        serve()
