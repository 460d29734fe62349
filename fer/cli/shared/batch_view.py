"""What a batch shows while it runs: bars on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fer.batch.forecast import BatchProgress
from fer.text import MISSING, count, percent, span

LINE_EVERY_S = 10.0
MAX_BARS = 12


class BatchView:
    """Shows how far a batch is.

    Args:
        console: Where bars are drawn; standard error.
        say: How a line is printed where there is no terminal.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        console: Console | None = None,
        *,
        say: Callable[[str], None] = print,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console or Console(stderr=True)
        self._say, self._clock = say, clock
        self._said_s = clock()
        self._live = Live(console=self._console, transient=True, auto_refresh=False)

    def __enter__(self) -> "BatchView":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bars away."""
        self._live.stop()

    def __call__(self, progress: BatchProgress) -> None:
        """Show it, on a terminal at once and elsewhere every `LINE_EVERY_S` seconds."""
        if self._console.is_terminal:
            self._live.update(_bars(progress), refresh=True)
        elif self._clock() - self._said_s >= LINE_EVERY_S:
            self._said_s = self._clock()
            self._say(progress_line(progress))

    def said(self, label: str, sentence: str) -> None:
        """A recording is done or has failed."""
        self._say(f"{label}: {sentence}")


def progress_line(progress: BatchProgress) -> str:
    """All of it in one line."""
    parts = [_head(progress)]
    parts += [
        f"{one.label} {_percent(one.share)}" + (f" ({_left(one.left_s)})" if one.left_s is not None else "")
        for one in progress.active[:MAX_BARS]
    ]
    return " | ".join(parts)


def _head(progress: BatchProgress) -> str:
    closed = progress.done + progress.failed
    failed = f" ({progress.failed} failed)" if progress.failed else ""
    held, ceiling = progress.memory_mb, progress.ceiling_mb
    memory = f", {held:,.0f} of {ceiling:,.0f} MB a worker" if ceiling else ""
    return (
        f"{_percent(progress.share)}, {closed} of {count(progress.recordings, 'recording')}{failed}, "
        f"{_left(progress.left_s)}{memory}"
    )


def _bars(progress: BatchProgress) -> Group:
    table = Table.grid(padding=(0, 1))
    for one in progress.active[:MAX_BARS]:
        bar = ProgressBar(total=1.0, completed=one.share or 0.0, width=30)
        table.add_row(Text(one.label[-40:]), bar, _percent(one.share), _left(one.left_s))
    more = len(progress.active) - MAX_BARS
    return Group(Text(_head(progress)), table, *([Text(f"and {more} more")] if more > 0 else []))


def _percent(share: float | None) -> str:
    return MISSING if share is None else percent(share)


def _left(seconds: float | None) -> str:
    """Time left as people say it: no seconds in hours."""
    if seconds is None:
        return "time left unknown"
    if seconds < 90:
        return f"{seconds:.0f} s left"
    if seconds < 600:
        return f"{span(10 * round(seconds / 10))} left"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min left"
    return f"{seconds / 3600:.1f} h left"
