"""From a finished release to the folder that the app reads: the old one stays until the new one is whole."""

import os
from contextlib import ExitStack
from pathlib import Path

from fer.emotion.network import MANIFEST
from fer.io.files import cannot_write
from fer.io.parts import growing


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
    targets = [folder / source.name for source in sources]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # All are whole before the first takes its name; the manifest, entered first, takes it last.
            for source, target in reversed(list(zip(sources, targets, strict=True))):
                part = stack.enter_context(growing(target, force=True))
                with part.open("wb") as file:
                    file.write(source.read_bytes())
                    file.flush()
                    os.fsync(file.fileno())
    except OSError as exc:
        raise cannot_write(folder, exc) from exc
    return targets
