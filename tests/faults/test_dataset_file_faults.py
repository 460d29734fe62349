"""Data sets as users bring them: damaged, foreign, hostile, or very long. Cases of the fault catalogue."""

import gzip
import tracemalloc
import zlib

import numpy as np
import pytest

from fer.dataset import faces
from fer.dataset.faces import FaceCollector, FaceDataset
from fer.dataset.readers import csv_rows, zipped
from fer.dataset.readers.fer2013 import VOTE_COLUMNS, read_dataset, read_ferplus, seen_before
from fer.dataset.repeats import count_repeats
from fer.errors import (
    DamagedInputError,
    DatasetError,
    EmptyInputError,
    FerError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.sources import archives
from fer.training.rows import load_rows
from tests.helpers.bad_data import PIXELS, ROW, csv_bytes, png, zip_bytes


@pytest.fixture
def read(tmp_path):
    def read_bytes(content, name="data.csv"):
        (tmp_path / name).write_bytes(content)
        return read_dataset(tmp_path / name)

    return read_bytes


def assert_sentence(caught):
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text and "Error" not in text


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: zip_bytes({"x.csv": text})])
@pytest.mark.parametrize("name", ["fer2013.csv", "fer2013.csv.gz", "data.zip", "data"])
def test_the_content_and_not_the_name_decides(read, pack, name):
    data = read(pack(csv_bytes(ROW, f"0,{PIXELS}")), name)
    assert data.labels.tolist() == [3, 0]
    assert data.images.shape == (2, 48, 48) and data.images.dtype == np.uint8


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: zip_bytes({"x.csv": text})])
def test_case_31_empty_and_header_only(read, pack):
    for content in (b"", b"\n\n", b"\xef\xbb\xbf"):
        with pytest.raises(EmptyInputError) as caught:
            read(pack(content))
        assert_sentence(caught)
    with pytest.raises(DatasetError, match="No row follows the header"):
        read(pack(csv_bytes()))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_case_32_a_foreign_encoding_is_read(read, encoding):
    data = read(csv_bytes(ROW, ROW).decode().encode(encoding))
    assert (len(data), data.n_rejected) == (2, 0)


def test_case_32_a_byte_order_mark_is_fine(read):
    assert len(read(b"\xef\xbb\xbf" + csv_bytes(ROW))) == 1


def test_case_33_ragged_rows_are_rejected_with_their_number(read):
    data = read(csv_bytes(ROW, "3", f"{ROW},Training,more", ROW))
    assert data.rows.tolist() == [0, 3]
    assert data.rejected == (
        "row 1: it has 1 cell where the header has 2",
        "row 2: it has 4 cells where the header has 2",
    )


def test_case_33_quoted_cells_are_read_and_an_open_quote_is_said(read):
    assert read(csv_bytes(f'"3","{PIXELS}"', header='"emotion","pixels"')).labels.tolist() == [3]
    with pytest.raises(DamagedInputError, match="quotation mark"):
        read(csv_bytes(ROW, f'3,"{PIXELS}', *[ROW] * 40))


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("emotion,Usage", "lacks the column pixels"),
        ("a,b", "lacks the columns emotion and pixels"),
        ("pixels", "test.csv"),
        ("emotion,emotion,pixels", "column emotion twice"),
        ("emotion,pixels, pixels", "column pixels twice"),
    ],
)
def test_case_34_missing_and_doubled_columns_are_named(read, header, said):
    with pytest.raises(DatasetError, match=said) as caught:
        read(csv_bytes(ROW, header=header))
    assert_sentence(caught)


@pytest.mark.parametrize("label", ["-1", "7", "NaN", "happy", "", "3.0", "9" * 5000, "\u0663"])
def test_case_35_wrong_labels_are_rejected_and_counted(read, label):
    data = read(csv_bytes(f"{label},{PIXELS}", ROW))
    assert data.rows.tolist() == [1]
    assert data.n_rejected == 1
    assert data.rejected[0].startswith("row 0: the label") and len(data.rejected[0]) < 80


@pytest.mark.parametrize(
    "pixels",
    [
        PIXELS[:-2],
        f"{PIXELS} 7",
        f"{PIXELS[:-1]}256",
        f"{PIXELS[:-1]}-1",
        f"{PIXELS[:-1]}x",
        f"{PIXELS} x",
        f"{PIXELS[:-1]}7.5",
        f"{PIXELS[:-1]}{'9' * 30}",
        f"{PIXELS[:-1]}nan",
        "",
        "  ",
    ],
)
def test_case_36_wrong_pixels_are_rejected_and_counted(read, pixels):
    data = read(csv_bytes(f"3,{pixels}", ROW))
    assert data.rows.tolist() == [1]
    assert data.n_rejected == 1
    assert "2304 numbers from 0 to 255" in data.rejected[0]


def test_case_36_the_extremes_are_kept(read):
    pixels = " ".join(["0", "255"] * 1152)
    assert read(csv_bytes(f"3, {pixels} ")).images.reshape(-1, 2)[0].tolist() == [0, 255]


def test_a_file_without_a_usable_row_says_why(read):
    with pytest.raises(DatasetError, match="the label '7' is not 0 to 6"):
        read(csv_bytes(f"7,{PIXELS}"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lambda text: zip_bytes({"x.csv": text})])
def test_case_37_a_long_line_is_refused_before_it_is_read(read, monkeypatch, pack):
    monkeypatch.setattr(csv_rows, "MAX_LINE_CHARACTERS", 20_000)
    endless = pack(csv_bytes(ROW, "3," + "7 " * 4_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeInputError, match="20,000 characters") as caught:
            read(endless)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert_sentence(caught)
    assert peak < 6_000_000


def test_case_38_many_rows_take_little_more_than_their_pixels(read, tmp_path):
    n = 4000
    with gzip.open(tmp_path / "long.csv.gz", "wb", compresslevel=1) as file:
        file.write(b"emotion,pixels\n")
        for k in range(n):
            file.write(f"{k % 9},{PIXELS}\n".encode())
    read(csv_bytes(ROW))  # what loads once is not counted
    tracemalloc.start()
    try:
        data = read_dataset(tmp_path / "long.csv.gz")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(data) + data.n_rejected == n
    assert data.n_rejected == 2 * (n // 9)
    assert len(data.rejected) == faces.MAX_REASONS
    assert peak < 2 * n * 2304


def test_case_38_more_rows_than_the_limit_are_refused(read, monkeypatch):
    monkeypatch.setattr(faces, "MAX_ROWS", 3)
    assert len(read(csv_bytes(ROW, ROW, ROW))) == 3
    with pytest.raises(TooLargeInputError, match="more than 3 rows"):
        read(csv_bytes(ROW, "9,1", ROW, ROW))


def test_case_38_the_buffer_grows_and_keeps_its_rows():
    collector = FaceCollector()
    for k in range(2500):
        collector.add(np.full(2304, k % 251, np.uint8), k % 7, "Training")
    data = collector.finish("x")
    assert (data.images[:, 0, 0] == np.arange(2500) % 251).all()
    assert (data.images[:, 47, 47] == np.arange(2500) % 251).all()


def test_case_38_split_names_cannot_fill_the_memory(read, monkeypatch):
    monkeypatch.setattr(faces, "MAX_SPLITS", 2)
    rows = [f"{ROW},{split}" for split in ("a", "b", "c", "a", "x" * 50)]
    data = read(csv_bytes(*rows, header="emotion,pixels,Usage"))
    assert data.usage.tolist() == ["a", "b", "a"]
    assert data.n_rejected == 2


def test_case_39_one_class_is_not_trained_on(tmp_path):
    trainer = pytest.importorskip("fer.training.trainer")
    one = FaceDataset(np.zeros((8, 48, 48), np.uint8), np.full(8, 3), np.full(8, "Training"), np.arange(8))
    with pytest.raises(DatasetError, match="one class"):
        trainer.Trainer(trainer.Plan(epochs=1), one, one, tmp_path)


def repeated():
    levels = np.array([1, 1, 2, 2, 3, 1, 4], np.uint8)
    usage = np.array(["Training"] * 3 + ["PublicTest"] * 2 + ["PrivateTest"] * 2)
    images = levels[:, None, None] * np.ones((7, 48, 48), np.uint8)
    return FaceDataset(images, np.arange(7), usage, np.arange(7))


def test_case_40_repeats_are_counted_within_and_across_splits():
    repeats = count_repeats(repeated())
    assert repeats.within == {"Training": 1}
    assert repeats.across == {("PublicTest", "Training"): 1, ("PrivateTest", "Training"): 1}
    assert repeats.sentences()[0] == "1 picture of PublicTest stands pixel for pixel in Training too"
    assert count_repeats(repeated().where([0, 2, 4])).sentences() == ()
    assert count_repeats(repeated().where([])).sentences() == ()


def test_case_40_training_and_evaluation_say_so(read, tmp_path, capsys):
    from fer.cli.network.evaluate import _show_warnings

    rows = [f"{ROW},Training", f"{ROW},PublicTest", f"9,{PIXELS},Training"]
    data = read(csv_bytes(*rows, header="emotion,pixels,Usage"), "fer.csv")
    note = load_rows(tmp_path / "fer.csv", None).note
    assert note.startswith("1 row rejected (the first one, row 2: the label '9'")
    assert "1 picture of PublicTest stands pixel for pixel in Training too" in note
    _show_warnings(data)
    shown = capsys.readouterr().out
    assert "row 2" in shown and "warning: 1 picture of PublicTest" in shown


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "a/..\\..\\evil.csv", "C:/evil.csv"])
def test_case_42_names_that_lead_out_are_refused(read, name):
    with pytest.raises(UnsupportedInputError, match="lead out") as caught:
        read(zip_bytes({"train.csv": csv_bytes(ROW), name: b"x"}))
    assert_sentence(caught)


def test_case_42_bombs_are_refused(read, monkeypatch):
    with pytest.raises(TooLargeInputError, match="bomb"):
        read(zip_bytes({"x.csv": bytes(archives.BOMB_BYTES + 1)}))
    monkeypatch.setattr("fer.dataset.readers.fer2013.BOMB_BYTES", 1000)
    with pytest.raises(TooLargeInputError, match="bomb"):
        read(gzip.compress(csv_bytes(*["9,1"] * 200_000)))
    monkeypatch.setattr(zipped, "MAX_MEMBERS", 3)
    with pytest.raises(TooLargeInputError, match="more than 3 entries"):
        read(zip_bytes({f"happy/{k}.png": b"" for k in range(4)}))


def test_case_42_which_csv_of_a_zip_is_read(read):
    others = {"README.txt": b"hello", "__MACOSX/._train.csv": b"\0\1", "example_submission.csv": b"id\n1\n"}
    assert len(read(zip_bytes({**others, "fer/train.csv": csv_bytes(ROW)}))) == 1
    with pytest.raises(DatasetError, match=r"2 CSV files \(train.csv, test.csv\)"):
        read(zip_bytes({"train.csv": csv_bytes(ROW), "test.csv": csv_bytes(PIXELS, header="pixels")}))
    with pytest.raises(DatasetError, match="neither"):
        read(zip_bytes({**others, "a.txt": b""}))
    with pytest.raises(DatasetError, match="neither"):
        read(zip_bytes({}))


def test_case_42_folders_inside_a_zip(read):
    members = {
        "data/train/happy/a.png": png(),
        "data/test/Sad/a.jpg": png(),
        "data/test/sad/b.png": b"nonsense",
        "data/test/smug/c.png": png(),
        "data/test/sad/.DS_Store": b"x",
        "data/README.md": b"x",
    }
    data = read(zip_bytes(members))
    assert data.usage.tolist() == ["train", "test"]
    assert data.labels.tolist() == [3, 4]
    assert (data.images == 50).all()
    assert [reason.split(":")[0] for reason in data.rejected] == ["b.png", "c.png"]
    assert read(zip_bytes({"happy/a.png": png()})).usage.tolist() == ["all"]


@pytest.mark.parametrize(
    "content",
    [
        b"\0\1\2\3" * 50,
        csv_bytes(ROW, "3,\0"),
        bytes(range(256)) * 20,
        png(),
        b"\x1f\x8bnonsense",
        b"PK\x03\x04nonsense",
        gzip.compress(csv_bytes(ROW), mtime=0)[:-20],
        gzip.compress(csv_bytes(ROW, ROW), mtime=0)[:12] + b"\xff" * 40,
        zip_bytes({"x.csv": csv_bytes(ROW)})[:-30],
    ],
)
def test_case_43_binary_and_damaged_files_are_one_sentence(read, content):
    with pytest.raises(FerError) as caught:
        read(content)
    assert_sentence(caught)


def test_case_43_a_damaged_member_of_a_zip(read):
    content = bytearray(zip_bytes({"x.csv": csv_bytes(ROW)}))
    content[40:60] = b"\xff" * 20
    with pytest.raises(DamagedInputError, match="cut off or damaged"):
        read(bytes(content))


def test_case_43_random_bytes_never_give_another_error(read):
    rng = np.random.default_rng(0)
    for head in (b"", b"emotion,pixels\n", b"\x1f\x8b\x08\0", b"PK\x03\x04"):
        for _ in range(25):
            with pytest.raises(FerError):
                read(head + rng.bytes(300))
    with pytest.raises(FerError):
        read(zlib.compress(csv_bytes(ROW)))


@pytest.mark.parametrize("content", [b"\0\1\2", b"a,b\n1,2\n", b"\xff\xfe\xff", b"", b"a\n1,2\n1,2,3,4\n"])
def test_votes_that_cannot_be_read_are_one_sentence(tmp_path, content):
    (tmp_path / "votes.csv").write_bytes(content)
    with pytest.raises(FerError) as caught:
        read_ferplus(tmp_path / "votes.csv")
    assert_sentence(caught)
    with pytest.raises(FerError):
        read_ferplus(tmp_path / "nothing.csv")


def test_votes_that_are_words_are_refused(tmp_path):
    (tmp_path / "votes.csv").write_text(",".join((*VOTE_COLUMNS, "Image name")) + "\n" + "x," * 8 + "a.png\n")
    with pytest.raises(DatasetError, match="holds numbers"):
        read_ferplus(tmp_path / "votes.csv")


def test_seen_before_of_nothing():
    empty = np.zeros((0, 48, 48), np.uint8)
    assert seen_before(empty, empty).shape == (0,)
