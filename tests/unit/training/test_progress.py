"""What a training shows: a line an epoch, and a time left that follows the pace."""

import re

import pytest

from fer.cli.shared.training_progress import TrainingDisplay
from fer.evaluation.figures.history import Epoch
from fer.training.plan import Plan, Recipe
from fer.training.progress import TrainingCallback, TrainingProgress

TWO = Recipe("x", (Plan("1", epochs=2), Plan("2", epochs=1)))


def drive(recipe, *, stage, epoch, epochs, steps=10, seconds_a_step=2.0):
    """A training that stands after some steps of an epoch at a steady pace."""
    now = [0.0]
    shown = TrainingDisplay(recipe, lambda: False, clock=lambda: now[0])
    for step in range(1, steps + 1):
        now[0] += 100.0 if step == 1 else seconds_a_step
        shown.stepped(TrainingProgress(stage, epoch, step, 10, epochs, 1.5))
    return shown


def test_before_a_pace_is_known_no_time_is_left(capsys):
    shown = drive(TWO, stage="1", epoch=1, epochs=2, steps=1)
    shown.finished_epoch(Epoch("1", 1, 0.1, 1.5, 0.25, 1.75, 100.0))
    assert capsys.readouterr().out == "stage 1  epoch 1/2  loss 1.500  PublicTest 25.00%  100 s\n"


def test_the_time_left_covers_later_stages_and_not_the_compilers_first_step(capsys):
    """20 steps are left, 10 of this stage and 10 of the next, at 2 s each."""
    shown = drive(TWO, stage="1", epoch=1, epochs=2)
    shown.finished_epoch(Epoch("1", 1, 0.1, 1.5, 0.25, 1.75, 118.0))
    assert capsys.readouterr().out.endswith("118 s, about 40 s left\n")


def test_the_last_epoch_leaves_nothing_and_a_single_stage_has_no_name(capsys):
    shown = drive(Recipe("x", (Plan("1", epochs=2),)), stage="1", epoch=2, epochs=2)
    shown.finished_epoch(Epoch("1", 2, 0.0, 1.5, 0.25, 1.75, 18.0))
    assert re.fullmatch(r"epoch 2/2  loss 1\.500  PublicTest 25\.00%  18 s\n", capsys.readouterr().out)


def test_a_watcher_who_does_nothing_lets_the_training_go_on():
    callback = TrainingCallback()
    callback.say("x")
    assert callback.wants_stop() is False


@pytest.mark.parametrize(("epoch", "step", "left"), [(1, 0, 30), (1, 10, 20), (3, 10, 0)])
def test_steps_left(epoch, step, left):
    assert TrainingProgress("1", epoch, step, 10, 3, 0.0).steps_left == left
