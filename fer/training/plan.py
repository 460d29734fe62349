"""What a training is to do: a plan for each stage, a recipe for all of them. No Keras in here."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from fer.dataset.augment.chains import CHAINS
from fer.dataset.cleaning import FAULTS
from fer.errors import SettingsError
from fer.sources.opening import open_binary

RECIPE = "recipe.json"
MAX_RECIPE_BYTES = 100_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")

_RANGES = {
    "epochs": (1, 100_000),
    "schedule_epochs": (0, 100_000),
    "batch_size": (1, 100_000),
    "peak_rate": (0.0, 100.0),
    "warmup": (0.0, 1.0),
    "weight_decay": (0.0, 1.0),
    "ema": (0.0, 1.0),
    "label_smoothing": (0.0, 1.0),
    "labels_weight": (0.0, 100.0),
    "votes_weight": (0.0, 100.0),
    "seed": (0, 2**32 - 1),
    "dropout": (0.0, 0.95),
    "mixup": (0.0, 10.0),
    "teacher_weight": (0.0, 1.0),
    "votes_teacher_weight": (0.0, 1.0),
    "consistency": (0.0, 100.0),
    "teacher_shift_px": (0, 4),
}
ARCHITECTURES = ("se_vgg", "resnet", "wide", "teacher", "original", "mini_xception")
"""Names of the networks of `fer.training.networks`."""

VOTE_ROWS = ("all", "named")
"""How much a row counts for the votes head: each the same, or by the share of annotators who named an
expression, so that pictures which most called "unknown" or "no face" count little and some nothing."""


@dataclass(frozen=True)
class Plan:
    """Everything that decides the outcome of one stage of a training.

    Args:
        name: Of the stage: its folder in the run, and its rows in the history.
        arch: One of `ARCHITECTURES`.
        epochs: Passes over the training rows; the rate falls to zero over all of them.
        schedule_epochs: Passes over which the rate falls instead, if the stage ends before it is zero; 0 for
            those of the stage.
        batch_size: Images a step.
        peak_rate: Highest learning rate, reached after ``warmup``.
        warmup: Share of all steps over which the rate rises.
        weight_decay: Decoupled decay of convolution and dense kernels.
        ema: Decay a step of the averaged weights that are evaluated and shipped.
        label_smoothing: Share of the target spread over all classes.
        votes_weight: Weight of the head on FER+ votes; 0 leaves it out.
        seed: Source of every random number.
        precision: Keras dtype policy of the training; ``"auto"`` takes bfloat16 where the CPU has it.
        views: Chain of augmentations, one of `fer.dataset.augment.chains.CHAINS`.
        dropout: Share of the features that is dropped before the heads.
        mixup: Alpha of mixup; 0 leaves it out.
        start: An earlier stage, or a .keras file, whose weights this one starts from; several with a "+"
            between them: the mean of their weights.
        teachers: Earlier stages or .keras files whose mean probabilities are part of the target.
        teacher_weight: Their part, 0..1; the rest is the label.
        labels_weight: Weight of the head on FER2013's labels.
        vote_rows: How much a row counts for the votes head, one of `VOTE_ROWS`.
        votes_teacher_weight: The teachers' part of the target of the votes head, 0..1; the rest are the
            votes. Teachers without that head have no say in it.
        teacher_shift_px: A teacher answers for the face and for it moved so far to each side, and for the
            mirror images of those; 0 for the face and its mirror image only.
        average: Earlier stages or .keras files: the stage is the mean of their weights, and nothing is
            trained in it.
        consistency: Weight of the difference between the answers for two views of one face; over 0 every
            face stands in its batch in two views, so that an epoch has twice the steps.

    Raises:
        SettingsError: A value is of the wrong kind or out of its range.
    """

    name: str = "1"
    arch: str = "se_vgg"
    epochs: int = 80
    schedule_epochs: int = 0
    batch_size: int = 128
    peak_rate: float = 0.1
    warmup: float = 0.05
    weight_decay: float = 5e-4
    ema: float = 0.998
    label_smoothing: float = 0.1
    votes_weight: float = 1.0
    seed: int = 0
    precision: str = "auto"
    views: str = "strong"
    dropout: float = 0.4
    mixup: float = 0.0
    start: str = ""
    teachers: tuple[str, ...] = ()
    teacher_weight: float = 0.0
    labels_weight: float = 1.0
    vote_rows: str = "all"
    votes_teacher_weight: float = 0.0
    consistency: float = 0.0
    teacher_shift_px: int = 2
    average: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("teachers", "average"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name)))
        for field in fields(self):
            _check_kind(field.name, getattr(self, field.name), field.default)
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{name} is {getattr(self, name)}: give a number from {low} to {high}.")
        if not _NAME.fullmatch(self.name):
            raise SettingsError(
                f"A stage is named {self.name!r}: use up to 40 letters, digits, dots, hyphens, underscores."
            )
        if 0 < self.schedule_epochs < self.epochs:
            raise SettingsError(
                f"schedule_epochs is {self.schedule_epochs}, less than the {self.epochs} epochs of the stage."
            )
        if self.views not in CHAINS:
            raise SettingsError(f"Unknown views {self.views!r}: choose one of {', '.join(CHAINS)}.")
        if len(self.average) == 1:
            raise SettingsError(f"Stage {self.name!r} needs at least two networks to average.")
        if self.vote_rows not in VOTE_ROWS:
            raise SettingsError(
                f"Unknown vote_rows {self.vote_rows!r}: choose one of {', '.join(VOTE_ROWS)}."
            )
        taught = self.teacher_weight > 0 or self.votes_teacher_weight > 0
        if bool(self.teachers) != taught:
            raise SettingsError(f"Stage {self.name!r} needs both teachers and a teacher_weight, or neither.")
        if self.votes_teacher_weight and not self.votes_weight:
            raise SettingsError(f"Stage {self.name!r} has teachers for a votes head that it does not have.")


@dataclass(frozen=True)
class Recipe:
    """From data to the shipped network: stages that follow each other.

    Args:
        name: Of the network that the last stage gives.
        stages: At least one; each may start from, and learn from, those before it.
        drop: Faults of training rows that are left out, see `fer.dataset.cleaning.FAULTS`.
        average: Stages whose networks' weights are averaged to the shipped network; none for the last
            stage's network (Wortsman et al. 2022, Model soups).

    Raises:
        SettingsError: No stage, two of one name, or an average of a single or unknown one.
    """

    name: str
    stages: tuple[Plan, ...]
    drop: tuple[str, ...] = ()
    average: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.stages:
            raise SettingsError("The recipe has no stage: give it at least one.")
        unknown = sorted(set(self.drop) - set(FAULTS))
        if unknown:
            raise SettingsError(f"Unknown fault {unknown[0]!r} to drop: choose among {', '.join(FAULTS)}.")
        names = [stage.name for stage in self.stages]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise SettingsError(f"The recipe has two stages named {twice[0]!r}: name each differently.")
        averaged = {stage.arch for stage in self.stages if stage.name in self.average}
        if self.average and (len(set(self.average) & set(names)) < 2 or len(averaged) > 1):
            raise SettingsError("An average needs at least two stages of the recipe, all of one network.")
        missing = [name for name in self.average if name not in names]
        if missing:
            raise SettingsError(f"The recipe averages {missing[0]!r}, which is none of its stages.")

    def to_json(self) -> str:
        """As text that `read_recipe` reads; every value of every stage is written out."""
        return json.dumps(asdict(self), indent=1) + "\n"


def read_recipe(path: str | Path) -> Recipe:
    """Read a recipe; what a stage leaves out has the default of `Plan`.

    Args:
        path: JSON: ``{"name": ..., "stages": [{"name": "1", "epochs": 80, ...}, ...]}``.

    Raises:
        InputError: The file is not there.
        SettingsError: It is no such JSON, or a value in it is wrong; the sentence names it.
    """
    label = Path(path).name
    with open_binary(path) as file:
        content = file.read(MAX_RECIPE_BYTES + 1)
    if len(content) > MAX_RECIPE_BYTES:
        raise SettingsError(f"{label!r} is too long for a recipe.")
    try:
        values = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{label!r} is no JSON text: {error}.") from error
    return recipe_from(values, label)


def recipe_from(values: object, label: str) -> Recipe:
    """A recipe from plain values.

    Args:
        values: What JSON gave.
        label: What it is called in errors.

    Raises:
        SettingsError: A value is missing, unknown or wrong.
    """
    given = _mapping(values, label, {f.name for f in fields(Recipe)})
    stages, drop, average = (given.get(name, []) for name in ("stages", "drop", "average"))
    words = _are_words(drop) and _are_words(average)
    if not isinstance(stages, list) or not words or not isinstance(given.get("name"), str):
        raise SettingsError(
            f"{label!r} needs a name, a list of stages and, if any, a list of words to drop or to average."
        )
    known = {f.name for f in fields(Plan)}
    plans = tuple(Plan(**_mapping(stage, f"a stage of {label!r}", known)) for stage in stages)
    return Recipe(given["name"], plans, tuple(drop), tuple(average))


def _as_tuple(values: object) -> object:
    """JSON's list of words as a tuple; anything else as it is."""
    return tuple(values) if isinstance(values, list) else values


def _mapping(values: object, label: str, known: set[str]) -> Mapping:
    if not isinstance(values, dict):
        raise SettingsError(f"{label!r} is no JSON object with names and values.")
    unknown = sorted(set(values) - known)
    if unknown:
        raise SettingsError(f"{label} has the unknown value {unknown[0]!r}: {', '.join(sorted(known))}.")
    return values


def _check_kind(name: str, value: object, default: object) -> None:
    """A value must be of its default's kind; a whole number may stand for a fraction."""
    kinds = {int: "a whole number", float: "a number", str: "a word", tuple: "a list of words"}
    wanted = (int, float) if isinstance(default, float) else type(default)
    fits = isinstance(value, wanted) and not isinstance(value, bool)
    if isinstance(default, tuple):
        fits = _are_words(value)
    if not fits:
        raise SettingsError(f"{name} is {value!r}: give {kinds[type(default)]}.")


def _are_words(values: object) -> bool:
    return isinstance(values, list | tuple) and all(isinstance(word, str) for word in values)
