"""The people of a video: a card each, with everything that puts them right; and who the page is about."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from fer.errors import InputError
from fer.text import clock, span
from fer.timeline.persons import COLORS, MAX_NAME, Edit, tidy_name
from fer.timeline.report import Report
from fer.timeline.suggestions import suggestions
from fer.timeline.summary import FaceSummary, Summary
from fer.timeline.timeline import Timeline
from pages.ui.app.callbacks import for_changes
from pages.ui.app.markdown import plain, shorten
from pages.ui.parts import highlights, persons
from pages.ui.video import player

PICKED = "face"
"""Session key: id of the face that the page is about; `EVERYONE` for all."""
EVERYONE = 0
CARDS, BRIEF_CARDS = 6, 24
CARD_PX, PORTRAIT_PX = 300, 72
SUGGESTED = 3
BOX = "person_card_"
"""Key of each card, before its face's id."""
NARROW = (
    f'@media (max-width: 640px) {{ [data-testid="stLayoutWrapper"]:has(> [class*="st-key-{BOX}"]) '
    "{ width: 100% !important; flex: 1 1 100% !important; } }"
)
"""On a telephone a card takes the whole line."""
CALM = f'[class*="st-key-{BOX}"] [data-testid="stHorizontalBlock"] {{ overflow: visible !important; }}'
"""Without a picture three lines of words are a little taller than their box, which would have a scrollbar."""
NAME_LENGTH, CARD_NAME_LENGTH = 28, 20
"""Characters of a name in the picker, and on a card, where they keep to one line."""


def picked(summary: Summary) -> int | None:
    """Id of the face that the whole page is about; None for everyone."""
    ids = [face.face_id for face in summary.by_presence]
    if len(ids) == 1:
        return ids[0]
    chosen = st.session_state.get(PICKED)
    return chosen if chosen in ids else None


def picker(summary: Summary) -> None:
    """The one place where the page's face is chosen; nothing where there is one only."""
    faces = summary.by_presence
    if len(faces) < 2:
        return
    names = {EVERYONE: "Everyone"} | {face.face_id: plain(shorten(face.name, NAME_LENGTH)) for face in faces}
    if st.session_state.get(PICKED) not in names:
        st.session_state[PICKED] = EVERYONE
    st.pills(
        "Who the page is about",
        list(names),
        required=True,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key=PICKED,
    )


def forget() -> None:
    """Another clip begins with everyone."""
    st.session_state.pop(PICKED, None)


def show(report: Report, analyzed: Report, pictures: Mapping[int, bytes], *, played: bool) -> None:
    """Cards, suggestions and steps.

    Args:
        report: As it is shown.
        analyzed: As it was analysed.
        pictures: Face id -> JPEG.
        played: There is a player.
    """
    summary = report.summary
    shown = summary.by_presence
    others = list(summary.seen_briefly)
    # What was drawn before stays until this is: whatever comes and goes has a place of its own, or what
    # follows it would stand there twice.
    said, cards, more = st.container(), st.container(), st.container()
    with said:
        persons.trouble()
    if summary.faces:
        with cards:
            st.html(_style(summary.faces, picked(summary) if len(shown) > 1 else None))
            _cards(shown[:CARDS], report, analyzed, pictures, played=played)
    if len(shown) > CARDS:
        with more, st.expander(f"{len(shown) - CARDS} more people"):
            _cards(shown[CARDS : CARDS + BRIEF_CARDS], report, analyzed, pictures, played=played)
    with st.container(gap=None):
        suggested, bar = st.container(gap=None), st.container(horizontal=True, vertical_alignment="center")
        with suggested:
            _suggestions(report.timeline, analyzed)
        with bar:
            persons.bar(analyzed)
            if others:
                _briefly(others, summary, analyzed)


def _cards(
    faces: list[FaceSummary],
    report: Report,
    analyzed: Report,
    pictures: Mapping[int, bytes],
    *,
    played: bool,
) -> None:
    with st.container(horizontal=True, gap="small"):
        for face in faces:
            with st.container(border=True, width=CARD_PX, key=_box(face), gap="small"):
                _card(face, pictures.get(face.face_id))
                with st.container(horizontal=True, gap="small"):
                    _rename(face, analyzed)
                    _change(face, report, analyzed, played=played)


def _box(face: FaceSummary) -> str:
    return f"{BOX}{face.face_id}"


def _style(faces: tuple[FaceSummary, ...], chosen: int | None) -> str:
    """Each card's edge in its person's color; nothing here was typed by anybody."""
    rules = [f".st-key-{_box(f)} {{ border-left: 5px solid {f.color} !important; }}" for f in faces]
    if chosen is not None:
        rules.append(f".st-key-{BOX}{chosen} {{ box-shadow: 0 0 0 2px currentColor; }}")
    return f"<style>{NARROW} {CALM} {' '.join(rules)}</style>"


def _card(face: FaceSummary, picture: bytes | None) -> None:
    """Who, how long, and the answer in one line."""
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        if picture is not None:
            st.image(picture, width=PORTRAIT_PX, alt=f"{face.name} at the best moment")
        with st.container(gap="xxsmall"):
            st.markdown(f"**{plain(shorten(face.name, CARD_NAME_LENGTH))}**")
            st.markdown(highlights.brief(face))
            st.caption(f"{span(face.seen_s)} in sight, {clock(face.first_s)} to {clock(face.last_s)}")


def _rename(face: FaceSummary, analyzed: Report) -> None:
    key, box = f"person_name_{face.face_id}_{persons.turn()}", f"person_rename_{face.face_id}"

    def rename() -> None:
        st.session_state[box] = False
        _attempt(analyzed, "rename", face.face_id, name=tidy_name(st.session_state[key] or ""))

    with st.popover("Name", icon=":material/edit:", type="tertiary", key=box, on_change="rerun"):
        st.text_input(
            "Name",
            face.person,
            max_chars=MAX_NAME,
            key=key,
            on_change=for_changes(key, face.person, rename),
            placeholder=face.name,
        )
        st.caption("Enter keeps it; empty takes it back.")


def _change(face: FaceSummary, report: Report, analyzed: Report, *, played: bool) -> None:
    """Everything else that can be put right about a person."""
    face_id, turn = face.face_id, persons.turn()
    with st.popover("Change", icon=":material/tune:", type="tertiary", key=f"person_change_{face_id}"):
        _same(face, report.summary, analyzed)
        st.markdown("**Somebody else from here on**")
        if played:
            split = partial(_split, analyzed, face_id)
            player.moment_button("Split where the player stands", split, key=f"person_split_player_{face_id}")
        if face.last_s - face.first_s > 0.1:
            key = f"person_split_at_{face_id}_{turn}"
            middle = round((face.first_s + face.last_s) / 2, 1)
            with st.container(horizontal=True, vertical_alignment="bottom"):
                bounds = (float(face.first_s), float(face.last_s))
                value = min(max(middle, bounds[0]), bounds[1])
                st.number_input("At second", *bounds, value, 0.1, format="%.1f", key=key, width=130)
                split_at = {"on_click": _split_at, "args": (analyzed, face_id, key)}
                st.button("Split", icon=":material/call_split:", key=f"person_split_{face_id}", **split_at)
        _color(face, analyzed)
        st.button(
            "Not a person",
            icon=":material/person_off:",
            key=f"person_remove_{face_id}",
            on_click=_attempt,
            args=(analyzed, "remove", face_id),
        )


def _same(face: FaceSummary, summary: Summary, analyzed: Report) -> None:
    others = {f.face_id: f for f in summary.by_presence if f.face_id != face.face_id}
    if not others:
        return
    key = f"person_same_{face.face_id}_{persons.turn()}"

    def join() -> None:
        if st.session_state[key] is not None:
            _attempt(analyzed, "same", face.face_id, other=st.session_state[key])

    st.selectbox(
        "Same person as",
        list(others),
        index=None,
        format_func=lambda k: f"{others[k].name}, {clock(others[k].first_s)} to {clock(others[k].last_s)}",
        placeholder="Choose who",
        key=key,
        on_change=for_changes(key, None, join),
    )


def _color(face: FaceSummary, analyzed: Report) -> None:
    names = {value: name for name, value in COLORS.items()}
    key = f"person_color_{face.face_id}_{persons.turn()}"

    def paint() -> None:
        _attempt(analyzed, "color", face.face_id, color=st.session_state[key])

    options = list(names) if face.color in names else [face.color, *names]
    st.selectbox(
        "Colour",
        options,
        index=options.index(face.color),
        format_func=lambda value: names.get(value, value).capitalize(),
        key=key,
        on_change=for_changes(key, face.color, paint),
    )


def _suggestions(timeline: Timeline, analyzed: Report) -> None:
    """Who may be who, with one click each."""
    for found in suggestions(timeline)[:SUGGESTED]:
        pair = (found.first, found.second)
        with st.container(horizontal=True, vertical_alignment="center"):
            first, second = (plain(timeline.name(k)) for k in pair)
            st.markdown(
                f":material/group: {first} and {second} look like one: "
                f"{clock(found.left_s, tenths=True)} and {clock(found.came_s, tenths=True)}",
                width="content",
            )
            for label, kind, icon in (("Same person", "same", "merge"), ("Two people", "different", "close")):
                st.button(
                    label,
                    icon=f":material/{icon}:",
                    type="tertiary",
                    key=f"persons_{kind}_{pair[0]}_{pair[1]}",
                    on_click=_attempt,
                    args=(analyzed, kind, found.second),
                    kwargs={"other": found.first},
                )


def _briefly(faces: list[FaceSummary], summary: Summary, analyzed: Report) -> None:
    with st.popover(f"{len(faces)} seen briefly", icon=":material/visibility:", type="tertiary"):
        for face in faces[:BRIEF_CARDS]:
            _brief(face, summary, analyzed)


def _brief(face: FaceSummary, summary: Summary, analyzed: Report) -> None:
    """Somebody who was seen for a moment: who it was, or nobody."""
    st.markdown(f"**{plain(face.name)}** · {span(face.seen_s)} at {clock(face.first_s, tenths=True)}")
    _same(face, summary, analyzed)
    st.button(
        "Not a person",
        icon=":material/person_off:",
        type="tertiary",
        key=f"person_remove_{face.face_id}",
        on_click=_attempt,
        args=(analyzed, "remove", face.face_id),
    )


def _split(analyzed: Report, face_id: int, time_s: float) -> None:
    _attempt(analyzed, "split", face_id, time_s=round(time_s, 3))


def _split_at(analyzed: Report, face_id: int, key: str) -> None:
    _split(analyzed, face_id, float(st.session_state[key]))


def _attempt(analyzed: Report, kind: str, face_id: int, **more) -> None:
    """Take a step; what cannot be one is said on the page."""
    try:
        edit = Edit(kind, face_id, **more)  # pyright: ignore[reportArgumentType]: checked by the record
    except InputError as error:
        persons.refuse(error)
        return
    persons.take(analyzed, edit)
