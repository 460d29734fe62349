"""Photos as words and rows: every face, every photo without one, every bad file."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from fer.photos import PhotoResult
from fer.text import count, quality_words

WORDS_NAMED = 4

People = Mapping[int, Mapping[int, str]]
"""Place of a photo -> id of each face that is a person -> its name, empty where none was given."""


def show(results: tuple[PhotoResult, ...], people: People) -> None:
    """A row for every face, for every photo without one, and for every bad file.

    Args:
        results: Of all files.
        people: Who is in each.
    """
    st.dataframe(
        rows(results, people),
        hide_index=True,
        placeholder="–",
        column_config={
            "Confidence": st.column_config.ProgressColumn(format="%d%%", min_value=0, max_value=100),
            "Remark": st.column_config.TextColumn(width="large"),
        },
        alt="Every face with expression, confidence and quality; bad files with the reason",
    )


def rows(results: tuple[PhotoResult, ...], people: People | None = None) -> pd.DataFrame:
    """The table of all faces; who is no person has no row.

    Args:
        results: Of all files.
        people: Who is in each; None: everybody, without names.
    """
    table = []
    for place, one in enumerate(results):
        here = None if people is None else people.get(place, {})
        if one.observations is None:
            table.append((one.name, None, None, None, f"{one.error} [{one.error_code}]"))
            continue
        words, confidence = one.observations.words, one.observations.verdicts[1]
        if not words:
            table.append((one.name, None, None, None, " · ".join(["no face found", *one.notes])))
        for k, word in enumerate(words):
            remark = " · ".join([quality_words(one.observations.quality[k]), *one.notes])
            face_id = int(one.observations.faces.track_id[k])
            if here is not None and face_id not in here:
                continue
            who = (here or {}).get(face_id) or str(face_id)
            table.append((one.name, who, word, round(100 * float(confidence[k])), remark))
    table = pd.DataFrame(table, columns=["Photo", "Face", "Expression", "Confidence", "Remark"])
    return table.astype({"Confidence": "float64"})


def in_words(one: PhotoResult) -> str:
    """What a photo shows: "2 faces: happy, unsure"."""
    words = one.observations.words
    if not words:
        return "no face found"
    few = words[:WORDS_NAMED] + (["…"] if len(words) > WORDS_NAMED else [])
    return f"{count(len(words), 'face')}: {', '.join(few)}"
