"""A tab that is loaded anew finds what the one before it has left; nobody else does."""

import pytest

from pages.ui.app import lifetime
from pages.ui.app.jobs import JobRegistry
from pages.ui.app.lifetime import GRACE_S, Caretaker


class Server:
    """Tabs that are connected, and a clock that the test moves."""

    def __init__(self, *, waits: bool = True) -> None:
        self.now, self.open, self.closed = 0.0, set(), []
        self.registry = JobRegistry(workers=1)
        self.caretaker = Caretaker(
            self.registry,
            connected=lambda tab: tab in self.open,
            close=self.closed.append,
            clock=lambda: self.now,
            waits=waits,
        )

    def opens(self, tab: str, visit: str) -> str:
        """A tab is loaded; returns its owner."""
        self.open.add(tab)
        owner = self.caretaker.found_again(visit, tab) or f"owner of {tab}"
        self.caretaker.watch(owner, tab, visit)
        return owner

    def loses(self, tab: str, seconds: float = 0.0) -> list[str]:
        """A tab is closed, and time goes by; returns the owners that are gone."""
        self.open.discard(tab)
        self.now += seconds
        return self.caretaker.look()


def test_a_first_tab_finds_nothing():
    assert Server().caretaker.found_again("anna", "tab 1") is None


@pytest.mark.parametrize("waits", [True, False])
def test_a_reloaded_tab_is_the_one_before_it(waits: bool):
    server = Server(waits=waits)
    mine = server.opens("tab 1", "anna")
    server.registry.keep(mine, "clip", b"bytes")
    server.loses("tab 1", 5.0)
    assert server.opens("tab 2", "anna") == mine
    assert server.closed == ["tab 1"]
    assert server.loses("nothing", GRACE_S) == []
    assert server.registry.kept(mine, "clip") == b"bytes"


def test_nobody_else_finds_it_nor_does_a_second_tab():
    server = Server()
    mine = server.opens("tab 1", "anna")
    assert server.opens("tab 2", "anna") != mine
    server.loses("tab 1")
    assert server.opens("tab 3", "ben") != mine
    assert server.opens("tab 4", "") != mine
    assert server.opens("tab 5", "anna") == mine


def test_the_tab_that_was_left_last_is_found_first():
    server = Server()
    first, second = server.opens("tab 1", "anna"), server.opens("tab 2", "anna")
    server.loses("tab 1")
    server.now += 3.0
    server.caretaker.look()
    server.loses("tab 2")
    assert [server.opens("tab 3", "anna"), server.opens("tab 4", "anna")] == [second, first]


def test_a_tab_with_work_is_found_before_an_empty_one():
    server = Server()
    mine = server.opens("tab 1", "anna")
    server.registry.keep(mine, "clip", b"bytes")
    server.opens("tab 2", "anna")
    server.now += 3.0
    server.loses("tab 1")
    server.caretaker.look()
    server.loses("tab 2", 1.0)
    assert server.opens("tab 3", "anna") == mine


def test_open_work_waits_as_long_as_the_server_lives():
    server = Server()
    mine = server.opens("tab 1", "anna")
    server.registry.keep(mine, "clip", b"bytes")
    assert server.loses("tab 1", GRACE_S) == []
    assert server.closed == ["tab 1"], "Streamlit lets go of the session all the same"
    assert server.loses("nothing", 100 * GRACE_S) == []
    assert server.opens("tab 2", "anna") == mine
    assert server.registry.kept(mine, "clip") == b"bytes"
    assert server.closed == ["tab 1"]


def test_nothing_waits_where_nothing_is_open_or_the_app_is_public():
    server = Server()
    mine = server.opens("tab 1", "anna")
    assert server.loses("tab 1", GRACE_S) == [mine]
    public = Server(waits=False)
    mine = public.opens("tab 1", "anna")
    public.registry.keep(mine, "clip", b"bytes")
    assert public.loses("tab 1", GRACE_S) == [mine]
    assert public.registry.kept(mine, "clip") is None


def test_those_who_have_waited_longest_make_room(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lifetime, "SESSION_BYTES", 250)
    server = Server()
    owners = []
    for name in ("anna", "ben", "carl"):
        owners.append(server.opens(name, name))
        server.registry.keep(owners[-1], "clip", bytes(100))
        server.loses(name, 1.0)
    assert server.loses("nothing", GRACE_S) == [owners[0]]
    assert server.registry.kept(owners[0], "clip") is None
    assert server.registry.kept(owners[2], "clip") is not None
