"""Neutral faces as a small file: a button that saves them, an uploader that takes them."""

from collections.abc import Mapping

from fer.action_units.baseline import Baseline, baselines_from_json, baselines_to_json
from fer.errors import InputError
from fer.timeline.report import NEUTRAL_FILE
from pages.ui.app import downloads, page_setup, uploads
from pages.ui.app.error_text import error_text_of

LIMIT_MB = 1


def save(baselines: Mapping[int, Baseline], *, key: str) -> None:
    """A download of the captured neutral faces; nothing where there is none.

    Args:
        baselines: By face id.
        key: Tells this button from others.
    """
    captured = {face_id: found for face_id, found in baselines.items() if found.captured}
    if captured:
        downloads.of_json(
            "Save neutral faces",
            lambda: baselines_to_json(captured),
            NEUTRAL_FILE,
            key=f"{key}_save",
            icon="download",
            help="15 distances of each face, by face id; no picture.",
        )


def load(*, key: str) -> dict[int, Baseline] | None:
    """Neutral faces from a file; None while none was given, or after one sentence about a bad one.

    Args:
        key: Tells this uploader from others.
    """
    given = uploads.take("Load neutral faces", key=f"{key}_file", types=["json"], limit_mb=LIMIT_MB)
    if not given:
        return None
    try:
        return baselines_from_json(given[0].data)
    except InputError as error:
        page_setup.show_error(error_text_of(error))
        return None
