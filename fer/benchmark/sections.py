"""One JSON file of figures, in sections: a new measurement replaces its own and leaves the others."""

import json
from pathlib import Path

from fer.errors import DamagedInputError
from fer.io.files import write_text


def write_sections(figures: dict, path: str | Path, *, force: bool = False) -> Path:
    """Put sections into a file of figures.

    Args:
        figures: Section -> plain values.
        path: The file; other sections in it stay.
        force: Allow a file that is there to be changed.

    Raises:
        OutputExistsError: It is there and `force` is not set.
        OutputError: It cannot be written.
        DamagedInputError: It is there and holds no JSON object.
    """
    path, kept = Path(path), {}
    if force and path.exists():
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            kept = None
        if not isinstance(kept, dict):
            raise DamagedInputError(f"{path.name} holds no figures: name another file.")
    return write_text(json.dumps(kept | figures, indent=1, allow_nan=False) + "\n", path, force=force)
