"""Keep, find, open, change, hand on and delete: the library through its pages, without a browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from fer.errors import LibraryError
from fer.library import About, Library
from fer.timeline.edits import with_edits
from fer.timeline.markers import Marker
from fer.timeline.persons import Edit
from fer.timeline.report import make_report
from pages.ui.app import session, uploads, visitor
from pages.ui.app.uploads import Upload
from pages.ui.work import library as library_work
from pages.ui.work.library import session_from
from pages.ui.work.recordings import Opened, Recording
from pages.ui.work.video import VideoResult
from tests.helpers.app import give, offered, open_page, texts
from tests.helpers.factories import make_source, make_timeline

MODEL = {"name": "tiny", "sha256": "0" * 64}
ANNA, BEN = "a" * 43, "b" * 43
SCRIPT = {1: [("happy", 3.0), ("sad", 3.0)], 2: [("neutral", 6.0)]}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The library of one test's own, and Anna's browser."""
    library_work.library.clear()
    monkeypatch.setenv("FER_DATA_DIR", str(tmp_path / "kept"))
    monkeypatch.setattr(visitor, "_cookies", annas_cookies)
    yield tmp_path / "kept"
    library_work.library().close()
    library_work.library.clear()


def annas_cookies() -> dict[str, str]:
    """Those of her browser; outside her visit there are none."""
    return {visitor.COOKIE: ANNA} if get_script_run_ctx(suppress_warning=True) else {}


def recording(name: str = "talk.mp4", script: dict | None = None) -> Recording:
    timeline = make_timeline(script or SCRIPT, source=make_source(name, duration_s=6.0, sha256="c" * 64))
    return Recording(name, b"", result=VideoResult(make_report(timeline, model=MODEL), ()))


def keep(library: Library, owner: str, name: str, about: About | None = None, script: dict | None = None):
    report = recording(name, script).result.report
    return library.keep(owner, session_from(report, report, baselines={}, baseline_words={}), about)


def by_key(kind, start: str):
    return next(one for one in kind if one.key and one.key.startswith(start))


def held(app: AppTest, name: str):
    return session.registry().kept(app.session_state[session.OWNER], name)


def test_an_empty_library_says_what_it_is_for_and_writes_nothing(folder: Path):
    app = open_page("pages/sessions.py")
    assert not app.exception
    assert "Nothing is kept yet" in texts(app)
    assert not folder.exists()


def test_keep_this_and_find_it_again(folder: Path):
    app = give(open_page("pages/video.py"), session.CLIP, recording())
    app.text_input(key="keep_new_title").set_value("First talk")
    by_key(app.button, "keep_now").click()
    app.run()
    assert not app.exception
    assert "Kept as **First talk**" in texts(app)
    found = library_work.library().entries(ANNA)
    assert [entry.title for entry in found] == ["First talk"]
    app.switch_page("pages/sessions.py").run()
    said = texts(app)
    assert "First talk" in said and "0:06" in said and "Face 1 sad" in said


def test_names_that_were_given_while_live_are_kept():
    timeline = make_timeline(SCRIPT, source=make_source("live.mp4", "live"))
    named = with_edits(timeline, [Edit("rename", 1, name="Zoë")])
    clip = Recording("live.mp4", b"", result=VideoResult(make_report(named, model=MODEL), ()))
    app = give(open_page("pages/video.py"), session.CLIP, clip)
    by_key(app.button, "keep_now").click().run()
    assert not app.exception
    (entry,) = library_work.library().entries(ANNA, search="zoë")
    assert [person.name for person in entry.people] == ["Zoë", "Face 2"]
    kept = library_work.library().open(ANNA, entry.id)
    assert kept.edits == named.persons.edits and not kept.timeline.persons.edits


def test_nothing_is_kept_unless_asked(folder: Path):
    give(open_page("pages/video.py"), session.CLIP, recording())
    assert not folder.exists()


def test_a_kept_session_opens_as_it_was():
    report = recording().result.report
    kept = session_from(report, report, baselines={}, baseline_words={})
    kept = replace(
        kept,
        edits=(Edit("rename", 1, name="Zoë"),),
        markers=(Marker("talk", 1.0, 2.0, "range"),),
        half_life_s=0.5,
        unsure_below=0.75,
    )
    entry = library_work.library().keep(ANNA, kept, About("First talk"))
    app = open_page("pages/sessions.py")
    app.button(key=f"session_open_{entry.id}").click()
    app.run()
    app.switch_page("pages/video.py").run()
    assert not app.exception
    assert isinstance(held(app, session.CLIP), Opened)
    assert "Zoë" in texts(app) and "First talk" in texts(app)
    assert (app.slider(key="half_life_s").value, app.slider(key="unsure_percent").value) == (0.5, 75)
    assert not app.get("video") and "The video was not kept" in texts(app)
    (marked,) = held(app, session.MARKERS)
    assert marked.markers == kept.markers
    assert "Kept as **First talk**" in texts(app)


def test_changes_are_kept_in_the_same_place():
    entry = keep(library_work.library(), ANNA, "talk.mp4", About("First talk", "P1"))
    app = open_page("pages/sessions.py")
    app.button(key=f"session_open_{entry.id}").click()
    app.run()
    app.switch_page("pages/video.py").run()
    by_key(app.text_input, "person_name_1").set_value("Anna")
    app.run()
    by_key(app.button, "keep_again").click()
    app.run()
    assert not app.exception
    (after,) = library_work.library().entries(ANNA)
    assert after.id != entry.id and after.about == About("First talk", "P1")
    assert [person.name for person in after.people] == ["Anna", "Face 2"]


def test_what_another_tab_deletes_while_it_is_open_can_be_kept_anew_and_once():
    entry = keep(library_work.library(), ANNA, "talk.mp4", About("First talk"))
    app = open_page("pages/sessions.py")
    app.button(key=f"session_open_{entry.id}").click()
    app.run()
    app.switch_page("pages/video.py").run()
    library_work.library().delete(ANNA, [entry.id])
    by_key(app.button, "keep_again").click()
    app.run()
    assert not app.exception and "Code:" not in texts(app)
    (after,) = library_work.library().entries(ANNA)
    library_work.library().delete(ANNA, [after.id])
    app.run()
    assert by_key(app.button, "keep_now") and "Kept as" not in texts(app)


def test_another_visitor_sees_nothing_of_it(monkeypatch: pytest.MonkeyPatch):
    entry = keep(library_work.library(), ANNA, "anna's.mp4")
    monkeypatch.setattr(visitor, "_cookies", lambda: {visitor.COOKIE: BEN})
    app = open_page("pages/sessions.py")
    assert "Nothing is kept yet" in texts(app)
    app.session_state["sessions_opening"] = entry.id
    app.run()
    assert not app.exception and "library_missing" in texts(app)
    assert held(app, session.CLIP) is None


def test_search_and_filters_narrow_the_list():
    library = library_work.library()
    keep(library, ANNA, "a.mp4", About("One", "P1", "calm", ("pilot",)))
    keep(library, ANNA, "b.mp4", About("Two", "P2", "stress"))
    app = open_page("pages/sessions.py")
    assert "2 sessions" in texts(app)
    app.text_input(key="sessions_search").set_value("two").run()
    assert "1 of 2 sessions found" in texts(app) and "**One**" not in texts(app)
    app.button(key="sessions_all").click().run()
    assert "1 chosen of 1 found, 2 sessions in all" in texts(app)
    app.text_input(key="sessions_search").set_value("three").run()
    assert "0 of 2 sessions found" in texts(app) and "No session is like that" in texts(app)
    app.text_input(key="sessions_search").set_value("").run()
    app.selectbox(key="sessions_condition").set_value("calm").run()
    assert "**One**" in texts(app) and "**Two**" not in texts(app)


def test_sessions_are_compared_side_by_side():
    library = library_work.library()
    keep(library, ANNA, "a.mp4", About("One", "P1", "calm"))
    keep(library, ANNA, "b.mp4", About("Two", "P2", "stress"))
    app = open_page("pages/sessions.py")
    app.button(key="sessions_all").click().run()
    app.button(key="sessions_compare").click().run()
    assert not app.exception
    assert "Side by side" in texts(app) and "Too few to tell" in texts(app)
    assert app.get("plotly_chart") and len(app.dataframe[0].value) == 4
    app.button(key="sessions_back").click().run()
    assert "2 of 2 sessions chosen" in texts(app)


def test_deleting_asks_first_and_leaves_nothing(folder: Path):
    library = library_work.library()
    entry = keep(library, ANNA, "gone.mp4")
    app = open_page("pages/sessions.py")
    app.button(key=f"session_delete_{entry.id}").click().run()
    assert library.entries(ANNA)
    app.button(key="sessions_delete_now").click().run()
    assert not app.exception and "Nothing is kept yet" in texts(app)
    left = [place for place in folder.rglob("*") if place.is_file()]
    assert not any(b"gone.mp4" in place.read_bytes() for place in left)


def test_what_is_deleted_is_not_open_either():
    entry = keep(library_work.library(), ANNA, "gone.mp4")
    app = open_page("pages/sessions.py")
    app.button(key=f"session_open_{entry.id}").click().run()
    assert isinstance(held(app, session.CLIP), Opened)
    app.switch_page("pages/sessions.py").run()
    app.button(key=f"session_delete_{entry.id}").click().run()
    app.button(key="sessions_delete_now").click().run()
    assert held(app, session.CLIP) is None


def test_what_was_exported_comes_in_again(monkeypatch: pytest.MonkeyPatch):
    library = library_work.library()
    data = library.export(BEN, [keep(library, BEN, "b.mp4", About("From Ben")).id])
    given = [[Upload("b.zip", data)], [Upload("x.zip", b"no zip")]]
    monkeypatch.setattr(uploads, "take", lambda *_, **__: given.pop(0) if given else [])
    app = open_page("pages/sessions.py")
    assert "From Ben" in texts(app)
    assert [entry.title for entry in library.entries(ANNA)] == ["From Ben"]
    app.run()
    assert not given and not app.exception


def test_what_is_given_after_a_file_that_was_refused_comes_in():
    library = library_work.library()
    data = library.export(BEN, [keep(library, BEN, "b.mp4", About("From Ben")).id])
    app = open_page("pages/sessions.py")
    for given in (b"no zip", data):
        [uploader] = app.file_uploader
        uploader.set_value([("b.zip", given, "application/zip")]).run()
    assert not app.exception and "From Ben" in texts(app)
    assert [entry.title for entry in library.entries(ANNA)] == ["From Ben"]


def test_export_gives_the_visitors_sessions(monkeypatch: pytest.MonkeyPatch):
    library = library_work.library()
    first, second = (keep(library, ANNA, name, About(name)) for name in ("one.mp4", "two.mp4"))
    app = open_page("pages/sessions.py")
    app.button(key="sessions_all").click().run()
    files = offered(app, monkeypatch)
    library.take_in(BEN, files[f"session_export_{first.id}"]())
    assert [entry.title for entry in library.entries(BEN)] == ["one.mp4"]
    library.take_in(BEN, files["sessions_export"]())
    assert {entry.title for entry in library.entries(BEN)} == {first.about.title, second.about.title}


def test_the_key_that_is_saved_is_the_browsers_own(monkeypatch: pytest.MonkeyPatch):
    assert offered(open_page("pages/sessions.py"), monkeypatch)["key_save"]() == ANNA.encode()


def test_a_library_that_is_switched_off_says_so_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FER_LIBRARY", "off")
    app = open_page("pages/sessions.py")
    assert "switched the library off" in texts(app)
    app = give(open_page("pages/video.py"), session.CLIP, recording())
    assert not [one for one in app.button if one.key and one.key.startswith("keep_")]


def test_a_database_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    def down(*_, **__):
        raise LibraryError("The list of kept sessions cannot be reached.")

    monkeypatch.setattr(Library, "entries", down)
    for page in ("pages/sessions.py", "pages/video.py"):
        app = give(open_page(page), session.CLIP, recording())
        assert not app.exception and "cannot be reached" in texts(app)


def test_a_key_is_unguessable_and_an_odd_cookie_is_none(monkeypatch: pytest.MonkeyPatch):
    for cookie in ("", "short", "x" * 42 + ";"):
        monkeypatch.setattr(visitor, "_cookies", lambda cookie=cookie: {visitor.COOKIE: cookie})
        first, second = (open_page("pages/sessions.py").session_state[visitor.KEY] for _ in range(2))
        assert len(first) == len(second) == 43 and first != second


def logged_in(subject: str) -> dict:
    return {"is_logged_in": True, "iss": "https://id.example.org", "sub": subject, "name": f"Dr. {subject}"}


def test_where_a_login_is_set_up_nothing_is_shown_before_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visitor, "_user", lambda: {"is_logged_in": False})
    for page in ("pages/home.py", "pages/video.py", "pages/sessions.py"):
        app = open_page(page)
        assert not app.exception
        assert [title.value for title in app.title] == ["Log in"]
        assert [button.label for button in app.button] == ["Log in"]


def test_sessions_belong_to_the_person_whichever_browser_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(visitor, "_user", lambda: logged_in("carl"))
    app = give(open_page("pages/video.py"), session.CLIP, recording())
    by_key(app.button, "keep_now").click().run()
    assert library_work.library().entries(ANNA) == []
    monkeypatch.setattr(visitor, "_cookies", lambda: {visitor.COOKIE: BEN})
    app = open_page("pages/sessions.py")
    assert "**talk.mp4**" in texts(app) and "Log out" in [button.label for button in app.button]
    monkeypatch.setattr(visitor, "_user", lambda: logged_in("dora"))
    assert "Nothing is kept yet" in texts(open_page("pages/sessions.py"))
    monkeypatch.setattr(visitor, "_user", dict)
    assert "Nothing is kept yet" in texts(open_page("pages/sessions.py"))
