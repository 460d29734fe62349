"""What is known about one source: the record that travels into timelines and reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceInfo:
    """Facts about one video, one set of photos or one live session.

    Args:
        name: Label, never a path.
        kind: ``"video"``, ``"photos"`` or ``"live"``.
        sha256: Hash of the bytes in hex, empty where there is no file.
        width: Width of the upright picture in pixels, 0 if unknown.
        height: Height of the upright picture in pixels, 0 if unknown.
        fps: Mean frame rate that the stream declares, in frames a second; None if unknown.
        duration_s: Length in seconds; None if unknown (recordings of a browser).
        frames_decoded: Frames that could be decoded, with those that sampling dropped.
        frames_skipped: Damaged frames and packets that were left out.
        partial: Only a part of the source could be read.
        notes: What the user should know, one sentence each.
    """

    name: str
    kind: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    fps: float | None = None
    duration_s: float | None = None
    frames_decoded: int = 0
    frames_skipped: int = 0
    partial: bool = False
    notes: tuple[str, ...] = ()
