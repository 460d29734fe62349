"""Kept sessions: found again, opened as they were, handed on, and gone for good."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import create_engine, text

from fer.draw.portraits import Portrait
from fer.errors import InputError, LibraryError, MissingSessionError, OutputError, SettingsError
from fer.export.json import to_json
from fer.library import About, KeptSession, Library, places
from fer.library import library as library_module
from fer.library.content import DOCUMENT, TIMELINE, analyzed_report, files_of, report_of, session_of
from fer.library.database import driven
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker
from fer.timeline.neutral_faces import neutral_at
from fer.timeline.persons import Edit
from tests.helpers.action_units import clip_of
from tests.helpers.factories import make_photos, make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "0" * 64}
MADE = "2026-11-26T03:00:00Z"
ME, YOU = "a secret of mine", "a secret of yours"
MARKED = b"MARKED-BY-A-TEST"


def session_called(name: str, script: dict | None = None, **more) -> KeptSession:
    """Two faces, eight seconds, without Action Units."""
    script = script or {1: [("happy", 4.0), ("sad", 4.0)], 2: [("neutral", 8.0)]}
    timeline = make_timeline(script, source=make_source(name, duration_s=8.0, sha256="ab" * 32))
    return KeptSession(timeline, MODEL, MADE, unsure_below=0.5, **more)


def full_session() -> KeptSession:
    """Everything that a session can have."""
    timeline = clip_of()
    edits = (Edit("rename", 1, name="Zoë"), Edit("color", 1, color="#123456"))
    return KeptSession(
        timeline,
        MODEL,
        MADE,
        edits=edits,
        markers=(Marker.event("bang", 1.5), Marker("talk", 2.5, 3.0, "exclusion")),
        half_life_s=0.5,
        unsure_below=0.3,
        baselines={1: neutral_at(timeline, 1, 1.0)},
        baseline_words={1: "was taken at 0:01.0"},
        portraits=(Portrait(1, 2.0, 80.0, b"\xff\xd8 a picture"),),
        video=b"\0\0\0\x18ftyp",
    )


def test_an_empty_library_has_nothing_and_leaves_no_trace(library: Library, place: tuple[Path, str]):
    assert library.entries(ME) == []
    assert library.known(ME).tags == ()
    with pytest.raises(MissingSessionError):
        library.open(ME, "nothing")
    assert not place[0].exists()


def test_a_session_comes_back_as_it_was(library: Library):
    kept = full_session()
    before = report_of(kept)
    entry = library.keep(ME, kept)
    again = library.open(ME, entry.id)
    pd.testing.assert_frame_equal(again.timeline.table, kept.timeline.table)
    np.testing.assert_array_equal(again.timeline.measures, kept.timeline.measures)
    assert (again.edits, again.markers, again.portraits[0].jpeg) == (
        kept.edits,
        kept.markers,
        kept.portraits[0].jpeg,
    )
    assert (again.video, again.model, again.half_life_s, again.unsure_below) == (kept.video, MODEL, 0.5, 0.3)
    assert to_json(report_of(again)) == to_json(before)
    assert before.timeline.own_neutral and "excluded" in before.summary.left_out
    assert [face.name for face in before.summary.faces] == ["Zoë"]


def test_what_a_page_does_later_can_still_be_done_with_what_was_kept(library: Library):
    """Splitting people judges their Action Units again, from what was measured."""
    timeline = clip_of()
    kept = KeptSession(timeline, MODEL, MADE, unsure_below=timeline.unsure_below)
    again = library.open(ME, library.keep(ME, kept).id)
    edits = [Edit("split", 1, time_s=2.0)]
    pd.testing.assert_frame_equal(with_edits(again.timeline, edits).table, with_edits(timeline, edits).table)
    assert analyzed_report(again).provenance.created_utc == MADE


def test_the_list_says_what_is_there_the_newest_first(library: Library):
    library.keep(ME, session_called("a.mp4"))
    library.keep(ME, full_session(), About(title="The second"))
    second, first = library.entries(ME)
    assert (second.title, first.title, first.kind, first.duration_s) == ("The second", "a.mp4", "video", 8.0)
    assert (second.has_video, second.has_pictures, first.has_video) == (True, True, False)
    assert [person.name for person in first.people] == ["Face 1", "Face 2"]
    assert first.people[0].shares["happy"] == pytest.approx(0.5, abs=0.05)
    assert first.people[0].usable_s == pytest.approx(8.0)
    assert second.size_bytes > first.size_bytes > 1000


def test_sessions_are_found_by_words_and_by_what_was_said_about_them(library: Library):
    said = About.typed("Interview, day 1", "P01", "stress", ["pilot", "50%_off"])
    library.keep(ME, session_called("a.mp4"), said)
    library.keep(
        ME,
        session_called("B.mp4", edits=(Edit("rename", 1, name="ZOË"),)),
        About.typed("", "P02", "calm", ["Pilot 2"]),
    )

    def found(**asked: str) -> set[str]:
        return {entry.title for entry in library.entries(ME, **asked)}

    assert found(search="zoë") == {"B.mp4"}
    assert found(search="interview STRESS") == {"Interview, day 1"}
    assert found(search="interview calm") == set()
    assert found(search="%") == found(search="50%_") == found(tag="50%_off") == {"Interview, day 1"}
    assert found(search="_") == {"Interview, day 1"}
    assert found(search="pilot") == {"Interview, day 1", "B.mp4"}
    assert found(tag="pilot") == found(participant="P01") == found(condition="stress") == {"Interview, day 1"}
    assert found(participant="P01", condition="calm") == set()
    known = library.known(ME)
    assert known.tags == ("50%_off", "pilot", "Pilot 2")
    assert (known.participants, known.conditions) == (("P01", "P02"), ("calm", "stress"))


def test_what_is_said_about_a_session_can_be_changed(library: Library):
    entry = library.keep(ME, session_called("a.mp4"), About.typed(tags=["x", "y"]))
    library.describe(ME, entry.id, About.typed("New", "P9", "", ["y", "z"]))
    changed = library.entry(ME, entry.id)
    assert (changed.title, changed.about.participant, changed.about.tags) == ("New", "P9", ("y", "z"))
    assert library.entries(ME, search="z") and not library.entries(ME, tag="x")


def test_two_owners_never_see_each_others_sessions(library: Library):
    mine = library.keep(ME, session_called("mine.mp4"), About.typed("Mine", "P1", "c", ["t"]))
    library.keep(YOU, session_called("yours.mp4"))
    assert [entry.title for entry in library.entries(YOU)] == ["yours.mp4"]
    assert library.entries(YOU, search="mine") == library.entries(YOU, tag="t") == []
    assert library.known(YOU).participants == ()
    for act in (library.open, library.entry):
        with pytest.raises(MissingSessionError):
            act(YOU, mine.id)
    with pytest.raises(MissingSessionError):
        library.export(YOU, [mine.id])
    with pytest.raises(MissingSessionError):
        library.describe(YOU, mine.id, About("Stolen"))
    with pytest.raises(MissingSessionError):
        library.delete(YOU, [mine.id])
    assert [entry.title for entry in library.entries(ME)] == ["Mine"]
    assert library.open(ME, mine.id).timeline.source.name == "mine.mp4"


def test_the_owner_s_secret_is_not_written_down(library: Library, place: tuple[Path, str]):
    library.keep(ME, session_called("a.mp4"))
    assert not holds(place[0], ME.encode())
    if not place[1]:
        assert holds(place[0], b"a.mp4")


def test_deleting_leaves_no_bytes(library: Library, place: tuple[Path, str], request: pytest.FixtureRequest):
    word = MARKED.decode()
    edits = (Edit("rename", 1, name=f"Name {word}"),)
    portraits = (Portrait(1, 2.0, 1.0, MARKED),)
    kept = session_called(f"{word}.mp4", edits=edits, portraits=portraits, video=MARKED)
    other = library.keep(ME, session_called("stays.mp4"))
    entry = library.keep(ME, kept, About.typed(f"Title {word}", f"P {word}", f"C {word}", [f"tag {word}"]))
    library.describe(ME, entry.id, About.typed(f"Once more {word}"))
    files = place[0]
    assert holds(files, MARKED)
    library.delete(ME, [entry.id])
    assert not holds(files, MARKED)
    assert [e.id for e in library.entries(ME)] == [other.id]
    assert library.open(ME, other.id)
    if place[1]:
        server, data = request.getfixturevalue("postgres_server")
        engine = create_engine(driven(server))
        with engine.connect() as connection:
            connection.execute(text("CHECKPOINT"))
        engine.dispose()
        assert not holds(data / "base", MARKED), "what is left is in the write-ahead log, until it is reused"


def holds(folder: Path, marked: bytes) -> bool:
    """Whether any file below a folder, or its name, holds those bytes."""
    files = [place for place in folder.rglob("*") if place.is_file()]
    return any(marked in file.read_bytes() or marked in str(file).encode() for file in files)


def test_a_session_goes_to_another_library_and_back(library: Library, tmp_path: Path):
    entry = library.keep(ME, full_session(), About.typed("Handed on", "P1", "calm", ["a", "b"]))
    data = library.export(ME, [entry.id])
    other = Library(tmp_path / "elsewhere")
    (taken,) = other.take_in(YOU, data)
    assert (taken.about, taken.people) == (entry.about, entry.people)
    assert taken.id != entry.id
    assert to_json(report_of(other.open(YOU, taken.id))) == to_json(report_of(full_session()))
    other.close()
    pandas_reads = zipfile.ZipFile(io.BytesIO(data)).read(f"1/{TIMELINE}")
    assert len(pd.read_parquet(io.BytesIO(pandas_reads))) == len(full_session().timeline)


def test_several_sessions_go_as_one_file_and_all_or_none_come_in(library: Library, tmp_path: Path):
    kept = [library.keep(ME, session_called(name)) for name in ("a.mp4", "b.mp4")]
    data = library.export(ME, [entry.id for entry in kept])
    other = Library(tmp_path / "elsewhere")
    assert [entry.title for entry in other.take_in(YOU, data)] == ["a.mp4", "b.mp4"]
    assert [entry.title for entry in other.entries(YOU)] == ["a.mp4", "b.mp4"]
    files = files_of(session_called("c.mp4"))
    broken = {f"1/{name}": content for name, content in files.items()} | {"2/session.json": b"{}"}
    with pytest.raises(InputError):
        other.take_in(YOU, zipped(broken))
    assert len(other.entries(YOU)) == 2
    other.close()


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_session_is_refused(library: Library, place: tuple[Path, str], data: bytes):
    with pytest.raises(InputError):
        library.take_in(ME, data)
    assert library.entries(ME) == [] and not place[0].exists()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name if "/" in name else f"1/{name}", data)
    return out.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"markers": [{"name": "x", "start_s": 5.0, "end_s": 1.0}]},
        {"markers": "none"},
        {"persons": {"edits": []}},
        {"version": 99},
        {"created_utc": "yesterday"},
        {"created_utc": "2026-11-26T03:00:00"},
        {"half_life_s": -1.0},
        {"unsure_below": "much"},
        {"model": 3},
        {"baselines": {}},
        {"suggestions": [{"first": 1}]},
    ],
)
def test_a_session_that_was_tampered_with_is_refused(tmp_path: Path, change: dict):
    files = files_of(session_called("a.mp4"))
    document = json.loads(files[DOCUMENT]) | change
    library = Library(tmp_path)
    with pytest.raises((InputError, SettingsError)):
        library.take_in(ME, zipped(files | {DOCUMENT: json.dumps(document).encode()}))
    assert library.entries(ME) == []


def test_paths_in_a_handed_on_file_lead_nowhere(tmp_path: Path):
    files = files_of(session_called("a.mp4"))
    library = Library(tmp_path / "data")
    library.take_in(ME, zipped({**files, "../evil": b"x", "/etc/evil": b"x", "1/../evil": b"x"}))
    assert not list(tmp_path.rglob("evil"))
    library.close()


def test_a_file_that_would_unfold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = files_of(session_called("a.mp4"))
    library = Library(tmp_path)
    table = files_of(session_called("a.mp4" + "x" * 5000))
    with pytest.raises(InputError):
        library.take_in(ME, zipped(files | {TIMELINE: table[TIMELINE]}))
    monkeypatch.setattr(library_module, "MAX_IMPORT_BYTES", 1000)
    with pytest.raises(InputError, match="holds more"):
        library.take_in(ME, zipped(files))


def test_a_folder_that_cannot_be_written_is_said_and_leaves_nothing(library: Library, place, tmp_path: Path):
    place[0].parent.mkdir(exist_ok=True)
    place[0].write_bytes(b"a file is in the way")
    with pytest.raises(OutputError):
        library.keep(ME, session_called("a.mp4"))


def test_a_line_without_its_files_is_said_and_can_be_deleted(library: Library, place: tuple[Path, str]):
    entry = library.keep(ME, session_called("a.mp4"))
    (place[0] / "sessions" / entry.id / TIMELINE).unlink()
    with pytest.raises(InputError, match=r"timeline\.parquet"):
        library.open(ME, entry.id)
    library.delete(ME, [entry.id])
    assert library.entries(ME) == []


def test_what_a_killed_process_left_behind_goes(
    library: Library, place: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
):
    left = place[0] / "sessions" / "left"
    left.mkdir(parents=True)
    kept = library.keep(ME, session_called("a.mp4"))
    assert left.exists(), "it may be one that is being written"
    monkeypatch.setattr(library_module, "ORPHAN_AFTER_S", -1.0)
    library.keep(ME, session_called("b.mp4"))
    assert not left.exists()
    assert library.open(ME, kept.id)


def test_photos_are_no_session():
    with pytest.raises(InputError):
        KeptSession(make_photos({"a.jpg": ["happy"]}), MODEL, MADE)


@pytest.mark.parametrize(
    "said",
    [{"title": "x" * 201}, {"participant": "x" * 81}, {"tags": ["x" * 81]}, {"tags": map(str, range(21))}],
)
def test_words_that_are_too_long_are_refused(said: dict):
    with pytest.raises(InputError):
        About.typed(**said)


def test_typed_words_are_tidied():
    about = About.typed(" A\n title ", tags=[" b ", "b", "", "A\u0000"])
    assert about == About("A title", "", "", ("A", "b"))


def test_a_source_whose_name_no_database_takes_is_kept(library: Library):
    entry = library.keep(ME, session_called("a\0b.mp4"))
    assert (entry.source_name, library.entry(ME, entry.id).source_name) == ("a\0b.mp4", "a b.mp4")
    assert library.open(ME, entry.id).timeline.source.name == "a\0b.mp4"


def test_a_database_that_is_not_there_is_said_plainly(tmp_path: Path):
    for url in ("postgresql://nobody@127.0.0.1:9/none", "mysql://x/y", "no address"):
        with pytest.raises(LibraryError) as error:
            Library(tmp_path, url).entries(ME)
        assert "FER_DATABASE_URL" in str(error.value)


def test_the_environment_says_where_and_whether():
    assert (
        places.is_on({}) and places.is_on({"FER_LIBRARY": "on"}) and not places.is_on({"FER_LIBRARY": "off"})
    )
    with pytest.raises(SettingsError):
        places.is_on({"FER_LIBRARY": "perhaps"})
    assert places.data_folder({"FER_DATA_DIR": "/srv/x"}) == Path("/srv/x")
    assert places.data_folder({}).name == "facial-expressions"
    assert places.database_url({}) == ""


def test_a_table_may_not_hide_steps():
    timeline = with_edits(session_called("a.mp4").timeline, [Edit("rename", 1, name="A")])
    with pytest.raises(ValueError):
        KeptSession(timeline, MODEL, MADE)


def test_files_of_two_sessions_do_not_fit_together():
    files = files_of(full_session())
    short = files_of(replace(full_session(), timeline=clip_of(6)))
    with pytest.raises(InputError):
        session_of(files | {TIMELINE: short[TIMELINE]})
