"""Photos as rows: every face, every photo without one, every bad file. Rows can be put right together."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import streamlit as st

from fer.errors import InputError
from fer.export.csv import sheet_of
from fer.io.spreadsheet import as_csv
from fer.photos import PhotoResult
from fer.text import MISSING, count, quality_words
from fer.timeline.persons import MAX_NAME, Edit, EditKind, tidy_name
from fer.timeline.timeline import Timeline
from pages.ui.app import downloads
from pages.ui.app.callbacks import for_changes
from pages.ui.parts import persons
from pages.ui.work.photos import PhotosResult

WORDS_NAMED = 4
NO_FACE, NOT_READ = "no face", "not read"
"""What stands for an expression where there is no face, and where the file gave no photo."""
COLUMNS = ("place", "face_id", "Photo", "Face", "Expression", "Confidence", "Remark", "used")
SHOWN = ["Photo", "Face", "Expression", "Confidence", "Remark"]
NAME_PX, CONFIDENCE_PX = 220, 110

People = Mapping[int, Mapping[int, str]]
"""Place of a photo -> id of each face that is a person -> its name, empty where none was given."""


def show(result: PhotosResult, table: pd.DataFrame) -> list[int]:
    """The rows, and what can be done with those that are selected.

    Args:
        result: All photos, as they were analysed.
        table: Rows of `rows`, in the order in which they are to stand.

    Returns:
        Places of the photos of the selected rows.
    """
    chosen = st.dataframe(
        table[SHOWN],
        hide_index=True,
        placeholder=MISSING,
        column_config={
            "Confidence": st.column_config.ProgressColumn(
                format="%d%%", min_value=0, max_value=100, width=CONFIDENCE_PX
            ),
            "Remark": st.column_config.TextColumn(width="large"),
        },
        alt="Every face with expression, confidence and quality; bad files with the reason",
        on_select="rerun",
        selection_mode="multi-row",
        # Another filter or another step: what was selected are other rows.
        key=f"photo_table_{persons.turn()}_{hash(tuple(table.index))}",
    )
    selected = table.iloc[[k for k in chosen["selection"]["rows"] if k < len(table)]]
    faces = selected[selected["face_id"].notna()]
    if len(faces):
        _together(result, faces)
    return selected["place"].astype(int).tolist()


def _together(result: PhotosResult, faces: pd.DataFrame) -> None:
    """Name the selected faces, say that they are none, or keep their rows."""
    key = f"photo_together_{persons.turn()}"

    def take(kind: EditKind, **more: str) -> None:
        try:
            edits = [
                Edit(kind, int(face_id), photo=result.results[place].name, photo_index=int(place), **more)
                for place, face_id in zip(faces["place"], faces["face_id"], strict=True)
            ]
        except InputError as error:
            persons.refuse(error)
        else:
            persons.take_all(result.report, edits)

    def rename() -> None:
        take("rename", name=tidy_name(st.session_state[key] or ""))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count(len(faces), 'face')} selected**", width="content")
        st.text_input(
            "Name of all of them",
            max_chars=MAX_NAME,
            key=key,
            placeholder="Name of all of them",
            on_change=for_changes(key, "", rename),
            label_visibility="collapsed",
            width=NAME_PX,
        )
        off = {"icon": ":material/person_off:", "key": "photo_remove_all", "on_click": take}
        st.button("Not people", args=("remove",), **off)
        stem = downloads.safe_stem(result.results[0].name, "selected")
        timeline = persons.edited(result.report).timeline
        downloads.of_text(
            "Only these as CSV",
            lambda: rows_as_csv(timeline, faces),
            f"{stem}.csv",
            mime="text/csv",
            key="photo_csv_selected",
            icon="table",
        )


def rows_as_csv(timeline: Timeline, faces: pd.DataFrame) -> str:
    """The timeline's rows of these faces.

    Args:
        timeline: Of photos.
        faces: With the columns ``place`` and ``face_id``.
    """
    wanted = set(zip(faces["place"].astype(int), faces["face_id"].astype(int), strict=True))
    sheet = sheet_of(timeline)
    keys = zip(timeline.frame_of_row.tolist(), timeline.face_of_row.tolist(), strict=True)
    kept = [row for row, key in zip(sheet.rows, keys, strict=True) if key in wanted]
    return as_csv(replace(sheet, rows=kept))


def rows(results: tuple[PhotoResult, ...], people: People | None = None) -> pd.DataFrame:
    """The table of all faces; who is no person has no row.

    Args:
        results: Of all files.
        people: Who is in each; None: everybody, without names.

    Returns:
        `COLUMNS`: ``place`` in `results`; ``face_id``, missing without a face; ``used``: it counts in the
        statistics.
    """
    table: list[tuple] = []
    for place, one in enumerate(results):
        here = None if people is None else people.get(place, {})
        if one.observations is None:
            said = f"{one.error} [{one.error_code}]"
            table.append((place, None, one.name, None, NOT_READ, None, said, False))
            continue
        words, confidence = one.observations.words, one.observations.verdicts[1]
        if not words:
            table.append((place, None, one.name, None, NO_FACE, None, " · ".join(one.notes), False))
        for k, word in enumerate(words):
            remark = " · ".join([quality_words(one.observations.quality[k]), *one.notes])
            face_id = int(one.observations.faces.track_id[k])
            if here is not None and face_id not in here:
                continue
            who = (here or {}).get(face_id) or str(face_id)
            sure, used = round(100 * float(confidence[k])), bool(one.observations.usable[k])
            table.append((place, face_id, one.name, who, word, sure, remark, used))
    found = pd.DataFrame(table, columns=list(COLUMNS))
    return found.astype({"Confidence": "float64", "face_id": "Int64", "place": "int64", "used": "bool"})


def in_words(one: PhotoResult) -> str:
    """What a photo shows: "2 faces: happy, unsure"."""
    words = one.observations.words
    if not words:
        return "no face found"
    few = words[:WORDS_NAMED] + (["…"] if len(words) > WORDS_NAMED else [])
    return f"{count(len(words), 'face')}: {', '.join(few)}"
