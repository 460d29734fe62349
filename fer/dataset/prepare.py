"""From photos and clips to a data set in FER2013's form: detect, crop, filter, dedupe, split, write.

The label of a face is the folder that it stands in, ``[person/]<emotion>/photo.jpg``. Faces of one person
never stand in two splits: a network that knows a face reads it better than a new one.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from fer.constants import QUALITY_OK
from fer.dataset.class_names import class_index
from fer.dataset.cleaning import CleaningReport, clean
from fer.dataset.faces import MAX_SPLIT_LENGTH, FaceCollector, FaceDataset
from fer.dataset.readers.fer2013 import SPLITS
from fer.errors import DatasetError, FerError, SettingsError
from fer.faces.crop import crop_faces
from fer.pipeline import Analyzer
from fer.records import Frame
from fer.sources import content_kind, open_video, read_image, safe_name
from fer.sources.archives import is_hidden
from fer.sources.finding import files_below
from fer.sources.opening import safe_path
from fer.text import count, quality_words

SHARES = (0.8, 0.1, 0.1)
"""Of the faces that should stand in Training, PublicTest and PrivateTest."""

CLIP_FPS = 2.0
DROP = ("blank", "conflict", "exact", "near")
BY = ("person", "file")
"""What never stands in two splits: everything in the folder above the emotions, or a single file."""


@dataclass(frozen=True)
class PrepareSettings:
    """What is taken and how it is divided.

    Args:
        split_by: One of `BY`.
        fps: Frames a second that are taken from a clip.
        keep_poor: Keep faces that are small, blurred, dark, turned or cut off too.
        drop: Faults of the cropped faces that leave them out, from `FAULTS`.
        seed: Another seed divides the groups differently.
    """

    split_by: str = "person"
    fps: float = CLIP_FPS
    keep_poor: bool = False
    drop: tuple[str, ...] = DROP
    seed: int = 0

    def __post_init__(self) -> None:
        if self.split_by not in BY:
            raise SettingsError(f"Unknown way to split {self.split_by!r}: choose {' or '.join(BY)}.")
        if not 0 < self.fps <= 60:
            raise SettingsError(f"fps is {self.fps}: give more than 0 and at most 60 frames a second.")


@dataclass(frozen=True, eq=False)
class Prepared:
    """A data set that was made.

    Args:
        dataset: n faces with label and split; ``rejected`` holds files that gave none, with the reason.
        cleaning: What was left out after cropping.
        left_out: Reason code of quality -> faces left out because of it.
        n_files: Files that were looked at.
        groups: Split -> how many persons (or files) stand in it.
    """

    dataset: FaceDataset
    cleaning: CleaningReport
    left_out: dict[str, int]
    n_files: int
    groups: dict[str, int]

    @property
    def missing_splits(self) -> tuple[str, ...]:
        """Splits that got no face; three groups are needed to fill all."""
        return tuple(name for name in SPLITS if not self.groups.get(name))


def folder_files(folder: Path) -> list[tuple[PurePosixPath, Path]]:
    """Every file of a folder by its name inside it, sorted; hidden ones are passed over.

    Raises:
        MissingInputError: A folder may not be read.
    """
    named = [(PurePosixPath(path.relative_to(folder).as_posix()), path) for path in files_below(folder)]
    return [(name, path) for name, path in named if not is_hidden(name)]


def prepare(
    files: Iterable[tuple[PurePosixPath, bytes | Path]],
    settings: PrepareSettings | None = None,
    *,
    analyzer: Analyzer | None = None,
    on_file: Callable[[int], None] = lambda done: None,
) -> Prepared:
    """Make a data set from labelled photos and clips.

    Args:
        files: (name ``[person/]<emotion>/file``, content or path) of each, taken one by one. Synonyms of the
            emotions are understood (``anger``, ``happiness``).
        settings: What is taken and how it is divided.
        analyzer: Made with ``still=True``; loaded if not given.
        on_file: Called with the number of files that are done; may raise to stop.

    Raises:
        DatasetError: No usable face was found in a folder named after an emotion.
        ModelError: A model cannot be used.
    """
    settings = settings or PrepareSettings()
    maker = _Maker(settings, analyzer or Analyzer(still=True))
    n_files = 0
    for name, source in files:
        maker.take(name, source)
        n_files += 1
        on_file(n_files)
    if not maker.n_faces:
        why = f" The first file left out, {maker.first_reason}." if maker.first_reason else ""
        raise DatasetError(
            "No usable face was found: put photos into folders named after the emotions, like "
            f"anna/happy/1.jpg.{why}"
        )
    found, report = clean(maker.finish(), drop=settings.drop)
    splits = divide(Counter(found.usage.tolist()), seed=settings.seed)
    usage = np.array([splits[group] for group in found.usage.tolist()])
    dataset = FaceDataset(found.images, found.labels, usage, found.rows, found.rejected, found.n_rejected)
    groups = Counter(splits.values())
    return Prepared(dataset, report, dict(maker.left_out), n_files, {name: groups[name] for name in SPLITS})


def divide(sizes: dict[str, int], *, seed: int = 0) -> dict[str, str]:
    """Put whole groups into splits, so that their faces come near `SHARES`.

    Args:
        sizes: Group -> faces.
        seed: Changes which of equally large groups go where.

    Returns:
        Group -> split. Training gets the first group, and every split gets one from three groups on.
    """

    def largest_first(group: str) -> tuple[int, str]:
        """What groups are sorted by; the hash decides among equally large ones."""
        return -sizes[group], hashlib.sha256(f"{seed}:{group}".encode()).hexdigest()

    total = max(sum(sizes.values()), 1)
    filled: dict[str, int] = dict.fromkeys(SPLITS, 0)
    place: dict[str, str] = {}
    waiting = sorted(sizes, key=largest_first)
    for k, group in enumerate(waiting):
        empty = [name for name in SPLITS if not filled[name]]
        left = len(waiting) - k
        if empty and len(empty) >= left:
            name = empty[0]
        else:
            name = min(SPLITS, key=lambda n: (filled[n] + sizes[group]) / total - SHARES[SPLITS.index(n)])
        place[group] = name
        filled[name] += sizes[group]
    return place


class _Maker:
    """Collects faces file by file; until `divide` the split of a face is its group."""

    def __init__(self, settings: PrepareSettings, analyzer: Analyzer) -> None:
        self._settings, self._analyzer = settings, analyzer
        self._faces = FaceCollector()
        self._groups: dict[str, str] = {}
        self.first_reason = ""
        self.left_out: Counter[str] = Counter()
        self.n_faces = 0

    def take(self, name: PurePosixPath, source: bytes | Path) -> None:
        """Read one file; what is wrong with it is noted."""
        label = class_index(name.parent.name)
        if label is None:
            folder = name.parent.name
            where = f"its folder {safe_name(folder)!r} is not" if folder else "it lies in no folder that is"
            self._reject(name, f"{where} named after an emotion")
            return
        try:
            n = sum(self._add(frame, label, self._group(name)) for frame in self._frames(name, source))
        except FerError as error:
            self._reject(name, error.message.rstrip("."))
            return
        if not n:
            self._reject(name, "no usable face was found in it")

    def finish(self) -> FaceDataset:
        """All faces; the collector is used up."""
        return self._faces.finish("the prepared data")

    def _frames(self, name: PurePosixPath, source: bytes | Path) -> Iterator[Frame]:
        kind = content_kind(source)
        if kind == "video":
            with open_video(source, name=name.name, fps=self._settings.fps) as video:
                yield from video
        else:
            yield read_image(source, name=name.name).frame

    def _add(self, frame: Frame, label: int, group: str) -> int:
        """How many faces of the picture were taken."""
        seen = self._analyzer.analyze(frame)
        crops = crop_faces(frame.image, seen.faces, self._analyzer.components.emotion.manifest.crop)
        n = 0
        for crop, quality in zip(crops, seen.quality, strict=True):
            if quality == QUALITY_OK or self._settings.keep_poor:
                self._faces.add(crop.ravel(), label, group)
                n += 1
            else:
                self.left_out.update(quality.split("+"))
        self.n_faces += n
        return n

    def _group(self, name: PurePosixPath) -> str:
        """What must not stand in two splits, as a short name."""
        above = name.parent.parent
        whole = name.with_suffix("") if self._settings.split_by == "file" or not above.name else above
        return hashlib.sha256(str(whole).encode("utf-8", "surrogateescape")).hexdigest()[:MAX_SPLIT_LENGTH]

    def _reject(self, name: PurePosixPath, reason: str) -> None:
        label = safe_path(name)  # the same name may stand in every folder
        self.first_reason = self.first_reason or f"{label}: {reason}"
        self._faces.reject(reason, name=label)


def fer2013_csv(dataset: FaceDataset) -> str:
    """The data set as FER2013's CSV: ``emotion,pixels,Usage``; about 8 kB a face."""
    lines = ["emotion,pixels,Usage"]
    for image, label, split in zip(
        dataset.images, dataset.labels.tolist(), dataset.usage.tolist(), strict=True
    ):
        lines.append(f"{label},{' '.join(map(str, image.ravel().tolist()))},{split}")
    return "\n".join(lines) + "\n"


def sentences(prepared: Prepared) -> tuple[str, ...]:
    """What was made and what was left out, one sentence each, with a full stop."""
    data = prepared.dataset
    counts = Counter(data.usage.tolist())
    parts = ", ".join(f"{counts[name]:,} in {name}" for name in SPLITS if counts[name])
    said = [f"{count(len(data), 'face')} from {count(prepared.n_files, 'file')}: {parts}."]
    said += [
        f"{count(n, 'face')} left out: {quality_words(code)}."
        for code, n in sorted(prepared.left_out.items())
    ]
    said += [f"{text}." for text in prepared.cleaning.sentences()]
    if len(set(data.labels[data.usage == SPLITS[0]].tolist())) == 1:
        said.append(f"{SPLITS[0]} holds a single expression, which nothing can be learned from.")
    if prepared.missing_splits:
        missing = " and ".join(prepared.missing_splits)
        said.append(f"Nothing stands in {missing}: that needs at least three persons or files.")
    return tuple(said)
