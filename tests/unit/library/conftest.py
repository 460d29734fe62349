"""A library on SQLite and one on a real PostgreSQL: every test that takes `library` runs on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fer.library import Library
from fer.library.database import driven
from tests.helpers import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[tuple[str, Path]]:
    """Address and data folder of a running server."""
    pytest.importorskip("psycopg", reason="needs psycopg (requirements-dev.txt)")
    if postgres.programs() is None:
        pytest.skip(postgres.NEEDED)
    with postgres.running_postgres() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Folder and address of an empty library."""
    if request.param == "sqlite":
        yield tmp_path / "data", ""
        return
    url = driven(request.getfixturevalue("postgres_server")[0])
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS test"))
        connection.execute(text("CREATE DATABASE test"))
    server.dispose()
    yield tmp_path / "data", url.set(drivername="postgresql", database="test").render_as_string()


@pytest.fixture
def library(place: tuple[Path, str]) -> Iterator[Library]:
    """An empty library."""
    found = Library(*place)
    yield found
    found.close()
