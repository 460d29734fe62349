"""What commands are given: files by their kind, photos out of zip files, and a bar while they are read."""

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fer.errors import InputError
from fer.sources import content_kind, read_zip


def kind_of(path: Path) -> str:
    """ "video", "image", "zip" or "unknown"; what cannot be opened fails later, with its reason."""
    try:
        return content_kind(path)
    except InputError:
        return "unknown"


def photo_items(paths: tuple[Path, ...], failures: list[str]):
    """(label, path or bytes) of every photo, those in zip files too."""
    for path in paths:
        if kind_of(path) != "zip":
            yield path.name, path
            continue
        try:
            yield from read_zip(path)
        except InputError as exc:
            failures.append(f"{path.name}: {exc.as_text()}")


class ProgressBar:
    """A bar with the time left on a terminal, nothing elsewhere."""

    def __init__(self, name: str) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TimeRemainingColumn(),
        )
        console = Console(stderr=True)
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task(name[:40], total=None, count="")

    def __enter__(self) -> "ProgressBar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def share(self, share: float, what: str) -> None:
        """How far a copy is."""
        self._bar.update(self._task, completed=share, total=1.0, count=what)

    def __call__(self, progress) -> None:
        self._bar.update(
            self._task, completed=progress.done_s, total=progress.total_s, count=f"{progress.frames} read"
        )
