import pytest

from fer.batch.manifest import DONE, FAILED, Manifest, database_of
from fer.errors import OutputError, SettingsError
from tests.helpers import postgres


@pytest.fixture(autouse=True)
def _no_database(monkeypatch):
    monkeypatch.delenv("FER_DATABASE_URL", raising=False)


@pytest.fixture
def manifest(tmp_path):
    made = Manifest(database_of(str(tmp_path)), str(tmp_path))
    yield made
    made.close()


def test_a_new_one_knows_nothing(manifest):
    assert not manifest.exists
    assert manifest.rows() == []
    assert manifest.pieces() == []


def test_what_was_written_is_there_for_the_next_run(manifest, tmp_path):
    manifest.begin("videos", "settings")
    row = manifest.add("a.mp4", "a", "video")
    manifest.piece_begun(row.key, 0)
    manifest.piece_ended(row.key, 0, "done", worker="w", seconds=1.0, frames=7)
    manifest.set(row.key, state=DONE, pieces=1, frames=7)
    failed = manifest.add("b.mp4", "b", "video")
    manifest.set(failed.key, state=FAILED, reason="It is damaged.", code="input_damaged")
    again = Manifest(database_of(str(tmp_path)), str(tmp_path))
    assert again.exists
    assert again.made_with == "settings"
    assert [(r.label, r.state, r.frames, r.reason) for r in again.rows()] == [
        ("a.mp4", DONE, 7, ""),
        ("b.mp4", FAILED, 0, "It is damaged."),
    ]
    assert again.pieces() == [("a.mp4", 0, "done")]
    again.close()


def test_two_batches_in_one_database_do_not_see_each_other(tmp_path):
    address = f"sqlite:///{tmp_path}/all.sqlite"
    one, other = Manifest(address, "one"), Manifest(address, "other")
    one.begin("videos", "")
    one.add("a.mp4", "a", "video")
    assert not other.exists
    other.begin("videos", "")
    assert other.rows() == []
    one.close()
    other.close()


def test_the_last_beginning_of_a_piece_is_the_one_that_ends(manifest):
    manifest.begin("videos", "")
    row = manifest.add("a.mp4", "a", "video")
    manifest.piece_begun(row.key, 0)
    manifest.piece_begun(row.key, 0)
    manifest.piece_ended(row.key, 0, "done")
    assert [outcome for *_, outcome in manifest.pieces()] == ["begun", "done"]


def test_a_database_that_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(OutputError):
        Manifest(f"sqlite:///{tmp_path}/nowhere/x.sqlite", "out")


@pytest.mark.slow
def test_the_list_may_lie_in_postgresql(tmp_path):
    pytest.importorskip("psycopg", reason="needs psycopg (requirements-dev.txt)")
    if postgres.programs() is None:
        pytest.skip(postgres.NEEDED)
    with postgres.running_postgres() as (address, _):
        made = Manifest(address, "out")
        made.begin("videos", "settings")
        row = made.add("a.mp4", "a", "video")
        made.piece_begun(row.key, 0)
        made.piece_begun(row.key, 0)
        made.piece_ended(row.key, 0, "done", worker="w", seconds=1.0, frames=7)
        assert made.pieces() == [("a.mp4", 0, "begun"), ("a.mp4", 0, "done")]
        made.close()


def test_the_environment_names_the_database(monkeypatch):
    monkeypatch.setenv("FER_DATABASE_URL", "postgresql://host/all")
    assert database_of("s3://bucket/out") == "postgresql://host/all"
    assert database_of("out", "sqlite:///x") == "sqlite:///x"


def test_results_at_an_address_need_a_database():
    with pytest.raises(SettingsError):
        database_of("s3://bucket/out")
    assert database_of("s3://bucket/out", "sqlite:///x") == "sqlite:///x"
