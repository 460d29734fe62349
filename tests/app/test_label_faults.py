"""Cases 31 to 43 of the fault catalogue for a table of own labels: ``fer evaluate`` and the Labels page."""

import csv
import json

import numpy as np
import pytest

from fer.cli import main
from fer.dataset.readers import labeled
from fer.dataset.readers.labeled import read_labeled_files
from fer.emotion.network import EmotionNetwork
from fer.evaluation.own_labels import own_labels, own_labels_csv
from fer.io.csv import FORMULA_STARTS
from pages.ui.app import session
from pages.ui.app.uploads import Upload
from pages.ui.work.photos import PhotoUploads
from tests.helpers.app import finished, give, open_page, texts
from tests.helpers.bad_data import Bad, noise, png, zip_bytes

HEADER = "file,label"


def table(*rows: str) -> bytes:
    return "\n".join((HEADER, *rows, "")).encode()


def bundle(*rows: str, **pictures: bytes) -> bytes:
    """A zip file of a table and its pictures, named a, b, ... in the call."""
    return zip_bytes({"labels.csv": table(*rows)} | {f"{k}.png": data for k, data in pictures.items()})


FILES = (
    Bad(31, "empty", "labels.csv", b"", "input_empty", "empty"),
    Bad(31, "header only", "labels.csv", table(), "dataset", "No row follows the header"),
    Bad(32, "cut UTF-16", "labels.csv", table("a.png,sad").decode().encode("utf-16")[:-1], "", "UTF-8"),
    Bad(33, "ragged", "labels.csv", table("a.png,sad,3"), "input_damaged", "Line 2"),
    Bad(34, "no label", "labels.csv", b"file,label,label\na.png,sad,sad\n", "input_damaged", "twice"),
    Bad(37, "long line", "labels.csv", table("a" * 70_000 + ",sad"), "input_too_large", "more than 65,536"),
    Bad(
        42,
        "leads out",
        "labels.zip",
        zip_bytes({"labels.csv": table("a.png,sad"), "../../evil.csv": b"x"}),
        "input_unsupported",
        "lead out",
    ),
    Bad(42, "bomb", "labels.zip", bundle("a.png,sad", a=bytes(70_000_000)), "input_too_large", "bomb"),
    Bad(
        42,
        "two tables",
        "labels.zip",
        zip_bytes({"a.csv": table("a.png,sad"), "b.csv": table("a.png,sad")}),
        "dataset",
        "2 CSV files",
    ),
    Bad(43, "NUL", "labels.csv", table("a.png,sa\0d"), "input_damaged", "binary data"),
    Bad(43, "cut zip", "labels.zip", bundle("a.png,sad", a=noise(1))[:-30], "input_damaged", "cut off"),
    Bad(43, "cut member", "labels.csv", table("a.png,sad"), "dataset", "not among the files"),
)


@pytest.fixture(scope="module")
def page():
    """The Labels page, opened once."""
    return open_page("pages/labels.py")


@pytest.fixture(scope="module")
def network() -> EmotionNetwork:
    return EmotionNetwork()


def on_page(page, name: str, content: bytes):
    app = finished(give(page, session.LABELED, PhotoUploads((Upload(name, content),))))
    assert not app.exception
    return app


@pytest.fixture
def evaluated(tmp_path, capsys):
    """``fer evaluate`` on this content: exit status, output, errors, figures."""

    def run(name: str, content: bytes, *more: str) -> tuple[int, str, str, dict]:
        (tmp_path / name).write_bytes(content)
        out = tmp_path / "figures.json"
        capsys.readouterr()
        status = main(
            ["evaluate", "--data", str(tmp_path / name), "--cropped", "--json", str(out), "--force", *more]
        )
        printed, error = capsys.readouterr()
        return status, printed, error, json.loads(out.read_text()) if out.exists() else {}

    return run


@pytest.mark.parametrize("bad", FILES, ids=[f"case {bad.case} {bad.what}" for bad in FILES])
def test_case_31_to_43_a_table_that_cannot_be_used_is_refused_on_page_and_command(bad, page, evaluated):
    said = texts(on_page(page, bad.name, bad.content))
    assert f"Code: {bad.code}" in said and bad.said in said
    status, _, error, figures = evaluated(bad.name, bad.content)
    assert status == 1 and not figures
    [line] = error.splitlines()
    assert bad.said in line and f"[{bad.code}" in line


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (b"", "not a readable image"),
        (b"7 " * 2303, "not a readable image"),
        (noise(1)[:60], "not a readable image"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 300, "not a readable image"),
    ],
    ids=["empty", "pixels as text", "cut", "broken"],
)
def test_case_36_a_picture_that_cannot_be_read_is_one_rejected_row(page, evaluated, picture, said):
    content = bundle("a.png,happy", "b.png,sad", a=picture, b=noise(2))
    app = on_page(page, "labels.zip", content)
    assert "of 1 label" in app.subheader[0].value
    assert f"a.png: {said}" in texts(app)
    status, printed, error, figures = evaluated("labels.zip", content)
    assert status == 1 and "1 pictures" in printed
    assert error.strip() == f"left out: a.png: {said}"
    assert figures["n_rejected"] == 1


def test_case_36_a_picture_of_any_size_is_read(evaluated):
    content = bundle("a.png,happy", "b.png,sad", a=png(side=1), b=png(side=700))
    assert evaluated("labels.zip", content)[0] == 0


def test_case_38_a_table_without_end_is_refused_before_it_fills_the_memory(page, evaluated, monkeypatch):
    monkeypatch.setattr(labeled, "MAX_MEMBERS", 3)
    rows = table(*["a.png,sad"] * 4)
    assert "more than 3 rows" in texts(on_page(page, "labels.csv", rows))
    assert "more than 3 rows" in evaluated("labels.csv", rows)[2]
    monkeypatch.setattr(labeled, "MAX_TABLE_BYTES", 30)
    assert "no CSV of file and label" in texts(on_page(page, "labels.csv", rows + b"\n"))
    assert "[input_too_large]" in evaluated("labels.csv", rows)[2]


def test_case_39_a_single_class_is_scored_and_said(page, evaluated):
    content = bundle("a.png,happy", "b.png,happy", a=noise(1), b=noise(2))
    sentence = "Every label is happy: kappa and macro-F1 say nothing about the others"
    app = on_page(page, "labels.zip", content)
    assert sentence in texts(app) and "nan" not in texts(app)
    status, printed, _, figures = evaluated("labels.zip", content)
    assert status == 0 and f"warning: {sentence}" in printed
    assert figures["scores"]["n"] == 2


def test_case_40_a_picture_that_stands_there_twice_is_said(page, evaluated):
    content = bundle(
        *("a.png,happy", "b.png,sad", "c.png,sad", "d.png,sad"),
        a=noise(1),
        b=noise(1),
        c=noise(2),
        d=noise(2),
    )
    said = texts(on_page(page, "labels.zip", content))
    printed = evaluated("labels.zip", content)[1]
    for sentence in (
        "Pictures that repeat an earlier one and count again: 2",
        "Rows whose picture stands there with another label too: 2",
    ):
        assert f"{sentence}." in said and f"warning: {sentence}" in printed


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_case_41_no_exported_cell_is_a_formula(page, network, start):
    name = f"{start}cmd|x.png"
    # No table can name a file that starts with a blank; a folder in a zip file can hold one.
    named = (
        {f"happy/{name}": noise(1)}
        if start.isspace()
        else {"labels.csv": table(f"{name},happy"), name: noise(1)}
    )
    content = zip_bytes(named)
    app = on_page(page, f"{start}labels.zip", content)
    assert "of 1 label" in app.subheader[0].value
    found = own_labels(read_labeled_files([("x.zip", content)]), network)
    cells = list(csv.reader(own_labels_csv(found).splitlines()))[1]
    assert not any(cell.startswith(FORMULA_STARTS) for cell in cells)


def test_case_42_a_name_in_the_table_opens_nothing(tmp_path, page, evaluated):
    (tmp_path.parent / "outside.png").write_bytes(noise(3))
    rows = table("../outside.png,happy", f"{tmp_path.parent}/outside.png,sad", "/etc/passwd,sad")
    status, _, error, _ = evaluated("labels.csv", rows)
    assert status == 1 and "not among the files" in error
    assert "not among the files" in texts(on_page(page, "labels.csv", rows))


def test_the_page_that_met_all_of_them_still_scores_labels(page):
    content = bundle(*(f"{k}.png,happy" for k in "ab"), a=noise(1), b=noise(2))
    app = on_page(page, "good.zip", content)
    assert "of 2 labels" in app.subheader[0].value
    assert np.isfinite(float(app.dataframe[0].value.shape[0]))
