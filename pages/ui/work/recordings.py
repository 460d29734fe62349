"""A live recording as the Video page shows it: its report is finished, a video is there only if asked for."""

from dataclasses import dataclass, replace

from fer.live.video_recorder import RecordedVideo
from fer.timeline.report import make_report
from fer.timeline.timeline import Timeline
from pages.ui.app.uploads import Upload
from pages.ui.work.video import VideoResult

NOTHING_KEPT = "Only the timeline was recorded; no picture was kept."
FACES_HIDDEN = "The faces were hidden before the video was made; the original pictures were not kept."


@dataclass(frozen=True, eq=False, kw_only=True)
class Recording(Upload):
    """What was recorded; `data` is an MP4 with hidden faces, or empty.

    Args:
        result: Report of the recorded timeline, no portraits.
    """

    result: VideoResult

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
