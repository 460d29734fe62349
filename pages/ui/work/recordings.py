"""What the Video page shows without an analysis: a live recording, a kept session."""

from dataclasses import dataclass, replace

from fer.library import Entry, KeptSession
from fer.library.content import analyzed_report
from fer.live.video_recorder import RecordedVideo
from fer.timeline.report import make_report
from fer.timeline.timeline import Timeline
from pages.ui.app.uploads import Upload
from pages.ui.work.video import VideoResult

NOTHING_KEPT = "Only the timeline was recorded; no picture was kept."
FACES_HIDDEN = "The faces were hidden before the video was made; the original pictures were not kept."


@dataclass(frozen=True, eq=False, kw_only=True)
class Finished(Upload):
    """A clip whose report is there already; `data` may be empty.

    Args:
        result: The report, and views of the faces.
    """

    result: VideoResult


@dataclass(frozen=True, eq=False, kw_only=True)
class Opened(Finished):
    """A kept session that was opened; `data` is its video, or empty.

    Args:
        entry: How it stands in the list.
        kept: All of it.
    """

    entry: Entry
    kept: KeptSession


def opened(entry: Entry, kept: KeptSession) -> Opened:
    """A kept session for the Video page."""
    timeline = kept.timeline
    result = VideoResult(analyzed_report(kept), kept.portraits)
    sha256 = timeline.source.sha256
    return Opened(entry.title, kept.video, sha256=sha256, result=result, entry=entry, kept=kept)


@dataclass(frozen=True, eq=False, kw_only=True)
class Queued(Finished):
    """A video of the queue that is read; `data` is empty where others needed the room."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Recording(Finished):
    """What was recorded; `data` is an MP4 with hidden faces, or empty."""

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.result.report.timeline.source.duration_s or 0.0


def make_recording(
    timeline: Timeline, video: RecordedVideo, *, model: dict, name: str, size: tuple[int, int]
) -> Recording:
    """Finish a recording.

    Args:
        timeline: What `LiveSession.stop_recording` gave.
        video: What `LiveVideoRecorder.stop` gave; an empty one where no video was asked for.
        model: `Analyzer.model_info`.
        name: What the recording is called.
        size: Width and height of the camera's picture in pixels.
    """
    notes = (*timeline.source.notes, FACES_HIDDEN if video.data else NOTHING_KEPT)
    if video.note:
        notes = (*notes, video.note)
    source = replace(timeline.source, name=name, notes=notes, width=size[0], height=size[1])
    report = make_report(replace(timeline, source=source), model=model)
    return Recording(name, video.data, result=VideoResult(report, ()))
