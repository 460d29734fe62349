"""Cases 31 to 43 of the fault catalogue through the Dataset page, ``fer dataset`` and ``fer train``.

Each is a result with its count of rejected rows, or one sentence with a code, and the next request works.
"""

import json
from pathlib import Path

import pytest

from fer.cli import main
from fer.dataset import faces
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.work.dataset import DatasetSource
from tests.helpers.app import finished, give, open_page, part, texts
from tests.helpers.bad_data import PARTLY, PIXELS, ROW, Bad, csv_bytes, of_case, png, zip_bytes

GOOD = csv_bytes(ROW, f"0,{PIXELS}")


@pytest.fixture(scope="module")
def page():
    """The Dataset page, opened once: it lives through every bad file."""
    return open_page("pages/dataset.py")


def on_page(page, name: str, content: bytes):
    """The page after this upload; the one before is let go."""
    app = finished(give(page, session.DATA, DatasetSource.uploaded(Upload(name, content))))
    assert not app.exception
    return app


def command(capsys, *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, what was printed, and what was said about errors."""
    capsys.readouterr()
    status = main([str(part) for part in arguments])
    return status, *capsys.readouterr()


@pytest.fixture
def refused(page, tmp_path, capsys):
    """Gives a file to page and commands; the codes that they answer with. Nothing is left behind."""

    def check(bad: Bad) -> set[str]:
        said = texts(on_page(page, bad.name, bad.content))
        assert bad.said in said
        codes = {said.partition("Code: ")[2].split()[0]}
        path = tmp_path / bad.name
        path.write_bytes(bad.content)
        out = tmp_path / "out.json"
        for arguments in (
            ("dataset", "--data", path, "--json", out),
            ("train", "--data", path, "--epochs", "1", "--out", tmp_path / "run"),
        ):
            status, _, error = command(capsys, *arguments)
            assert status == 1
            [line] = [line for line in error.splitlines() if line]
            assert bad.said in line
            codes.add(line.rpartition("[")[2].rstrip("]"))
        assert not out.exists()
        assert not list((tmp_path / "run").rglob("*.tflite"))
        return codes

    return check


@pytest.fixture
def partly(page, tmp_path, capsys):
    """Gives a file with one good row to page and command; rows that were read and rejected."""

    def check(bad: Bad) -> tuple[int, int]:
        said = texts(on_page(page, bad.name, bad.content))
        assert "1 row could not be read" in said and bad.said in said
        assert "The only face is happy" in said
        path = tmp_path / bad.name
        path.write_bytes(bad.content)
        status, printed, error = command(capsys, "dataset", "--data", path, "--json", tmp_path / "out.json")
        assert (status, error) == (0, "")
        assert "1 row could not be read" in printed and bad.said in printed
        figures = json.loads((tmp_path / "out.json").read_text())
        return figures["n_rows"], figures["n_rejected"]

    return check


@of_case(31)
def test_case_31_empty_files_are_refused_everywhere(bad, refused):
    assert refused(bad) == {bad.code}


@of_case(32)
def test_case_32_a_foreign_encoding_is_named_everywhere(bad, refused):
    assert refused(bad) == {bad.code}


def test_case_32_a_byte_order_mark_is_fine(page, tmp_path, capsys):
    content = b"\xef\xbb\xbf" + GOOD
    assert "2 faces, as many of each" in texts(on_page(page, "bom.csv", content))
    (tmp_path / "bom.csv").write_bytes(content)
    assert command(capsys, "dataset", "--data", tmp_path / "bom.csv")[0] == 0


@of_case(33)
def test_case_33_a_file_of_ragged_rows_names_the_first(bad, refused):
    assert refused(bad) == {bad.code}


@of_case(34)
def test_case_34_missing_and_doubled_columns_are_named_everywhere(bad, refused):
    assert refused(bad) == {bad.code}


@of_case(35, 36)
def test_case_35_and_36_files_without_a_usable_row_say_why(bad, refused):
    assert refused(bad) == {bad.code}


@of_case(33, 35, 36, among=PARTLY)
def test_case_33_35_36_bad_rows_are_rejected_and_counted(bad, partly):
    assert partly(bad) == (1, 1)


@of_case(37)
def test_case_37_a_long_line_is_refused_everywhere(bad, refused):
    assert refused(bad) == {bad.code}


def test_case_38_more_rows_than_the_limit_are_refused_everywhere(refused, monkeypatch):
    monkeypatch.setattr(faces, "MAX_ROWS", 3)
    rows = csv_bytes(*[ROW] * 4)
    bad = Bad(38, "rows", "long.csv", rows, "input_too_large", "more than 3 rows")
    assert refused(bad) == {bad.code}


def test_case_39_one_class_is_shown_but_not_trained_on(page, tmp_path, capsys):
    rows = csv_bytes(f"{ROW},Training", f"{ROW},PublicTest", header="emotion,pixels,Usage")
    assert "Both faces are happy" in texts(on_page(page, "one.csv", rows))
    (tmp_path / "one.csv").write_bytes(rows)
    assert command(capsys, "dataset", "--data", tmp_path / "one.csv")[0] == 0
    status, _, error = command(
        capsys, "train", "--data", tmp_path / "one.csv", "--epochs", "1", "--out", tmp_path / "run"
    )
    assert status == 1
    assert "one class" in error and "[dataset]" in error


def test_case_40_pictures_in_two_splits_are_said_everywhere(page, tmp_path, capsys):
    rows = csv_bytes(f"{ROW},Training", f"{ROW},PublicTest", header="emotion,pixels,Usage")
    path = tmp_path / "leak.csv"
    path.write_bytes(rows)
    said = texts(part(on_page(page, "leak.csv", rows), "Repeats and leaks"))
    part(page, "Classes")
    assert "**1** picture of PublicTest stands pixel for pixel in Training too" in said
    sentence = "1 picture of PublicTest stands pixel for pixel in Training too"
    assert sentence in command(capsys, "dataset", "--data", path)[1]
    trained = command(capsys, "train", "--data", path, "--epochs", "1", "--out", tmp_path / "run")
    assert sentence in trained[1]
    assert f"warning: {sentence}" in command(capsys, "evaluate", "--data", path)[1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_case_41_a_hostile_name_is_shown_as_it_is_and_never_runs(page, tmp_path, capsys, start):
    name = f"{start}cmd.csv"
    app = on_page(page, name, GOOD)
    assert name in texts(app)
    (tmp_path / name).write_bytes(GOOD)
    out = tmp_path / "out.json"
    assert command(capsys, "dataset", "--data", tmp_path / name, "--json", out)[0] == 0
    assert json.loads(out.read_text())["source"] == name


@of_case(42)
def test_case_42_hostile_zips_are_refused_everywhere(bad, refused):
    assert refused(bad) == {bad.code}


def test_case_42_a_damaged_picture_in_a_zip_is_one_rejected_row(page, tmp_path, capsys):
    content = zip_bytes({"happy/a.png": png(), "sad/b.png": b"nonsense", "smug/c.png": png()})
    said = texts(on_page(page, "x.zip", content))
    assert "2 rows could not be read. The first one, b.png: not a readable image" in said
    (tmp_path / "x.zip").write_bytes(content)
    assert "b.png: not a readable image" in command(capsys, "dataset", "--data", tmp_path / "x.zip")[1]


@of_case(43)
def test_case_43_binary_and_damaged_files_are_refused_everywhere(bad, refused):
    assert refused(bad) == {bad.code}


def test_the_page_that_met_all_of_them_still_reads_a_data_set(page):
    assert "2 faces, as many of each" in texts(on_page(page, "good.csv", GOOD))
