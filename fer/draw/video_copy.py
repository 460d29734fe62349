"""A copy of a video with the report's numbers and words drawn in; faces can be hidden in it.

Hiding is fail-closed. The detector looks at every frame first; only then, with all that comes later known,
is it decided what each frame hides (`fer.draw.covers`). The finished copy is read once more by two detectors,
and what they find clear is covered in another round. Only boxes are kept in between, no pictures: memory
stays flat.
"""

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np

from fer.constants import HIDE_MODES, N_LANDMARKS
from fer.draw.annotate import draw
from fer.draw.covers import Cover, Sighting, covered_share, merged, plan
from fer.draw.hidden import MARGIN, TRUSTED_PRESENCE, hide_all, hide_boxes
from fer.draw.report_marks import ReportMarks
from fer.draw.second_look import SecondLook
from fer.draw.video_writer import Mp4Encoder, even_size, fitted, output_errors, placed
from fer.errors import CancelledError, OutputError
from fer.faces.cuts import CutDetector
from fer.faces.detectors.sensitive import sensitive_detector
from fer.faces.mesh import FaceMesh, fit_boxes
from fer.io.names import check_video_name
from fer.io.parts import growing
from fer.records import Frame, Observations
from fer.settings import Settings
from fer.sources import VideoSource, open_sound, open_video
from fer.sources.sound import Sound
from fer.text import count, percent, span
from fer.timeline.report import Report

ROUNDS = 3
"""So often the copy is written with more covers; then what is still found clear hides its whole frame."""

LOOK_WORK, WRITE_WORK = 3.0, 1.0
"""Time that a pass takes, for the progress; only their ratio matters."""

Progress = Callable[[float, str], None]
"""Told a share in 0..1 and what is being done."""


@dataclass(frozen=True)
class CopyFacts:
    """What was done to a copy.

    Args:
        mode: One of `HIDE_MODES`.
        frames: Its frames.
        hidden_share: Mean share of the picture that is hidden, 0..1.
        whole_s: Seconds in which the whole frame is hidden.
        found_clear: Faces, counted once a frame, that were found clear in the finished copy and then covered.
        checked_by: Names of the detectors that read the finished copy.
        sound: ``"kept"``, ``"none"`` (the source has none), ``"left out"`` (as asked), or why it is missing.
    """

    mode: str
    frames: int
    hidden_share: float = 0.0
    whole_s: float = 0.0
    found_clear: int = 0
    checked_by: tuple[str, ...] = ()
    sound: str = "none"

    def sentences(self) -> tuple[str, ...]:
        """What a person should know about the copy."""
        return (*self._hiding(), _SOUND.get(self.sound, f"Sound: {self.sound}."), NUMBERS)

    def _hiding(self) -> tuple[str, ...]:
        if self.mode == "none":
            return ()
        lines = [f"Faces are covered in every frame, {percent(self.hidden_share)} of the picture on average."]
        if self.whole_s > 0:
            lines.append(
                f"For {span(self.whole_s)} the whole frame is blurred: where a face was could not be told."
            )
        readers = " and ".join(self.checked_by)
        clear = count(self.found_clear, "clear view") + " of what may be a face came up, covered now."
        what = clear if self.found_clear else "no clear face was found."
        lines.append(f"The finished copy was read again by {readers}: {what}")
        return (*lines, NO_ANONYMITY)


_SOUND = {
    "kept": "The sound is in the copy.",
    "none": "The video has no sound.",
    "left out": "The sound was left out.",
}
NUMBERS = "Numbers and words in the copy are the report's, smoothed as in its charts."
NO_ANONYMITY = (
    "Covered faces are no anonymity: hair, clothes, a voice or the place can tell who somebody is. "
    "Look the copy over before you share it."
)


def write_copy(
    source: bytes | str | Path,
    target: str | Path | BytesIO,
    report: Report,
    *,
    mode: str = "none",
    sound: bool = True,
    force: bool = False,
    on_progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> CopyFacts:
    """Write the copy of a video.

    Args:
        source: The video: path, or the file's bytes.
        target: Where the .mp4 goes, whole or not there; or a binary file object that can seek.
        report: Of that video; its settings choose the detector.
        mode: ``"none"``: faces stay; ``"blur"`` or ``"mesh"``: they are hidden.
        sound: Take the sound over.
        force: Replace a file that exists.
        on_progress: Told how far it is.
        cancel: Set it to stop; then nothing is left.

    Raises:
        InputError: The video cannot be read.
        ModelError: A detector cannot be used.
        OutputError: The copy cannot be written.
        CancelledError: `cancel` was set.
        ValueError: The mode is not one of `HIDE_MODES`.
    """
    if mode not in HIDE_MODES:
        raise ValueError(f"Unknown mode {mode!r}: choose one of {', '.join(HIDE_MODES)}.")
    work = _Work(source, report, mode, sound=sound, watch=_Watch(mode, on_progress, cancel))
    if not isinstance(target, str | Path):
        return work.fill(target, target)
    path = Path(target)
    check_video_name(path)
    with growing(path, force=force) as part, output_errors(path):
        return work.fill(str(part), part)


class _Watch:
    """How far the passes are together; raises where the work is to end."""

    def __init__(self, mode: str, listener: Progress | None, cancel: threading.Event | None) -> None:
        self._listener, self._cancel = listener, cancel
        self._total = WRITE_WORK if mode == "none" else 2 * LOOK_WORK + WRITE_WORK
        self._done = self._weight = 0.0
        self._what = ""

    def begin(self, what: str, weight: float) -> None:
        """Another pass; those of a further round are not in the total yet."""
        self._done += self._weight
        self._what, self._weight = what, weight
        self._total = max(self._total, self._done + weight)

    def tell(self, done_s: float, total_s: float | None) -> None:
        """Called with every frame."""
        if self._cancel is not None and self._cancel.is_set():
            raise CancelledError("The copy was cancelled.")
        if self._listener is not None:
            part = min(1.0, done_s / total_s) if total_s else 0.0
            self._listener((self._done + self._weight * part) / self._total, self._what)


class _Work:
    """The passes of one copy."""

    def __init__(
        self, source: bytes | str | Path, report: Report, mode: str, *, sound: bool, watch: _Watch
    ) -> None:
        self._source, self._mode, self._keep_sound, self._watch = source, mode, sound, watch
        self._settings: Settings = report.settings
        self._marks, self._names = ReportMarks(report.smoothed), report.timeline.names
        # Who was said to be no person has no words in the copy, and is covered all the same.
        found = report.timeline.persons.analyzed or report.smoothed
        self._found = ReportMarks(found)
        self._size = (0, 0)
        self._times: list[float] = []
        self._mesh = FaceMesh() if mode == "mesh" else None

    def fill(self, target: str | BytesIO, made: BytesIO | Path) -> CopyFacts:
        """Write the copy, and again while something is found clear in it.

        Args:
            target: What the encoder writes to.
            made: The same, to be read again.
        """
        if self._mode == "none":
            return self._facts([], self._write(target, []))
        sightings = self._look()
        self._watch.begin("Planning", 0.0)
        covers = plan(sightings, self._size)
        look = SecondLook(self._settings, margin=MARGIN[self._mode])
        found = 0
        for turn in range(ROUNDS):
            sound = self._write(target, covers)
            clear = self._clear(made, covers, look)
            found += sum(len(boxes) for boxes, _ in clear.values())
            if not clear:
                break
            sightings = [s.with_more(*clear[k]) if k in clear else s for k, s in enumerate(sightings)]
            covers = plan(sightings, self._size)
            if turn == ROUNDS - 1:
                covers = [replace(c, whole=c.whole or k in clear) for k, c in enumerate(covers)]
                sound = self._write(target, covers)
        return self._facts(covers, sound, found_clear=found, checked_by=look.names)

    def _frames(self, source: bytes | str | Path) -> Generator[Frame, None, None]:
        """Every frame in the size of the copy."""
        with open_video(source) as video:
            for frame in video:
                self._watch.tell(frame.timestamp_s, video.duration_s)
                if self._size == (0, 0):
                    self._size = even_size(frame.image)
                yield frame

    def _look(self) -> list[Sighting]:
        """What the detector and the report see in every frame of the source."""
        self._watch.begin("Looking for faces in every frame", LOOK_WORK)
        detector = sensitive_detector(self._settings.detector, self._settings.detector_path)
        cuts, sightings = CutDetector(), []
        for frame in self._frames(self._source):
            image = fitted(frame.image, self._size)
            found, believed = detector.find(image)
            known = placed(self._found.boxes_at(frame.index), frame.image, self._size)
            boxes = np.concatenate([found.xyxy.astype(float), known])
            boxes, believed = merged(boxes, np.r_[believed, np.ones(len(known), bool)])
            is_cut = cuts.is_cut(image, frame.timestamp_s) and bool(sightings)
            sightings.append(Sighting(frame.timestamp_s, boxes, believed, is_cut))
        return sightings

    def _write(self, target: str | BytesIO, covers: list[Cover]) -> str:
        """Encode the copy; returns what became of the sound."""
        self._watch.begin("Writing the copy", WRITE_WORK)
        if not isinstance(target, str):
            target.seek(0)
            target.truncate()
        sound = open_sound(self._source) if self._keep_sound else None
        encoder = Mp4Encoder(target, sound=sound)
        self._times = []
        try:
            for k, frame in enumerate(self._frames(self._source)):
                self._times.append(frame.timestamp_s)
                encoder.write(self._picture(frame, covers[k] if covers else None), frame.timestamp_s)
            if encoder.size == (0, 0):
                raise OutputError("The video holds no frame that can be drawn on: choose another one.")
        finally:
            encoder.close()
            if sound is not None:
                sound.close()
        return _fate(sound)

    def _picture(self, frame: Frame, cover: Cover | None) -> np.ndarray:
        """A frame of the copy: hidden first, then the report's words."""
        image = fitted(frame.image, self._size)
        if cover is not None:
            image = self._hidden(image, cover)
        seen = self._marks.at(frame.index, frame.timestamp_s)
        return draw(image, _moved(seen, frame.image, self._size), names=self._names)

    def _hidden(self, image: np.ndarray, cover: Cover) -> np.ndarray:
        if cover.whole:
            sides = cover.boxes[: cover.seen] if cover.seen else cover.boxes
            return hide_all(image, face_px=float((sides[:, 2:] - sides[:, :2]).max(initial=0)))
        meshes = np.zeros((0, N_LANDMARKS, 3))
        if self._mesh is not None:
            meshes, presence = fit_boxes(self._mesh, image, cover.boxes[: cover.seen])
            meshes = meshes[presence >= TRUSTED_PRESENCE]
        return hide_boxes(image, cover.boxes, self._mode, meshes=meshes[:, :, :2])

    def _clear(
        self, made: BytesIO | Path, covers: list[Cover], look: SecondLook
    ) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Frame -> boxes that are found clear in the finished copy, and which of them are believed."""
        self._watch.begin("Reading the finished copy", LOOK_WORK)
        copies = _source_of(made)
        clear = {}
        # The copy was made here: it may be decoded here.
        with VideoSource(copies) as video, closing(self._frames(self._source)) as originals:
            numbered = enumerate(originals)
            for copy in video:
                # By number: a very long copy may be read more thinly than its source.
                original = next((frame for k, frame in numbered if k == copy.index), None)
                if original is None:
                    break
                image = fitted(original.image, self._size)
                boxes, believed = look.clear_faces(copy.image, image, covers[copy.index])
                if len(boxes):
                    clear[copy.index] = boxes, believed
        return clear

    def _facts(self, covers: list[Cover], sound: str, **more) -> CopyFacts:
        margin = MARGIN.get(self._mode, 0.0)
        shares = [1.0 if c.whole else covered_share(c.boxes, self._size, margin=margin) for c in covers]
        steps = np.diff(self._times, append=self._times[-1:])
        if len(steps) > 1:
            steps[-1] = np.median(steps[:-1])
        whole_s = float(steps[[k for k, c in enumerate(covers) if c.whole]].sum())
        share = float(np.mean(shares)) if shares else 0.0
        return CopyFacts(
            self._mode, len(self._times), hidden_share=share, whole_s=whole_s, sound=sound, **more
        )


def _moved(seen: Observations, image: np.ndarray, size: tuple[int, int]) -> Observations:
    """Observations of a frame with their boxes where they lie in the copy."""
    boxes = seen.faces.detections
    there = placed(boxes.xyxy.astype(float), image, size).astype(np.float32)
    return replace(seen, faces=replace(seen.faces, detections=replace(boxes, xyxy=there)))


def _source_of(made: BytesIO | Path) -> bytes | Path:
    """A copy that was just written, to be read."""
    if isinstance(made, Path):
        return made
    made.seek(0)
    return made.read()


def _fate(sound: Sound | None) -> str:
    if sound is None:
        return "left out"
    if sound.trouble:
        return sound.trouble
    return "kept" if sound.there else "none"
