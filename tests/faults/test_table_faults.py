"""Tables: whatever a spreadsheet, a script or another program wrote is read, and in bounded memory."""

import csv
import io
import json
import tracemalloc
import unicodedata
import zipfile

import numpy as np
import openpyxl
import pytest

from fer.action_units.baseline import baselines_from_json
from fer.action_units.table import CODES
from fer.cli import FAILED, main
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS, is_ferplus, read_dataset, read_vote_counts
from fer.dataset.readers.labeled import read_labeled_files
from fer.emotion.footage_scaling import scaling_from_json
from fer.errors import DatasetError, FerError, InputError, TooLargeInputError
from fer.export.csv import sheet_of, to_csv
from fer.io.csv import escape_formula, unescape_formula
from fer.io.guesses import told_guesses
from fer.io.names import comparable_name
from fer.io.spreadsheet import FORMS, SEMICOLON, XLSX, Sheet, as_bytes, as_csv
from fer.io.table import Columns, Numbers, Table, header_of, read_columns
from fer.records import SourceInfo
from fer.sources.archives import read_zip
from fer.timeline.foreign_units import read_foreign
from fer.timeline.markers import read_markers
from fer.timeline.persons import persons_from_json
from fer.timeline.read import read_timeline_csv
from tests.helpers.bad_data import PIXELS, csv_bytes, noise, zip_bytes
from tests.helpers.factories import make_photos, make_timeline


def as_xlsx(sheet: Sheet) -> bytes:
    """The table as XLSX."""
    return as_bytes(sheet, XLSX)


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")
VOTES_HEADER = ",".join(("Usage", "Image name", *ALL_VOTE_COLUMNS))


def named(text: str) -> bool:
    """The one column of text in these tables."""
    return text == "name"


def peak(work) -> int:
    """Most bytes that Python held while it worked; what it raises is its own matter."""
    tracemalloc.start()
    try:
        work()
    except FerError:
        pass
    finally:
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return top


def test_an_empty_table_is_refused_and_a_header_alone_is_a_table_without_rows():
    with pytest.raises(InputError, match="empty"):
        read_columns(b"")
    assert len(read_columns(b"a,b\n")) == 0
    assert header_of(b"") == []


@pytest.mark.parametrize(
    "text",
    [
        "Müller",
        "ÄÖÜ",
        "níño",
        "Zoë;Björn;Søren;Åsa",
        "20 °C;±3;µV",
        "«créée» – “naïve”…",
        "ÜBERRASCHUNG",
        "Ñáñez",
    ],
)
def test_case_102_short_texts_of_western_europe_are_read_and_the_guess_is_said(text):
    with told_guesses() as said:
        read = read_columns(f"name\n{text.replace(';', chr(10))}\n".encode("cp1252"))
    assert (read.encoding, read.texts) == ("cp1252", {"name": text.split(";")})
    (sentence,) = said
    assert "is not in UTF-8" in sentence
    with told_guesses() as said:
        read_columns(f"name\n{text}\n".encode())
    assert said == []


@pytest.mark.parametrize("before", [0, 90_000], ids=["at once", "in a later piece"])
@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Иванов\nПетрова"),
        ("koi8-r", "Радость\nгнев"),
        ("gb18030", "王芳\n李娜"),
        ("cp932", "山田太郎\n鈴木花子"),
        ("big5", "陳美玲\n林志豪"),
        ("cp949", "김철수\n이영희"),
        ("cp1253", "Γιώργος\nΜαρία"),
    ],
)
def test_case_102_other_encodings_without_a_mark_are_refused_and_never_garbled(encoding, text, before):
    data = f"name\n{'plain name' * 2}\n".encode() + b"x\n" * before + f"{text}\n".encode(encoding)
    with pytest.raises(InputError, match="save it as UTF-8"):
        read_columns(data)
    assert header_of(data) == ["name"]
    assert read_columns(text.encode()).names == [text.split()[0]]


def test_case_102_the_command_line_says_what_was_guessed(tmp_path, capsys):
    (tmp_path / "a.csv").write_bytes("name,x\nMüller,1\n".encode("cp1252"))
    assert main(["table", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "b.csv").read_text("utf-8").splitlines()[1] == "Müller,1"
    assert "note: The CSV file is not in UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_case_102_every_encoding_and_delimiter_gives_the_same_table(encoding, delimiter):
    text = 'name;value\r\nÄpfel;1,5\r\n"Zwei\nZeilen";-0,25\r\n'.replace(";", delimiter)
    read = read_columns(text.encode(encoding), is_text=named)
    assert read.texts == {"name": ["Äpfel", "Zwei\nZeilen"]}
    assert read.numbers["value"].tolist() == [1.5, -0.25]
    assert read.lines.tolist() == [2, 4]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        (" 7 ", 7.0),
        ("\u22121,5", -1.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1\u00a0234,5", 1234.5),
        ("1e-3", 0.001),
        ("1,5E2", 150.0),
        ("1 234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("12\u202f345\u202f678", 12_345_678.0),
    ],
)
def test_case_102_numbers_as_they_are_written_somewhere(text, value):
    assert Numbers()(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "NaN", "nan", "NA", "#N/A", "-nan(ind)", "null", ".", "-", "#DIV/0!", "<NA>"]
)
def test_case_102_a_missing_number_is_not_a_number(text):
    assert np.isnan(Numbers()(text))


@pytest.mark.parametrize(
    "text", ["1_000", "inf", "1e999", "9" * 400, "9" * 5000, "1,2,3", "1.2.3", "x", "0x1", "1 2", "12 34"]
)
def test_case_102_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError):
        Numbers()(text)


def test_case_102_a_comma_that_may_separate_thousands_is_never_guessed():
    """An English spreadsheet writes "1,234" for 1234; between semicolons it is 1.234."""
    table = 'name,value\na,"{}"\nb,"{}"\n'
    with pytest.raises(InputError, match=r"Line 2 .* '1,234' .* may separate thousands"):
        read_columns(table.format("1,234", "2").encode(), is_text=named)
    for first, numbers in (("0,033", [0.033, 1.234]), ("12,5", [12.5, 1.234]), ("-0,125", [-0.125, 1.234])):
        read = read_columns(table.format(first, "1,234").encode(), is_text=named)
        assert read.numbers["value"].tolist() == numbers
    assert read_columns(b"name;value\na;1,234\n", is_text=named).numbers["value"].tolist() == [1.234]
    with pytest.raises(InputError, match="may separate thousands"):
        read_markers(b'name,start_s\na,"1,234"\n')


def test_case_102_points_and_commas_in_one_table_are_refused_and_named():
    with pytest.raises(InputError, match=r"Line 3 .* '1\.5' .* 'value'.* mixed"):
        read_columns(b"name;value\na;1,5\nb;1.5\n", is_text=named)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name;a, b;c, d\nx;1;2\n", ["name", "a, b", "c, d"]),
        ("name;a,b\nx;1\n", ["name", "a,b"]),
        ("a, b;c\n1,5;2,5\n", ["a, b", "c"]),
        ("a,b;c,d\n1,2,3\n", ["a", "b;c", "d"]),
        ('"a;b","c;d","e;f;g"\n1,2,3\n', ["a;b", "c;d", "e;f;g"]),
        ("a;b", ["a", "b"]),
    ],
)
def test_case_102_commas_in_the_names_of_columns_do_not_separate_them(text, names):
    assert Table(io.BytesIO(text.encode())).header == names


@pytest.mark.parametrize(
    ("start", "said"),
    [(b"PK\3\4\x14\0", "spreadsheet"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"), (b"%PDF-1.7\n", "PDF")],
)
def test_case_43_a_file_of_another_kind_is_named_and_told_to_be_saved_as_csv(start, said):
    with pytest.raises(InputError, match=rf"{said}.*save the table as CSV"):
        read_columns(start + bytes(300))


def test_case_102_what_a_spreadsheet_adds_does_not_matter():
    read = read_columns(b"sep=;\n\nname;value;;\na;1;;\n;;;\nb;2\n", is_text=named)
    assert (read.texts["name"], read.numbers["value"].tolist()) == (["a", "b"], [1, 2])
    old = read_columns(b"name,value\ra,1\rb,2\r", is_text=named)
    assert old.texts["name"] == ["a", "b"]


def test_case_102_a_timeline_that_went_through_a_spreadsheet_is_the_same():
    timeline = make_timeline({1: [("happy", 0.3)], 2: [("sad", 0.2)]})
    through = as_bytes(sheet_of(timeline), SEMICOLON)
    assert through.startswith(b"\xef\xbb\xbfsource;frame;") and b"\r\n" in through
    assert to_csv(read_timeline_csv(through)) == to_csv(timeline)
    assert to_csv(read_timeline_csv(through.decode().encode("utf-16"))) == to_csv(timeline)


@pytest.mark.parametrize("openface", [True, False])
def test_case_102_other_programs_tables_with_semicolons_and_decimal_commas(openface):
    names = [f"{code}_r" if openface else code for code in CODES]
    rows = [
        ["frame", "timestamp", *names],
        ["1", "0,04", *["0,5"] * len(names)],
        ["2", "0,08", *["0,75"] * len(names)],
    ]
    comma = "\n".join(",".join(cell.replace(",", ".") for cell in row) for row in rows)
    semicolon = "\n".join(";".join(row) for row in rows)
    plain, local = read_foreign(comma.encode()), read_foreign(semicolon.encode("utf-16"))
    assert np.array_equal(plain.intensity, local.intensity, equal_nan=True)
    assert local.intensity.max() == 0.75 and local.time_s.tolist() == [0.04, 0.08]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_case_102_fer2013_and_the_votes_with_semicolons(encoding):
    data = read_dataset(f"emotion;pixels;Usage\n3;{PIXELS};Training\n".encode(encoding))
    assert (data.labels.tolist(), data.usage.tolist()) == ([3], ["Training"])
    votes = (VOTES_HEADER + "\nTraining,fer1.png,5,0,0,0,0,0,0,0,5,0\n").replace(",", ";").encode(encoding)
    assert is_ferplus(votes)
    assert read_vote_counts(votes).tolist() == [[5, 0, 0, 0, 0, 0, 0, 0, 5, 0]]


NAMES = (
    "Zoë/Ärger.PNG",
    unicodedata.normalize("NFD", "Zoë/Ärger.PNG"),
    "zoë/ärger.png",
    "Zoë\\Ärger.PNG",
    "./Zoë/Ärger.PNG",
)


@pytest.mark.parametrize("written", NAMES)
@pytest.mark.parametrize("stored", [NAMES[0], NAMES[1]])
def test_case_100_a_name_is_found_however_it_is_written(stored, written):
    files = zip_bytes({stored: noise(1), "labels.csv": f"file,label\n{written},sad\n".encode()})
    faces = read_labeled_files([("x.zip", files)])
    assert (len(faces), faces.n_rejected) == (1, 0)
    assert comparable_name(stored) == comparable_name(written)


def test_case_100_a_name_that_fits_two_pictures_is_not_guessed():
    members = {"a/x.png": noise(1), "b/X.png": noise(2), "c/y.png": noise(3)}
    files = zip_bytes(members | {"labels.csv": b"file,label\nx.png,sad\nb/x.png,happy\ny.png,sad\n"})
    faces = read_labeled_files([("x.zip", files)])
    assert len(faces) == 2
    assert "2 pictures have this name" in faces.rejected[0]


def test_case_101_named_pictures_that_are_missing_are_said_to_be_missing(tmp_path, capsys):
    table = b"file,label\nanna.jpg,happy\nben.jpg,sad\n"
    with pytest.raises(DatasetError) as caught:
        read_labeled_files([("labels.csv", table)])
    (tmp_path / "labels.csv").write_bytes(table)
    assert main(["evaluate", "--data", str(tmp_path / "labels.csv")]) == FAILED
    for said in (caught.value.message, capsys.readouterr().err):
        assert "anna.jpg" in said and "pixels" not in said and "not among" in said


@pytest.mark.parametrize(
    "table",
    [
        ",".join(ALL_VOTE_COLUMNS).encode() + b",Image name" + b",x" * 1_000_000 + b"\n",
        VOTES_HEADER.encode() + b"\n" + b"1\n" * 2_000_000,
        b"1\n" * 4_000_000,
        VOTES_HEADER.encode() + b"\n" + b"T,a.png" + b",1" * 10 + b"," * 3_000_000,
        b'"' + b"x\n" * 3_000_000,
    ],
    ids=["columns", "short rows", "rows only", "one row", "open quote"],
)
def test_case_103_votes_of_any_shape_are_refused_in_little_memory(table):
    with pytest.raises(FerError):
        read_vote_counts(table)
    assert peak(lambda: read_vote_counts(table)) < 12_000_000


def test_case_103_a_table_with_more_rows_than_it_may_have_is_refused_at_once():
    with pytest.raises(TooLargeInputError, match="100 rows"):
        read_columns(b"a,b\n" + b"1,2\n" * 200_000, max_rows=100)


DEEP = "[" * 3000 + "]" * 3000
JSON_READERS = {
    "persons": lambda text: persons_from_json(text, SourceInfo("a", "video")),
    "neutral faces": lambda text: baselines_from_json(text),
    "calibration": lambda text: scaling_from_json(text.encode()),
}


@pytest.mark.parametrize("read", JSON_READERS.values(), ids=JSON_READERS)
@pytest.mark.parametrize(
    "text",
    [
        DEEP,
        '{"format": ' + DEEP + "}",
        "9" * 400,
        '{"format": "fer-baselines", "codes": '
        + json.dumps(list(CODES))
        + ', "faces": {"1": '
        + "9" * 5000
        + "}}",
        '{"format": "fer-footage-calibration", "prior": [' + "9" * 400 + '], "temperature": 1, "n_tags": 3}',
        '{"format": "fer-footage-calibration", "prior": [1,1,1,1,1,1,1], "temperature": '
        + "9" * 400
        + ', "n_tags": 1}',
        '{"format": "fer-footage-calibration", "prior": [1,1,1,1,1,1,1], "temperature": 1, "n_tags": 1e400}',
        '{"format": "fer-persons", "version": 1e400}',
        "\udcff",
        "null",
    ],
    ids=range(10),
)
def test_case_104_numbers_without_end_and_deep_nests_are_one_sentence(read, text):
    with pytest.raises(InputError) as caught:
        read(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if "\udcff" in text else text)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("digits", [20, 400, 5000])
def test_case_104_votes_of_many_digits_are_refused(digits):
    row = f"Training,a.png,{'9' * digits}" + ",0" * 9
    with pytest.raises(FerError):
        read_vote_counts(f"{VOTES_HEADER}\n{row}\n".encode())


def test_case_105_a_zip_damaged_anywhere_in_memory_is_one_sentence_or_read():
    data = zip_bytes({"happy/a.png": noise(1), "sad/b.png": noise(2), "x.csv": csv_bytes(f"3,{PIXELS}")})
    rng = np.random.default_rng(5)
    places = [*range(len(data) - 250, len(data)), *rng.integers(0, len(data), 150)]
    for place in places:
        for value in (0, 255):
            broken = bytearray(data)
            broken[place] = value
            for read in (
                lambda content: read_dataset(content, name="x.zip"),
                lambda content: read_labeled_files([("x.zip", content)]),
                lambda content: list(read_zip(content)),
            ):
                try:
                    read(bytes(broken))
                except FerError as error:
                    assert error.message.endswith(".")


def test_case_105_a_directory_that_points_before_the_file_is_said_to_be_damaged():
    data = bytearray(zip_bytes({"fer2013.csv": csv_bytes(f"3,{PIXELS}")}))
    end = data.rfind(b"PK\x05\x06")
    data[end + 16 : end + 20] = (2**31).to_bytes(4, "little")
    with pytest.raises(InputError, match="damaged"):
        read_dataset(bytes(data), name="x.zip")
    with pytest.raises(InputError):
        list(read_zip(bytes(data)))


def test_case_105_a_file_without_a_name_in_a_zip_is_said_to_be_damaged():
    data = zip_bytes({"a.png": noise(1)}).replace(b"a.png", b"\0.png")
    for read in (lambda: read_dataset(data, name="x.zip"), lambda: list(read_zip(data))):
        with pytest.raises(InputError, match="without a name"):
            read()


HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@a",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "'=1",
    "''=1",
    "a;=1",
    "a,@x",
    "a|-b",
    "a;'=1",
    "a=b",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_case_41_no_cell_begins_a_formula_wherever_it_is_split_and_the_text_comes_back(text):
    escaped = escape_formula(text)
    assert unescape_formula(escaped) == text
    for sign in ",;|":
        assert not any(
            part.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for part in escaped.split(sign)
        )


@pytest.mark.parametrize("text", HOSTILE)
def test_case_41_no_cell_of_an_xlsx_is_a_formula(text):
    [row] = list(
        openpyxl.load_workbook(io.BytesIO(as_xlsx(Sheet(["a"], [[text]], frozenset("a")))))["Table"]
    )[1:]
    assert (
        row[0].data_type in ("s", "inlineStr", "n") and (row[0].value or "").replace("_x000D_", "\r") == text
    )
    with zipfile.ZipFile(io.BytesIO(as_xlsx(Sheet(["a"], [[text]], frozenset("a"))))) as archive:
        assert not any(b"<f" in archive.read(name) for name in archive.namelist() if "sheets/" in name)


def test_case_102_numbers_of_an_xlsx_are_numbers_and_a_full_sheet_goes_on(monkeypatch):
    timeline = make_timeline({1: [("happy", 0.3)]})
    monkeypatch.setattr("fer.io.xlsx.MAX_SHEET_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet_of(timeline))))
    assert [page.max_row for page in book.worksheets] == [3, 2]
    header, *rows = ([cell.value for cell in row] for page in book.worksheets for row in page)
    at = header.index("time_s")
    assert [row[at] for row in rows if row[0] != "source"] == pytest.approx([0, 0.1, 0.2])
    assert isinstance(rows[0][header.index("frame")], int)


def test_case_77_an_empty_table_is_a_valid_file_in_every_form():
    empty = sheet_of(make_timeline({}))
    for form in FORMS:
        data = as_bytes(empty, form)
        if form == XLSX:
            assert openpyxl.load_workbook(io.BytesIO(data)).active.max_row == 1
        else:
            assert header_of(data) == list(empty.header)


def test_what_no_text_can_hold_does_not_stop_a_table():
    sheet = Sheet(["name"], [["a\ud800\x01b"], ["x" * 40_000]], frozenset(["name"]))
    rows = list(openpyxl.load_workbook(io.BytesIO(as_xlsx(sheet))).active)
    assert rows[1][0].value == "a\\ud800b" and len(rows[2][0].value) == 32_767
    assert b"\\ud800" in as_bytes(sheet, SEMICOLON)


def test_names_of_photos_are_read_again_from_every_kind_of_csv():
    names = ("=a.jpg", "b;=c.jpg", "ü.jpg", "x,y.jpg", "'q'.jpg")
    sheet = sheet_of(make_photos({name: ["happy"] for name in names}))
    for data in (as_bytes(sheet, SEMICOLON), as_csv(sheet).encode()):
        assert read_timeline_csv(data).table["source"].tolist() == list(names)


@pytest.mark.parametrize("seed", range(4))
def test_random_damage_of_a_table_is_a_table_or_one_sentence(seed):
    good = to_csv(make_timeline({1: [("happy", 0.5)]})).encode("utf-8-sig" if seed % 2 else "utf-16")
    rng = np.random.default_rng(seed)
    for _ in range(150):
        broken = bytearray(good)
        for place in rng.integers(0, len(good), 3):
            broken[place] = rng.integers(0, 256)
        try:
            assert isinstance(read_columns(bytes(broken)), Columns)
            read_timeline_csv(bytes(broken))
        except InputError as error:
            assert error.message.endswith(".")


def test_rows_come_one_by_one():
    table = Table(io.BytesIO(b"a,b\n1,2\n\n3\n"))
    assert (table.header, list(table), table.line) == (["a", "b"], [["1", "2"], ["3"]], 4)
    assert list(csv.reader(["a,b"])) == [["a", "b"]]


def test_a_table_of_photos_in_which_no_photo_shows_one_face_says_so(tmp_path, capsys):
    (tmp_path / "gray.png").write_bytes(noise(1))
    (tmp_path / "labels.csv").write_text("file,label\ngray.png,sad\n")
    assert main(["evaluate", "--data", str(tmp_path / "labels.csv")]) == FAILED
    said = capsys.readouterr().err
    assert (
        "No row in 'labels.csv' holds a label and a photo that shows one face (the first one, gray.png"
        in said
    )
