"""A network as an ONNX model. Needs the extra ``archdsl[onnx]``.

In comes a graph and its module, out go the bytes of a model that the ONNX checker takes and that
onnxruntime, where it is installed, has run.
"""

from archdsl.export.onnx.write import MissingExtra, export

__all__ = ["MissingExtra", "export"]
