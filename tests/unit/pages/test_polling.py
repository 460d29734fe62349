"""Fragments that draw themselves again: a page whose fragments have stopped is drawn anew, no other one."""

import pytest

from pages.ui.app.polling import LATE_S, LATEST_S, PollWatch


class Pages:
    """Tabs that are there, and a clock."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.there, self.drawn = {"tab"}, []
        self.watch = PollWatch(self.draw_anew, clock=lambda: self.now_s)

    def draw_anew(self, session_id: str) -> bool:
        self.drawn.append(session_id)
        return session_id in self.there

    def run(self, *fragments: str, session_id: str = "tab") -> None:
        """The page is drawn, with fragments that draw themselves twice a second."""
        self.watch.begin(session_id)
        for name in fragments:
            self.watch.drawn(session_id, name, 0.5, again=False)
        self.watch.end(session_id)

    def beat(self, name: str, session_id: str = "tab") -> None:
        """A fragment draws itself again."""
        self.watch.drawn(session_id, name, 0.5, again=True)

    def after(self, seconds: float) -> list[str]:
        self.now_s += seconds
        return self.watch.look()


@pytest.fixture
def pages() -> Pages:
    return Pages()


def test_nothing_polls_and_nothing_is_drawn(pages):
    pages.run()
    assert pages.after(1000) == []
    assert pages.drawn == []


def test_a_fragment_that_goes_on_is_left_alone(pages):
    pages.run("faces")
    for _ in range(100):
        assert pages.after(0.5) == []
        pages.beat("faces")


def test_a_page_whose_fragment_has_stopped_is_drawn_anew(pages):
    pages.run("faces")
    pages.beat("faces")
    assert pages.after(LATE_S) == []
    assert pages.after(0.6) == ["tab"]


def test_one_of_two_is_enough(pages):
    pages.run("faces", "chart")
    for _ in range(int(LATE_S)):
        pages.beat("faces")
        assert pages.after(1) == []
    pages.beat("faces")
    assert pages.after(1) == ["tab"]


def test_a_long_run_of_the_page_is_not_interrupted(pages):
    pages.run("faces")
    pages.watch.begin("tab")
    pages.watch.drawn("tab", "faces", 0.5, again=False)
    assert pages.after(1000) == []
    pages.watch.end("tab")
    assert pages.after(LATE_S + 1) == ["tab"]


def test_what_a_page_no_longer_shows_is_not_waited_for(pages):
    pages.run("progress")
    pages.run()
    assert pages.after(1000) == []


def test_a_tab_that_nobody_sees_is_asked_less_and_less_often(pages):
    pages.run("faces")
    waited = []
    for _ in range(6):
        seconds = 0
        while not pages.after(1):
            seconds += 1
        waited.append(seconds)
        pages.run("faces")
    assert waited == sorted(waited) and waited[0] < waited[1]
    assert waited[-1] <= LATEST_S + 1
    pages.beat("faces")
    assert pages.after(LATE_S + 1) == ["tab"], "it is seen again"


def test_a_closed_tab_is_forgotten(pages):
    pages.there.clear()
    pages.run("faces")
    assert pages.after(1000) == []
    assert pages.after(1000) == []
    assert pages.drawn == ["tab"]


def test_tabs_do_not_count_for_each_other(pages):
    pages.there.add("other")
    pages.run("faces")
    pages.run("faces", session_id="other")
    pages.now_s += LATE_S
    pages.beat("faces", session_id="other")
    assert pages.after(1) == ["tab"]
