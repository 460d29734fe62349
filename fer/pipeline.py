"""Frame in, Observations out: the only place that orders the steps; and whole videos through it."""

import os
import threading
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from fer.action_units.eyes import EyeModel
from fer.action_units.reader import ActionUnitReader
from fer.ahead import ahead, giving_way, groups_ahead
from fer.constants import QUALITY_OK
from fer.emotion.network import EmotionNetwork
from fer.faces.crop import crop_each
from fer.faces.detectors import Detector, make_detector
from fer.faces.find import find_faces
from fer.faces.follow import FaceFollower
from fer.faces.mesh import FaceMesh
from fer.faces.quality import quality_codes
from fer.given import check_is
from fer.records import ActionUnits, Faces, Frame, GivenFile, Observations, SourceInfo, Suggestion
from fer.settings import Settings, settings_or_default
from fer.sources import open_video
from fer.stages import Stages
from fer.text import clock
from fer.timeline.report import Report, make_report
from fer.timeline.timeline import Timeline, TimelineBuilder

PROGRESS_EVERY_S = 0.2
GROUPS_DECODED = 4
"""See `fer.ahead`: of frames, decoded before they are asked for."""
EMOTION_THREADS = min(2, os.cpu_count() or 1)
"""The emotion network alone gains 40% from a second thread, the smaller face models nothing; beside the other
steps of a stream, which keep both processors busy, a second one only takes their time."""


@dataclass(frozen=True, eq=False)
class Components:
    """The models of one worker. None of them is to be used by two threads at once.

    Args:
        detector: Finds faces.
        mesh: Fits meshes.
        emotion: Reads expressions.
        eyes: Reads the lids, for Action Units.
    """

    detector: Detector
    mesh: FaceMesh
    emotion: EmotionNetwork
    eyes: EyeModel


def load_components(settings: Settings, *, still: bool = False, threads: int | None = None) -> Components:
    """Load and check the models.

    Args:
        settings: `detector`, `detector_path`, `flip` and `answer` are read.
        still: For photos: the detector looks in tiles too, and the network reads the mirror image too.
        threads: Of the emotion network; None takes one for a stream and `EMOTION_THREADS` for photos.

    Raises:
        ModelError: A file is missing, damaged or not the one that is known; says what to do.
    """
    detector = make_detector(settings, tiled=still)
    # A photo has the time for its mirror image: on real photos two answers in a hundred become right by it.
    flip = settings.flip or still
    threads = threads or (EMOTION_THREADS if still else 1)
    emotion = EmotionNetwork(flip=flip, threads=threads, answer=settings.answer)
    return Components(detector, FaceMesh(), emotion, EyeModel())


class Analyzer:
    """Reads one stream of frames, in one thread, or single photos.

    Args:
        settings: What to do; the attribute `settings` holds the threshold of "unsure" that is in use.
        still: Every frame is a picture of its own: no following, no ids carried over.
        components: Models; loaded if not given.

    Example:
        >>> analyzer = Analyzer(still=True)                                # doctest: +SKIP
        >>> analyzer.analyze(read_image("group.jpg").frame).probs.shape    # doctest: +SKIP
        (5, 7)
    """

    def __init__(
        self, settings: Settings | None = None, *, still: bool = False, components: Components | None = None
    ) -> None:
        settings = settings_or_default(settings)
        self.still = still
        self._reading = threading.Lock()
        self.components = components or load_components(settings, still=still)
        self.stages = Stages()
        manifest, head = self.components.emotion.manifest, self.components.emotion.head
        asked = settings.unsure_below
        self.unsure_below = head.unsure_below if asked is None else float(asked)
        self.settings = settings.replace(
            unsure_below=self.unsure_below, answer=head.answer, flip=self.components.emotion.flip
        )
        self.action_units = ActionUnitReader(
            self.components.eyes, unsure_below=self.unsure_below, still=still
        )
        self._crop = partial(crop_each, frame=manifest.crop)
        self._follower = FaceFollower(
            self.components.detector,
            self.components.mesh,
            interval_s=self.settings.detect_interval_s,
            stages=self.stages,
        )

    @property
    def model_info(self) -> dict:
        """Name, hash, answering head and its scaling of the emotion network, and the detector's name, for the
        report."""
        emotion = self.components.emotion
        return {
            "name": emotion.manifest.name,
            "sha256": emotion.sha256,
            "answer": emotion.head.answer,
            "scaling": emotion.head.scaling.kind,
            "unsure_below": self.unsure_below,
            "detector": self.components.detector.name,
        }

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """Pairs of ids that may be one person; only somebody who looks can tell."""
        return self._follower.suggestions

    @property
    def memory(self) -> dict[str, Any]:
        """What the next frame needs of those before it: the faces that are followed, who is who, and what is
        known of each for Action Units. Plain records, not copied: pickle them, or they go on changing."""
        return {"faces": self._follower.memory, "units": self.action_units.memory}

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Go on where an analyzer with the same settings and models stopped: the answers are the same.

        Args:
            memory: Its `memory`.
        """
        self._follower.recall(memory["faces"])
        self.action_units.recall(memory["units"])

    def analyze(self, frame: Frame) -> Observations:
        """Read the expression of every face.

        Args:
            frame: The next frame of the stream, or a photo.

        Returns:
            The confirmed faces, by id; in a photo numbered from left to right.

        Raises:
            TypeError: It is no `Frame`; says how to make one.
            RuntimeError: Another thread's frame of a stream is being read: each stream needs an `Analyzer` of
                its own. Photos wait for each other.
        """
        if not self._reading.acquire(blocking=self.still):
            raise RuntimeError("This Analyzer is reading another thread's stream: make one for each stream.")
        try:
            return self._read([self._found(frame)])[0]
        finally:
            self._reading.release()

    def stream(
        self, frames: Iterable[Frame], *, side_by_side: bool = True
    ) -> Generator[tuple[Frame, Observations], None, None]:
        """Read frames in their order, with threads for decoding, for finding and for the rest: the same as
        from `analyze`, in little more than half the time on two processors.

        Args:
            frames: Read from another thread, some frames ahead of what is given out.
            side_by_side: False does one step after the other, in this thread.

        Yields:
            Every frame with its faces.
        """
        if not side_by_side:
            for frame in frames:
                yield frame, self.analyze(frame)
            return
        decoded = ahead(giving_way(frames), size=lambda frame: frame.image.nbytes, groups=GROUPS_DECODED)
        found = (self._found(frame) for frame in decoded)
        made = groups_ahead(found, size=lambda one: one.frame.image.nbytes)
        # Closed here, both: an error keeps what it came through alive, and a video that is closed while the
        # thread still decodes takes the process with it.
        with closing(decoded), closing(made) as groups:
            for group in groups:
                yield from zip([one.frame for one in group], self._read(group), strict=True)

    def _found(self, frame: Frame) -> "_Found":
        """The faces of a frame that are read; needs the frames in their order."""
        check_is("Analyzer.analyze(frame)", frame, Frame)
        found = self._faces(frame)
        sure = np.flatnonzero(found.track_id >= 0)
        rows = sure[_largest(found[sure], self.settings.max_faces)]
        unread = np.delete(found.detections.xyxy, rows, axis=0)
        return _Found(frame, found[rows], unread, left_out=len(sure) - len(rows))

    def _read(self, group: Sequence["_Found"]) -> list[Observations]:
        """The answers of the next frames; needs them in their order.

        Several at once cost less than one after the other: small arrays take their time by being many.
        """
        faces = Faces.concatenate([one.faces for one in group])
        frames = [one.frame for one in group for _ in range(len(one.faces))]
        with self.stages.time("crop"):
            crops = self._crop([frame.image for frame in frames], faces)
        with self.stages.time("emotion"):
            probs = self.components.emotion(crops)
        with self.stages.time("quality"):
            sizes = np.array([(frame.width, frame.height) for frame in frames]).reshape(-1, 2)
            quality = quality_codes(sizes, faces, crops)
        rows = _rows(group)
        units = self._units(group, rows, probs, quality)
        return [
            Observations(
                one.frame.index,
                one.frame.timestamp_s,
                one.faces,
                probs[its],
                quality[its],
                units_of_one,
                left_out=one.left_out,
                unread=one.unread,
                unsure_below=self.unsure_below,
                sets=self.components.emotion.head.set_rule,
            )
            for one, its, units_of_one in zip(group, rows, units, strict=True)
        ]

    def _units(
        self, group: Sequence["_Found"], rows: list[slice], probs: np.ndarray, quality: tuple[str, ...]
    ) -> list[ActionUnits]:
        """The Action Units of every frame.

        Args:
            group: The frames, with n faces in all.
            rows: Where each frame's faces stand among those.
            probs: (n, 7) the network's answers.
            quality: n codes.
        """
        if not self.settings.action_units or not len(probs):
            return [ActionUnits.empty()] * len(group)
        with self.stages.time("eyes"):
            geometry = self.action_units.measure([(one.frame, one.faces) for one in group])
        usable = np.array([code == QUALITY_OK for code in quality], bool)
        with self.stages.time("action_units"):
            return [
                self.action_units.read(
                    one.frame.timestamp_s, one.faces, geometry[its], probs[its], usable[its]
                )
                for one, its in zip(group, rows, strict=True)
            ]

    def _faces(self, frame: Frame) -> Faces:
        """The faces of a frame; those of a photo numbered from left to right."""
        if not self.still:
            return self._follower.update(frame)
        faces = find_faces(frame.image, self.components.detector, self.components.mesh, self.stages)
        faces = faces[np.argsort(faces.detections.xyxy[:, 0], kind="stable")]
        return replace(faces, track_id=np.arange(1, len(faces) + 1))


@dataclass(frozen=True, eq=False)
class _Found:
    """What is known of a frame half-way.

    Args:
        frame: The picture.
        faces: The n faces that are read.
        unread: (m, 4) xyxy px of the other ones.
        left_out: How many of those have an id.
    """

    frame: Frame
    faces: Faces
    unread: np.ndarray
    left_out: int


def _rows(group: Sequence[_Found]) -> list[slice]:
    """Where each frame's faces stand among those of all."""
    ends = list(accumulate((len(one.faces) for one in group), initial=0))
    return [slice(start, end) for start, end in pairwise(ends)]


def _largest(faces: Faces, most: int) -> np.ndarray:
    """Rows of at most ``most`` faces, the largest, in the order of their ids."""
    size = faces.detections.xyxy[:, 2:] - faces.detections.xyxy[:, :2]
    rows = np.argsort(-size.prod(1), kind="stable")[:most]
    return rows[np.argsort(faces.track_id[rows], kind="stable")]


@dataclass(frozen=True)
class AnalysisProgress:
    """How far an analysis is.

    Args:
        done_s: Seconds of the video that are read.
        total_s: Its length; None where the file does not say.
        frames: Analysed frames.
        elapsed_s: Seconds since the start.
    """

    done_s: float
    total_s: float | None
    frames: int
    elapsed_s: float

    @property
    def share(self) -> float | None:
        """0..1, or None for an unknown length."""
        return min(1.0, self.done_s / self.total_s) if self.total_s else None

    @property
    def eta_s(self) -> float | None:
        """Seconds left, or None while nobody can know."""
        share = self.share
        return self.elapsed_s * (1 - share) / share if share else None


def analyze_video(
    source: bytes | str | Path,
    settings: Settings | None = None,
    *,
    name: str | None = None,
    on_progress: Callable[[AnalysisProgress], None] | None = None,
    on_frame: Callable[[Frame, Observations], None] | None = None,
    cancel: threading.Event | None = None,
    components: Components | None = None,
) -> Report:
    """Read a whole video.

    Args:
        source: Path, or the file's bytes (then nothing touches the disk).
        settings: What to do.
        name: Label of the source; by default the path's name.
        on_progress: Called a few times a second.
        on_frame: Called with every analysed frame, for annotated copies.
        cancel: Set it to stop; what was read so far is returned, marked partial.
        components: Models; loaded if not given.

    Returns:
        The timeline with its summary.

    Raises:
        InputError: The source cannot be read.
        ModelError: A model cannot be used.
    """
    settings = settings_or_default(settings)
    builder, watch = TimelineBuilder(), _ProgressWatch(on_progress)
    stopped_s = None
    # The file first: one that cannot be read need not wait for models.
    with open_video(source, name=name, fps=settings.fps) as video:
        analyzer = Analyzer(settings, components=components)
        with closing(analyzer.stream(video)) as stream:
            for frame, observations in stream:
                builder.add(observations)
                if on_frame:
                    on_frame(frame, observations)
                watch.tell(frame.timestamp_s, video.duration_s)
                if cancel is not None and cancel.is_set():
                    stopped_s = frame.timestamp_s
                    break
        info = video.info
    if stopped_s is not None:
        note = f"Cancelled at {clock(stopped_s)}."
        info = replace(info, partial=True, notes=(*info.notes, note))
    timeline = builder.build(info, analyzer.settings)
    return video_report(replace(timeline, suggestions=analyzer.suggestions), model=analyzer.model_info)


def video_report(timeline: Timeline, *, model: dict) -> Report:
    """The report of a video, with what became of its file.

    Args:
        timeline: All that was read.
        model: See `Analyzer.model_info`.
    """
    info = timeline.source
    # Faces are found a little ahead of what was read when somebody cancels.
    known = tuple(s for s in timeline.suggestions if {s.first, s.second} <= set(timeline.face_ids))
    timeline = replace(timeline, source=replace(info, given=(_fate(info),)), suggestions=known)
    return make_report(timeline, model=model)


def _fate(info: SourceInfo) -> GivenFile:
    """What became of the video file."""
    if info.partial:
        return GivenFile(info.name, "video", "read_in_part", " ".join(info.notes))
    return GivenFile(info.name, "video", "read")


class _ProgressWatch:
    """Counts frames and tells the listener a few times a second."""

    def __init__(self, listener: Callable[[AnalysisProgress], None] | None) -> None:
        self._listener = listener
        self._started = time.monotonic()
        self._told = -1.0
        self._frames = 0

    def tell(self, done_s: float, total_s: float | None) -> None:
        """Count one frame."""
        self._frames += 1
        elapsed = time.monotonic() - self._started
        if self._listener and elapsed - self._told >= PROGRESS_EVERY_S:
            self._told = elapsed
            self._listener(AnalysisProgress(done_s, total_s, self._frames, elapsed))
