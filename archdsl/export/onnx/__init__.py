"""A network as an ONNX model. Needs the extra ``archdsl[onnx]``.

In comes a graph and its module, out go the bytes of a model that the ONNX checker takes and that
onnxruntime, where it is installed, has run. Torch writes it; the passes of this folder, one to a
file, give it the spec's names, its blocks as functions, and the opset that is asked for.
"""

from archdsl.export.onnx.write import MissingExtra, Said, export, export_files

__all__ = [
    "MissingExtra",
    "Said",
    "export",
    "export_files",
]
