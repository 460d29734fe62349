"""How a training tells where it stands. No Keras in here."""

from dataclasses import dataclass

from fer.evaluation.figures.history import Epoch


@dataclass(frozen=True)
class TrainingProgress:
    """Where a stage stands.

    Args:
        stage: Its name.
        epoch: The one under way, from 1 on.
        step: Finished steps of it.
        steps: Steps of an epoch.
        epochs: Of the stage.
        loss: Mean over the finished steps of the epoch.
    """

    stage: str
    epoch: int
    step: int
    steps: int
    epochs: int
    loss: float

    @property
    def steps_left(self) -> int:
        """Steps to the end of the stage."""
        return (self.epochs - self.epoch + 1) * self.steps - self.step


class TrainingCallback:
    """Who follows a training: the command line, a test. It is told, and asked whether to stop."""

    def say(self, text: str) -> None:
        """Hear a remark."""

    def stepped(self, progress: TrainingProgress) -> None:
        """Hear that a step is done."""

    def finished_epoch(self, epoch: Epoch) -> None:
        """Hear that an epoch is done, validated and saved."""

    def wants_stop(self) -> bool:
        """Whether to save and stop after this step."""
        return False
