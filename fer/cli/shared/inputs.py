"""What commands are given as photos are read from it, and a bar while it is read."""

from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from fer.sources.finding import FoundFile
from fer.sources.opening import SourceLabel


def photo_items(photos: Iterable[FoundFile]) -> list[tuple[SourceLabel, Callable[[], bytes | Path]]]:
    """(label, what gives its path or its bytes) of every photo; those in zip files are unpacked later."""
    return [(photo.label, photo.content) for photo in photos]


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
