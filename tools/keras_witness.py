"""Hold imported weights of Keras' own networks against what Keras computes with them.

    KERAS_BACKEND=torch python tools/keras_witness.py

Builds each network of keras.applications with random numbers, stores it in Keras' formats, brings
them in with archdsl, and prints the largest difference of the outputs of both, and of their logits
beside the size of those.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
import numpy as np
import torch

import archdsl
from archdsl.weights import import_weights, read_checkpoint

SPECS = Path(__file__).parents[1] / "specs"
NETWORKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ResNet50": ("released/resnet50_keras.arch", ()),
    "InceptionV3": ("released/inception_v3_slim.arch", ("aux_logits.*",)),
    "InceptionResNetV2": ("released/inception_resnet_v2_slim.arch", ("aux_logits.*",)),
    "VGG16": ("vgg16.arch", ()),
}
"""By the name in keras.applications: the spec, and what Keras' network lacks of it."""


def main() -> None:
    for name, (spec, lacking) in NETWORKS.items():
        model = getattr(keras.applications, name)(weights=None, classifier_activation=None)
        draw = np.random.default_rng(0)
        for one in model.weights:
            if one.path.endswith(("beta", "bias", "moving_mean")):
                one.assign(draw.normal(0, 0.1, one.shape))
            elif one.path.endswith(("gamma", "moving_variance")):
                one.assign(draw.uniform(0.8, 1.2, one.shape))
        images = draw.normal(0, 1, (2, *model.input_shape[1:])).astype("float32")
        wanted: Any = model.predict(images, verbose=0)
        network = archdsl.load(SPECS / spec)
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("keras", "h5"):
                path = Path(folder) / f"model.{suffix}"
                model.save(path)
                module = network.module().eval()
                found = import_weights(
                    network.ir, module, read_checkpoint(path), begin_anew=lacking
                )
                module.load_state_dict(found.tensors)
                with torch.no_grad():
                    outputs = module(torch.from_numpy(images).permute(0, 3, 1, 2)).numpy()
                apart = np.abs(outputs - wanted).max()
                print(f"{name} .{suffix}: {apart:.2g} apart, of {np.abs(wanted).max():.2g}")


if __name__ == "__main__":
    main()
