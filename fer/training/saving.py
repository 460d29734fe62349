"""Networks into .keras files, whole or not at all; `fer.training.loading` is the way back."""

from pathlib import Path

import keras

from fer.io.files import cannot_write
from fer.io.parts import growing


def save_network(model: keras.Model, path: Path) -> None:
    """Write a network; the one that was there is replaced only by a whole one.

    Args:
        model: Any network.
        path: Where to, with the suffix .keras.

    Raises:
        OutputError: It cannot be written; nothing is left behind.
    """
    # Keras insists on its own suffix, so it comes last in the hidden name too.
    with growing(path, force=True, suffix=path.suffix) as part:
        try:
            model.save(part)
        except OSError as exc:
            raise cannot_write(path, exc) from exc
