"""A report as one workbook for a spreadsheet: persons, episodes, events and frames, a sheet each."""

from collections.abc import Sequence
from dataclasses import replace

from fer.export.csv import sheet_of
from fer.export.episodes import episodes_sheet
from fer.io.spreadsheet import Sheet, as_workbook, number_cell
from fer.timeline.markers import markers_sheet
from fer.timeline.report import Report
from fer.timeline.summary import STATES, FaceSummary
from fer.timeline.timeline import Timeline

PERSON_COLUMNS = (
    *("source", "face_id", "person", "first_s", "last_s", "seen_s", "usable_s", "seen_rows", "usable_rows"),
    *(f"{state}_share" for state in STATES),
    *(f"{state}_confidence" for state in STATES),
    "left_out",
)


def to_workbook(report: Report) -> bytes:
    """The whole report as XLSX.

    The frames are the rows of the CSV; a sheet without a row has its header. Photos have no episodes and no
    events, and their persons are everybody who has a name, after all faces together.
    """
    timeline, summary = report.timeline, report.summary
    people = (*summary.faces, *summary.seen_briefly, *summary.named)
    return as_workbook(
        persons_sheet(timeline, people),
        episodes_sheet(timeline, summary),
        markers_sheet(timeline.markers, "Events"),
        replace(sheet_of(timeline), title="Frames"),
    )


def persons_sheet(timeline: Timeline, people: Sequence[FaceSummary]) -> Sheet:
    """A row a person: how long in sight, and the share and mean confidence of every expression.

    Args:
        timeline: Names the source.
        people: Of its summary.
    """
    rows = [_person(timeline.source.name, face) for face in people]
    return Sheet(PERSON_COLUMNS, rows, frozenset({"source", "person", "left_out"}), "Persons")


def _person(source: str, face: FaceSummary) -> list[str]:
    return [
        source,
        "" if face.face_id is None else str(face.face_id),
        face.person,
        *(f"{value:.6f}" for value in (face.first_s, face.last_s, face.seen_s, face.usable_s)),
        *(str(value) for value in (face.seen_rows, face.usable_rows)),
        *(number_cell(face.shares[state]) for state in STATES),
        *(number_cell(face.confidence[state]) for state in STATES),
        "; ".join(f"{code} {rows}" for code, rows in face.left_out.items()),
    ]
