"""What a training shows while it runs: a bar with the time left, and a line an epoch."""

import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from fer.evaluation.figures.history import Epoch
from fer.text import span
from fer.training.plan import Recipe
from fer.training.progress import TrainingCallback, TrainingProgress


class TrainingDisplay(TrainingCallback):
    """A bar over the whole recipe on a terminal; elsewhere the lines only.

    Args:
        recipe: What is trained.
        wants_stop: Asked after every step.
        clock: Seconds of a clock that only goes forward.
    """

    def __init__(
        self,
        recipe: Recipe,
        wants_stop: Callable[[], bool],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wants_stop = wants_stop
        self._recipe, self._clock = recipe, clock
        self._began: float | None = None
        self._steps = 0
        self._left_s = 0.0
        console = Console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
            # Lines that go into a file must not turn up on the terminal instead.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._task = self._bar.add_task("preparing", total=None, left="")

    def __enter__(self) -> "TrainingDisplay":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        """Print a remark."""
        print(text, flush=True)

    def stepped(self, progress: TrainingProgress) -> None:
        """Move the bar; the time left follows the mean pace since this process began."""
        if self._began is None:
            # The first step waits for the compiler and says nothing about the others.
            self._began = self._clock()
            return
        self._steps += 1
        left = self._steps_left(progress)
        self._left_s = left * (self._clock() - self._began) / self._steps
        self._bar.update(
            self._task,
            description=f"{self._where(progress.stage)}epoch {progress.epoch}/{progress.epochs} "
            f"step {progress.step}/{progress.steps} loss {progress.loss:.3f}",
            completed=self._steps,
            total=self._steps + left,
            left=f"about {span(self._left_s)} left",
        )

    def finished_epoch(self, epoch: Epoch) -> None:
        """Print the epoch's line."""
        plan = next(stage for stage in self._recipe.stages if stage.name == epoch.stage)
        left = f", about {span(self._left_s)} left" if self._left_s else ""
        print(
            f"{self._where(epoch.stage)}epoch {epoch.epoch}/{plan.epochs}  loss {epoch.loss:.3f}  "
            f"PublicTest {epoch.val_accuracy:.2%}  {epoch.seconds:.0f} s{left}",
            flush=True,
        )

    def _where(self, stage: str) -> str:
        return f"stage {stage}  " if len(self._recipe.stages) > 1 else ""

    def _steps_left(self, progress: TrainingProgress) -> int:
        """Steps to the end of the recipe; later stages have as many an epoch as this one."""
        names = [stage.name for stage in self._recipe.stages]
        later = self._recipe.stages[names.index(progress.stage) + 1 :]
        return progress.steps_left + sum(stage.epochs for stage in later) * progress.steps
