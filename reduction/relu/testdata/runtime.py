"""Run an ONNX model: runtime.py MODEL INPUT OUTPUT, rows of x and of the result as
little-endian numbers in the format of the model. Prints the metadata as JSON."""

import json
import sys

import numpy
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
port = session.get_inputs()[0]
x = numpy.fromfile(sys.argv[2], dtype={"tensor(float)": "<f4", "tensor(double)": "<f8"}[port.type])
result = session.run(["denoised"], {"x": x.reshape(-1, port.shape[1])})[0]
result.tofile(sys.argv[3])
print(json.dumps(session.get_modelmeta().custom_metadata_map))
