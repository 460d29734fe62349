"""Episodes and peaks as tables: a line an episode, or a moment."""

from fer.findings.peaks import Peak
from fer.io.spreadsheet import Sheet, as_csv
from fer.timeline.summary import Summary
from fer.timeline.timeline import Timeline

EPISODE_COLUMNS = (
    *("source", "face_id", "person", "emotion", "start_s", "end_s", "duration_s", "confidence"),
)
PEAK_COLUMNS = ("source", "face_id", "person", "emotion", "moment", "time_s", "start_s", "end_s", "value")


def episodes_sheet(timeline: Timeline, summary: Summary) -> Sheet:
    """Every episode of every person, by person and time; empty for photos.

    Args:
        timeline: Names the source.
        summary: Its summary.
    """
    rows = [
        [
            timeline.source.name,
            str(face.face_id),
            face.person,
            episode.emotion,
            *(f"{t:.6f}" for t in (episode.start_s, episode.end_s, episode.duration_s)),
            f"{episode.confidence:.6g}",
        ]
        for face in summary.faces
        for episode in face.episodes
    ]
    return Sheet(EPISODE_COLUMNS, rows, frozenset({"source", "person", "emotion"}), "Episodes")


def episodes_to_csv(timeline: Timeline, summary: Summary) -> str:
    """`episodes_sheet` as CSV."""
    return as_csv(episodes_sheet(timeline, summary))


def peaks_sheet(timeline: Timeline, found: tuple[Peak, ...]) -> Sheet:
    """The strongest, longest and first moments."""
    rows = [
        [
            timeline.source.name,
            str(peak.face_id),
            timeline.names.get(peak.face_id, ""),
            peak.emotion,
            peak.kind,
            *(f"{t:.6f}" for t in (peak.time_s, peak.start_s, peak.end_s)),
            f"{peak.value:.6g}",
        ]
        for peak in found
    ]
    return Sheet(PEAK_COLUMNS, rows, frozenset({"source", "person", "emotion", "moment"}), "Peaks")
