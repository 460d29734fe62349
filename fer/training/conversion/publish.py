"""From a finished release to the folder that the app reads: the old one stays until the new one is whole."""

import os
from pathlib import Path

from fer.emotion.network import MANIFEST
from fer.errors import FerError
from fer.io.files import PART, cannot_write, sweep, write_whole


def publish(release: Path, folder: Path) -> list[Path]:
    """Bring all files of a release into a folder; others in it stay as they are.

    Everything is copied beside the old files first, so a full disk or a killed process leaves the old
    ones as they were; then all are renamed at once, the manifest last.

    Args:
        release: Folder with the files, the manifest among them.
        folder: Made if it is missing.

    Returns:
        The files as they stand in the folder now.

    Raises:
        OutputError: A file cannot be written; the old ones are untouched.
    """
    sources = sorted(
        (p for p in release.iterdir() if p.is_file()), key=lambda p: (p.name == MANIFEST, p.name)
    )
    parts: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        for source in sources:
            parts.append(folder / (source.name + PART))
            write_whole(source.read_bytes(), parts[-1])
        for part in parts:
            os.replace(part, part.with_suffix(""))
    except (OSError, FerError) as exc:
        for part in parts:
            part.unlink(missing_ok=True)
        raise exc if isinstance(exc, FerError) else cannot_write(folder, exc) from exc
    return [part.with_suffix("") for part in parts]
