"""The leak lesson as records: what stands in models/leak_lesson.json."""

from dataclasses import dataclass
from pathlib import Path

from fer.io.json_records import read_record
from fer.io.places import MODELS_DIR

LESSON = "leak_lesson.json"
FORMAT = 1
_REPAIR = (
    "write it again with `python -m fer lesson --data fer2013.csv --json models/leak_lesson.json --force`"
)


@dataclass(frozen=True)
class SplitOutcome:
    """One way to split, and what the network trained so is worth.

    Args:
        images_trained_on: Pictures, copies included.
        images_tested_on: Pictures of its own test part, copies included.
        test_images_with_a_copy_in_training: Share of those of whose photo another copy was trained on.
        accuracy_on_its_own_test: Accuracy on its own test part: the figure that would be published.
        accuracy_on_unseen_faces: Accuracy on PublicTest faces, none of which stands in the training part.
    """

    images_trained_on: int
    images_tested_on: int
    test_images_with_a_copy_in_training: float
    accuracy_on_its_own_test: float
    accuracy_on_unseen_faces: float


@dataclass(frozen=True)
class LeakLesson:
    """The same network trained both ways: the whole of models/leak_lesson.json.

    Args:
        network: Architecture.
        photos: Photos taken from Training, none twice.
        copies: What was made of each.
        epochs: Passes over the training part; both ways take the same number of steps.
        steps: Of each way.
        seed: Source of every random number.
        unseen_faces: PublicTest faces that both were asked about.
        leaky: Copied first, split afterwards, at random.
        honest: Split by photo first, copied afterwards.
        explanation: The lesson in plain sentences.
        format: Version of this layout.
    """

    network: str
    photos: int
    copies: tuple[str, ...]
    epochs: int
    steps: int
    seed: int
    unseen_faces: int
    leaky: SplitOutcome
    honest: SplitOutcome
    explanation: str = ""
    format: int = FORMAT


def read_lesson(path: Path = MODELS_DIR / LESSON) -> LeakLesson:
    """Read and check the lesson.

    Args:
        path: The file that ``fer lesson --json`` wrote.

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged or of another version.
    """
    return read_record(LeakLesson, path, wanted_format=FORMAT, repair=_REPAIR)


def explanation(lesson: LeakLesson) -> str:
    """The lesson in plain sentences."""
    leaky, honest = lesson.leaky, lesson.honest
    own, unseen = leaky.accuracy_on_its_own_test, leaky.accuracy_on_unseen_faces
    pictures = lesson.photos * len(lesson.copies)
    return " ".join(
        (
            f"{lesson.photos:,} photos became {pictures:,} pictures: each with",
            f"{len(lesson.copies) - 1} variations of itself. Split at random after that,",
            f"{leaky.test_images_with_a_copy_in_training:.1%} of the test pictures had a copy of the",
            f"same photo in training, and the network scored {own:.1%} on them. The very same network",
            f"scored {unseen:.1%} on {lesson.unseen_faces:,} faces that it had never seen:",
            f"{100 * (own - unseen):.0f} points of its figure were memory. Split by photo first, with the",
            f"same network and {lesson.steps:,} steps, its own test said",
            f"{honest.accuracy_on_its_own_test:.1%}, and unseen faces gave",
            f"{honest.accuracy_on_unseen_faces:.1%}. The first project's 89.6% came from a split of the",
            "first kind. These networks saw few photos, so that the lesson takes minutes: it shows the",
            "gap, not what the network can reach.",
        )
    )
