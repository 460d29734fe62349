"""Finished photos: one of them large, those that are asked for small, a row for every face and bad file."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fer.charts.timeline import shares_chart
from fer.constants import UNSURE
from fer.errors import InputError
from fer.evaluation.figures.set_promise import report_promise
from fer.photos import PhotoResult
from fer.sources import read_image
from fer.sources.account import account
from fer.text import count, join, percent, quality_words
from fer.timeline.headline import named_line
from fer.timeline.persons import MAX_NAME, Edit, EditKind, colors_of, tidy_name
from fer.timeline.report import Report
from fer.timeline.summary import Summary
from fer.timeline.timeline import Timeline
from fer.verdict import BETWEEN
from pages.ui.app import downloads, page_setup
from pages.ui.app.callbacks import for_changes
from pages.ui.app.markdown import name, plain, shorten
from pages.ui.app.theme import chart, is_dark
from pages.ui.parts import explanation, highlights, persons, scroll, settings, unit_bars
from pages.ui.parts.bars import probability_bars
from pages.ui.parts.limits import NO_FACE_HINT, REMINDER
from pages.ui.photos import choice, hiding, table
from pages.ui.work.explain import crop_of
from pages.ui.work.photos import PhotosResult, PhotoUploads
from pages.ui.work.reinterpret import reinterpret_once

WHY, JUST_ASKED = "photo_why", "photo_why_asked"
"""Session keys: place and row of the face that is explained, and whether that was asked just now."""
JUST_NAMED = "photo_just_named"
"""Session key: somebody was named a moment ago."""
NAME_PX = 220
NAMED_SHOWN = 4
"""People whose line stands under the title; the reports have all."""
CHOSEN = "photo_chosen"
"""Session key: place of the photo that is shown large."""
LARGE_BOX, SMALL_BOX, PERSON_BOX = "photo_large", "photo_small_", "photo_person_"
"""Keys of containers; the last two with a number behind."""
PEOPLE_DRAWN = 8
A_PAGE = 12
SMALL_PX = 168
"""Width of a picture in the gallery: two fit beside each other on a telephone."""
FAILED_SHOWN = 5
PILLS = 12
"""More faces than this are chosen from a list."""


def forget_choice() -> None:
    """Nothing is chosen any more."""
    for key in (CHOSEN, WHY):
        st.session_state.pop(key, None)
    choice.forget()


def title_row(batch: PhotoUploads, leave: Callable[[], None], *, busy: bool = False) -> DeltaGenerator | None:
    """What was given, its settings, and the way to other photos.

    Args:
        batch: What is shown.
        leave: Drops the photos.
        busy: No settings while the analysis runs.

    Returns:
        Where further settings go.
    """
    more = None
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        first = name(batch.uploads[0].name)
        label = first if len(batch.uploads) == 1 else count(len(batch.uploads), "file")
        st.markdown(f":material/photo_library: {label}", width="content")
        with st.container(horizontal=True, width="content"):
            if not busy:
                with st.popover("Settings", icon=":material/tune:", type="tertiary"):
                    more = st.container()
                    settings.analysis_form(label="Analyse again", video=False)
            st.button("Other photos", icon=":material/upload:", type="tertiary", on_click=leave)
    return more


def show(result: PhotosResult, batch: PhotoUploads, leave: Callable[[], None]) -> None:
    """The whole result.

    Args:
        result: What the job returned.
        batch: What was given.
        leave: Drops the photos.
    """
    with title_row(batch, leave):
        unsure_below = settings.unsure_slider(result.unsure_below)
    result, half_life_s = result.read_with(unsure_below), result.report.settings.half_life_s
    edited = persons.edited(result.report)
    people = _people(edited.timeline)
    report = reinterpret_once(edited, half_life_s=half_life_s, unsure_below=unsure_below)
    readable = [place for place, one in enumerate(result.results) if one.observations is not None]
    colors = colors_of(name for _, here in sorted(people.items()) for name in here.values())
    failed = [one for one in result.results if one.observations is None]
    st.html(_style(colors, people))
    _answer(report, colors, failed)
    with st.container():  # always there, as those below: what follows keeps its place
        persons.trouble()
    with st.container():
        shown = hiding.applied(result, batch) if readable else None
    with st.container():
        if shown is not None:
            _large(result, shown, readable, people)
    rows = table.rows(result.results, people)
    if readable or len(failed) > FAILED_SHOWN:
        rows = choice.ask(rows, list(colors)) if readable else rows
    with st.container():
        if shown is not None and len(readable) > 1:
            _gallery(shown, [k for k in dict.fromkeys(rows["place"]) if k in readable], people)
    if readable:
        _shares(report.summary, colors)
    if readable or len(failed) > FAILED_SHOWN:
        with st.container():
            selected = table.show(result, rows)
            if len(selected) == 1 and selected[0] in readable:
                st.button("Show it large", icon=":material/zoom_in:", on_click=_choose, args=(selected[0],))
    if not readable:
        return
    promise = report_promise(report)
    st.caption(" ".join(filter(None, (promise, report.summary.left_out_text(), REMINDER))))
    with st.container(horizontal=True):
        downloads.of_report(report, batch.uploads[0].name, key="photos")
        persons.bar(result.report)


def _large(result: PhotosResult, shown: PhotosResult, readable: list[int], people: table.People) -> None:
    """The chosen photo; `shown` is the result with its faces as they are to be seen."""
    place = _chosen(result, readable)
    with st.container(key=LARGE_BOX):
        _one(shown, place, dict(people.get(place, {})))
        if shown.hiding is None:  # an explanation is drawn on the face
            _why(result, place)
    scroll.follow()


def _answer(report: Report, colors: Mapping[str, str], failed: list[PhotoResult]) -> None:
    """What the photos show, a line for each of a few people, and what of the files could not be read."""
    source = report.timeline.source
    with st.container(gap="xxsmall"):
        st.subheader(highlights.photo_title(report.summary), anchor=False)
    for face in report.summary.named[:NAMED_SHOWN]:
        with st.container(key=f"{PERSON_BOX}{list(colors).index(face.person)}"):
            st.markdown(plain(named_line(face)))
    _failed(failed)
    for line in account(source.given, most=0)[:1]:
        st.caption(f":material/checklist: {line}")
    if source.partial:
        # The notes before it are the failures, which are said already.
        st.caption(f":material/info: {plain(source.notes[-1])}")


def _people(timeline: Timeline) -> dict[int, dict[int, str]]:
    """Place of a photo -> face id -> name, empty where none was given."""
    found: dict[int, dict[int, str]] = {}
    faces = timeline.table.loc[timeline.has_face, ["frame", "face_id", "person"]]
    for place, face_id, person in faces.itertuples(index=False):
        found.setdefault(int(place), {})[int(face_id)] = str(person)
    return found


def _failed(failed: list[PhotoResult]) -> None:
    """Files that gave nothing, each with its reason; a long list is cut, the table has all."""
    with st.container(gap="xxsmall"):
        for one in failed[:FAILED_SHOWN]:
            code = f" `{one.error_code}`" if one.error_code else ""  # what is no picture has none
            st.markdown(f":material/error: **{name(one.name)}**: {plain(one.error)}{code}")
        if len(failed) > FAILED_SHOWN:
            st.caption(f"{len(failed) - FAILED_SHOWN} more could not be read; see the table.")


def _chosen(result: PhotosResult, readable: list[int]) -> int:
    """The photo that is shown large: what was clicked, else the first with a face, best one that counts."""
    chosen = st.session_state.get(CHOSEN)
    if chosen in readable:
        return chosen
    seen = {place: result.results[place].observations for place in readable}
    counting = (place for place in readable if seen[place].usable.any())
    return next(counting, next((place for place in readable if len(seen[place])), readable[0]))


def _choose(place: int) -> None:
    st.session_state[CHOSEN] = place
    scroll.ask(LARGE_BOX)


def _style(colors: Mapping[str, str], people: table.People) -> str:
    """Each person's color at the edge of their line and their photos; nothing here was typed by anybody."""
    rules = [
        f".st-key-{PERSON_BOX}{k} {{ border-left: 5px solid {color}; padding-left: 0.6rem; }}"
        for k, color in enumerate(colors.values())
    ]
    for place, here in people.items():
        named = [colors[name] for name in here.values() if name]
        if named:
            parts = ", ".join(
                f"{color} {100 * k / len(named):.0f}% {100 * (k + 1) / len(named):.0f}%"
                for k, color in enumerate(named)
            )
            rules.append(
                f".st-key-{SMALL_BOX}{place} img {{ border-left: 5px solid; "
                f"border-image: linear-gradient({parts}) 1; }}"
            )
    return f"<style>{' '.join(rules)}</style>"


def _shares(summary: Summary, colors: Mapping[str, str]) -> None:
    """How many faces show what; a row a person where people have names."""
    st.subheader("How many", anchor=False)
    named = [replace(face, color=colors[face.person]) for face in summary.named if face.usable_rows]
    left, right = st.columns(2, gap="large") if named else (st.container(), None)
    with left:
        if named:
            st.markdown("**All faces**")
        chart(shares_chart(summary, dark=is_dark()), key="photo_shares")
    if right is not None:
        with right:
            st.markdown(f"**{plain(named[0].name) if len(named) == 1 else 'Person by person'}**")
            by_person = replace(summary, faces=tuple(named[:PEOPLE_DRAWN]))
            chart(shares_chart(by_person, dark=is_dark()), key="photo_shares_people")


def _one(result: PhotosResult, place: int, people: dict[int, str]) -> None:
    """One photo large, and the numbers of its faces; `people`: face id -> name of those who are persons."""
    one = result.results[place]
    picture, numbers = st.columns([7, 5], gap="medium")
    with picture:
        st.image(
            result.picture(place, people=people),
            width="stretch",
            caption=name(one.name),
            alt=f"{shorten(one.name)} with its faces marked",
        )
    with numbers:
        for note in one.notes:
            st.caption(f":material/info: {plain(note)}")
        if len(one.observations):
            _one_face(result, place, people, explain=result.hiding is None)
        else:
            st.markdown("**No face was found**")
            st.caption(NO_FACE_HINT)
        st.download_button(
            "Photo with marks",
            lambda: result.picture(place, width=None, people=people),
            file_name=f"{downloads.safe_stem(one.name, _ending(result))}.jpg",
            mime="image/jpeg",
            icon=":material/image:",
            key="photo_marked",
            on_click="ignore",
        )


def _ending(result: PhotosResult) -> str:
    """Pictures with and without faces are not to be taken for each other."""
    return "expressions" if result.hiding is None else result.hiding.mode


@st.fragment
@page_setup.shows_errors
def _one_face(result: PhotosResult, place: int, people: dict[int, str], *, explain: bool) -> None:
    """The probabilities of one face of the photo; pills choose which."""
    if st.session_state.pop(JUST_NAMED, False):
        st.rerun()  # the whole page shows names
    one = result.results[place]
    words, confidence = one.observations.words, one.observations.verdicts[1]
    unsure = [name == UNSURE for name in one.observations.verdicts[0]]
    ids = [int(k) for k in one.observations.faces.track_id]
    row = 0
    if len(ids) > 1:
        names = [
            f"{plain(people.get(face_id) or str(face_id))} "
            + (word if usable else f"({quality_words(code)})")
            for face_id, word, usable, code in zip(
                ids, words, one.observations.usable, one.observations.quality, strict=True
            )
        ]
        row = _pick(names, key=f"photo_face_{place}")
    sure = "" if unsure[row] else f", {percent(confidence[row])} sure"
    who = people.get(ids[row]) or f"Face {ids[row]}"
    st.markdown(f"**{plain(who)}: {words[row]}**{sure}")
    _who(result, place, ids[row], people)
    chart(
        probability_bars(one.observations.probs[row], one.observations.unsure_below, dark=is_dark()),
        key="photo_bars",
    )
    if also := _also_plausible(one.observations.plausible[row], unsure=unsure[row]):
        st.caption(also)
    if st.session_state.pop(JUST_ASKED, False):
        # The whole page: the explanation stands below this fragment.
        st.rerun()
    units = one.observations.action_units
    if explain or len(units):
        with st.expander("Why", icon=":material/troubleshoot:"):
            if len(units):
                known = None if unsure[row] else float(confidence[row])
                unit_bars.show(units, row, known, dark=is_dark())
            if explain:
                look = {"icon": ":material/center_focus_strong:", "key": "photo_explain"}
                st.button("Show where the network looks", on_click=_ask, args=(place, row), **look)
    left_out = "" if one.observations.usable[row] else ", so it is left out of the statistics"
    st.caption(f"Quality: {quality_words(one.observations.quality[row])}{left_out}")


def _also_plausible(text: str, *, unsure: bool) -> str:
    """What else is plausible beside an answer that has a name."""
    others = text.split(BETWEEN)[1:]
    return f"Also plausible: {join(others)}" if others and not unsure else ""


def _who(result: PhotosResult, place: int, face_id: int, people: dict[int, str]) -> None:
    """Name a face, or say that it is none."""
    if face_id not in people:
        st.caption("Not a person, as you said: it counts nowhere.")
        return
    key = f"photo_name_{place}_{face_id}_{persons.turn()}"
    report, photo = result.report, {"photo": result.results[place].name, "photo_index": place}

    def take(kind: EditKind, **more: str) -> None:
        st.session_state[JUST_NAMED] = True
        try:
            edit = Edit(kind, face_id, **photo, **more)  # pyright: ignore[reportArgumentType]
        except InputError as error:
            persons.refuse(error)
        else:
            persons.take(report, edit)

    def rename() -> None:
        take("rename", name=tidy_name(st.session_state[key] or ""))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name",
            people[face_id],
            max_chars=MAX_NAME,
            key=key,
            on_change=for_changes(key, people[face_id], rename),
            placeholder="Name",
            label_visibility="collapsed",
            width=NAME_PX,
        )
        off = {"icon": ":material/person_off:", "type": "tertiary", "key": "photo_remove"}
        st.button("Not a person", on_click=take, args=("remove",), **off)


def _ask(place: int, row: int) -> None:
    st.session_state[WHY], st.session_state[JUST_ASKED] = (place, row), True


def _why(result: PhotosResult, place: int) -> None:
    """The explanation of the face that was asked about, while its photo is the one that is shown."""
    asked = st.session_state.get(WHY)
    if asked is None or asked[0] != place:
        return
    one, row = result.results[place], asked[1]
    st.markdown(f"**Why face {int(one.observations.faces.track_id[row])} is read so**")
    image = read_image(result.contents[place], name=one.name).frame.image
    explanation.show(crop_of(image, one.observations, row), key=f"why_{place}_{row}")


def _pick(names: list[str], *, key: str) -> int:
    """Place of the chosen face: pills for a few, a list for many."""
    faces = range(len(names))
    if len(names) > PILLS:
        return st.selectbox("Face", faces, format_func=names.__getitem__, key=key)
    return st.pills(
        "Face",
        faces,
        default=0,
        required=True,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key=key,
    )


def _gallery(result: PhotosResult, readable: list[int], people: table.People) -> None:
    """The photos that are asked for, a page at a time; a click shows one large."""
    if not readable:
        st.caption("No photo is of that kind.")
        return
    pages = -(-len(readable) // A_PAGE)
    page = st.pagination(pages, key="photo_page") if pages > 1 else 1
    with st.container(horizontal=True):
        for place in readable[(page - 1) * A_PAGE : page * A_PAGE]:
            with st.container(width=SMALL_PX, gap="xxsmall", key=f"{SMALL_BOX}{place}"):
                _small(result, place, people.get(place, {}))


def _small(result: PhotosResult, place: int, people: Mapping[int, str]) -> None:
    one = result.results[place]
    st.image(result.thumb(place, people), width="stretch", alt=f"{shorten(one.name)}, faces marked")
    st.button(
        shorten(one.name, 18),
        key=f"photo_{place}",
        type="tertiary",
        icon=":material/zoom_in:",
        help=f"Show {name(one.name)} large",
        on_click=_choose,
        args=(place,),
    )
    st.caption(table.in_words(one))
