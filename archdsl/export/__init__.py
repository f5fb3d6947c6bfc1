"""Files that other programs load: ONNX and torch's own `.pt2`, each tried as it is written."""
