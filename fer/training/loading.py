"""The one way in for .keras files: nothing is built, allocated or run before the file is judged harmless.

A .keras file is a zip archive of a configuration (JSON) and weights (HDF5). Both can ask for memory without
end, and a configuration can name code to run; so layers are allowed by name, the sizes are computed on a copy
without memory, and only then the network is built.
"""

import hashlib
import io
import json
import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import cast

import h5py
import keras
import numpy as np

from fer.constants import EMOTIONS, FACE_SIZE_PX
from fer.emotion.network import REPAIR, read_manifest
from fer.errors import MissingModelError, ModelError, ModelHashError, ModelOutputError
from fer.io.places import MODELS_DIR
from fer.training import networks  # noqa: F401  (registers the layers of our own)

KERAS_FILE = "emotion.keras"
MAX_FILE_BYTES = 300_000_000
MAX_PARAMETERS = 20_000_000
"""The teacher has 6.3 million, VGG19 for these faces 20."""
MAX_ACTIVATION = 1_000_000
"""Most values of one layer's output for one face; the teacher's have 110,592."""
MAX_CONFIG_BYTES = 4_000_000

LAYERS = frozenset(
    {
        "InputLayer",
        "Rescaling",
        "Resizing",
        "Conv2D",
        "DepthwiseConv2D",
        "SeparableConv2D",
        "BatchNormalization",
        "LayerNormalization",
        "ReLU",
        "LeakyReLU",
        "Activation",
        "Softmax",
        "Dense",
        "Dropout",
        "SpatialDropout2D",
        "Flatten",
        "Add",
        "Multiply",
        "Concatenate",
        "MaxPooling2D",
        "AveragePooling2D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling2D",
        "FusedBatchNormalization",
    }
)
"""Layers that a network may consist of; a Lambda layer, which holds code, is not among them."""

_CONTAINERS = frozenset({"Functional", "Sequential"})
_HELPERS = frozenset({"DTypePolicy", "__keras_tensor__"})
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, RuntimeError)


def load_network(path: Path, *, sha256: str | None = None, heads: bool = False) -> keras.Model:
    """Load a network from a .keras file.

    Args:
        path: The file.
        sha256: Its hash, where it is known.
        heads: Keep the head on FER+ votes, if there is one.

    Returns:
        A model from (n, 48, 48, 1) in 0..255 to logits (n, 7), or to [(n, 7), (n, 8)] with ``heads``.

    Raises:
        MissingModelError: There is no such file.
        ModelHashError: It is not the file with that hash.
        ModelError: It is damaged, holds a layer that is not allowed, is far too large, or does not map
            a face to 7 classes.
        ModelOutputError: It gives no numbers.
    """
    config, weights = _read_parts(_content(path, sha256), path.name)
    _check_layers(config, path.name)
    _check_sizes(config, path.name)
    _check_weights(weights, path.name)
    try:
        # Keras names no type for what it has read.
        model = cast(keras.Model, keras.models.load_model(path, compile=False, safe_mode=True))
    except Exception as exc:  # Keras raises whatever the part that fails raises.
        raise ModelError(f"{path.name} is damaged: {REPAIR}.") from exc
    if len(model.outputs) > 1 and not heads:
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    _check_answer(model, path.name)
    return model


def load_shipped(folder: Path = MODELS_DIR, *, heads: bool = False) -> keras.Model:
    """The shipped network in Keras' form, for what needs its gradients or another export.

    Args:
        folder: Folder with manifest.json and the .keras file.
        heads: Keep the votes head.

    Raises:
        ModelError: As `load_network`; also where the manifest is missing, damaged or names another file.
    """
    sha256 = read_manifest(folder).sha256.get(KERAS_FILE, "")
    return load_network(folder / KERAS_FILE, sha256=sha256, heads=heads)


def _content(path: Path, sha256: str | None) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ModelError(f"{path.name} has {size:,} bytes, more than a network here can have: {REPAIR}.")
        content = path.read_bytes()
    except OSError as exc:
        raise MissingModelError(f"The network {path.name} is not in {path.parent.name}/: {REPAIR}.") from exc
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ModelHashError(f"{path.name} is not the file that the manifest names: {REPAIR}.")
    return content


def _read_parts(content: bytes, name: str) -> tuple[dict, bytes]:
    """Configuration and weights; the sizes that the archive announces are checked before unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            limits = {_CONFIG: MAX_CONFIG_BYTES, _WEIGHTS: MAX_FILE_BYTES}
            for member, most in limits.items():
                if archive.getinfo(member).file_size > most:
                    raise ModelError(f"{name} unpacks to far more than a network here can have: {REPAIR}.")
            config = json.loads(archive.read(_CONFIG))
            if not isinstance(config, dict):
                raise ValueError("no configuration")
            return config, archive.read(_WEIGHTS)
    except (*_DAMAGE, RecursionError, NotImplementedError) as exc:
        raise ModelError(f"{name} is damaged: {REPAIR}.") from exc


def _check_layers(config: dict, name: str) -> None:
    """Every class inside the configuration must be known: no network within the network either."""
    if config.get("class_name") not in _CONTAINERS or not isinstance(config.get("config"), dict):
        raise ModelError(f"{name} is no network of layers: {REPAIR}.")
    waiting = [config["config"]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "class_name" in value and not _is_allowed(value):
                shown = str(value["class_name"])[:40]
                raise ModelError(f"{name} holds {shown!r}, which no network here may hold: {REPAIR}.")
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _is_allowed(value: dict) -> bool:
    kind, module = value["class_name"], value.get("module", "keras")
    if not isinstance(kind, str):
        return False
    if module in ("keras.initializers", "keras.regularizers", "keras.constraints"):
        return True
    # Keras writes the place of a class of our own as its Python module, or as none at all.
    known = module is None or (isinstance(module, str) and module.split(".")[0] in ("keras", "fer"))
    return known and kind in LAYERS | _HELPERS


def _check_sizes(config: dict, name: str) -> None:
    """Build the network without memory for its weights, and count."""
    try:
        with keras.StatelessScope(initialize_variables=False):
            parts = {key: value for key, value in config.items() if key != "compile_config"}
            model = keras.saving.deserialize_keras_object(parts, safe_mode=True)
            shapes = [tuple(layer.output.shape)[1:] for layer in model.layers]
            weights = sum(prod(weight.shape) for weight in model.weights)
            wanted = [tuple(tensor.shape) for tensor in (*model.inputs, model.outputs[0])]
    except Exception as exc:  # Keras raises whatever the part that fails raises.
        raise ModelError(f"{name} is damaged: {REPAIR}.") from exc
    if wanted != [(None, FACE_SIZE_PX, FACE_SIZE_PX, 1), (None, len(EMOTIONS))]:
        raise ModelError(f"{name} does not map a 48 x 48 face to 7 classes: {REPAIR}.")
    if weights > MAX_PARAMETERS or any(None in shape or prod(shape) > MAX_ACTIVATION for shape in shapes):
        raise ModelError(f"{name} asks for far more memory than a network here can need: {REPAIR}.")


def _check_weights(content: bytes, name: str) -> None:
    """The HDF5 part must hold its numbers itself, and not more of them than a network can have."""
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            total = _count_values(file)
    except (*_DAMAGE, TypeError, RecursionError) as exc:
        raise ModelError(f"{name} is damaged: {REPAIR}.") from exc
    # A checkpoint may hold an optimizer's numbers too.
    if total > 4 * MAX_PARAMETERS:
        raise ModelError(f"{name} asks for far more memory than a network here can need: {REPAIR}.")


def _count_values(group: h5py.Group) -> int:
    """How many numbers a group announces; none is read. ValueError where they lie elsewhere."""
    total = 0
    for key in group:
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise ValueError("a link to another place")
        item = group[key]
        if isinstance(item, h5py.Group):
            total += _count_values(item)
        elif not isinstance(item, h5py.Dataset) or item.is_virtual or item.external:
            raise ValueError("numbers in another file, or none")
        else:
            total += item.size or 0
    return total


def _check_answer(model: keras.Model, name: str) -> None:
    """The start-up self-test: finite numbers for a gray face."""
    gray = np.full((1, FACE_SIZE_PX, FACE_SIZE_PX, 1), 128, np.float32)
    answers = keras.tree.flatten(model(gray, training=False))
    if not all(np.isfinite(np.asarray(answer)).all() for answer in answers):
        raise ModelOutputError(f"{name} gave no numbers: {REPAIR}.")
