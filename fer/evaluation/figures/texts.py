"""The text files beside the network in models/: model card and drawing of the architecture."""

from pathlib import Path

from fer.emotion.network import REPAIR
from fer.errors import MissingModelError, ModelError

DRAWING, CARD = "architecture.svg", "MODEL_CARD.md"


def read_text(path: Path) -> str:
    """A text file of models/, such as the card or the drawing.

    Args:
        path: The file.

    Raises:
        MissingModelError: There is none.
        ModelError: It is empty or no text.
    """
    place = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise MissingModelError(f"There is no {place}: {REPAIR}.") from exc
    except (OSError, ValueError) as exc:
        raise ModelError(f"{place} is damaged: {REPAIR}.") from exc
    if not text.strip():
        raise ModelError(f"{place} is empty: {REPAIR}.")
    return text
