"""Run an exported file: runtime.py MODEL INPUT OUTPUT [SIGMA]. MODEL is an ONNX model, run by
onnxruntime, or the arrays of a network, run by numpy. Rows of x and of the result are little-endian
numbers in the format of the model; SIGMA is a file of one such number, or one for each row. Prints the
metadata as JSON."""

import json
import sys

import numpy


def runtime(path, x, sigma):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    port = session.get_inputs()[0]
    dtype = {"tensor(float)": "<f4", "tensor(double)": "<f8"}[port.type]
    feed = {"x": numpy.fromfile(x, dtype).reshape(-1, port.shape[1])}
    if sigma:
        feed["sigma"] = numpy.fromfile(sigma, dtype)
    return session.run(["denoised"], feed)[0], session.get_modelmeta().custom_metadata_map


def arrays(path, x):
    with numpy.load(path, allow_pickle=False) as file:
        network = dict(file)
    start, source, weight, bias = (network[key] for key in ("start", "source", "weight", "bias"))
    nodes = numpy.fromfile(x, "<f8").reshape(-1, int(network["inputs"][0])).T

    def rows(first, last):
        values = numpy.empty((last - first, nodes.shape[1]))
        for i in range(first, last):
            wires = slice(start[i], start[i + 1])
            values[i - first] = weight[wires] @ nodes[source[wires]] + bias[i]
        return values

    unit = 0
    for width in network["layers"]:
        layer = numpy.maximum(rows(unit, unit + width), 0)
        nodes = numpy.concatenate([nodes, layer])
        unit += width
    return rows(unit, len(bias)).T, json.loads(network["metadata"].tobytes())


def main(model, x, output, sigma=None):
    result, metadata = arrays(model, x) if model.endswith(".npz") else runtime(model, x, sigma)
    numpy.ascontiguousarray(result).tofile(output)
    print(json.dumps(metadata))


main(*sys.argv[1:])
