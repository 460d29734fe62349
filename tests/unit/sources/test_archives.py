"""Zip files with pictures: members, names, limits."""

import io
import struct
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer.errors import (
    DamagedInputError,
    EmptyInputError,
    InputError,
    MissingInputError,
    TooLargeInputError,
    UnsupportedInputError,
)
from fer.sources import archives, read_image, read_zip


def photo(value: int = 0, form: str = "PNG") -> bytes:
    """A small picture of one colour."""
    file = io.BytesIO()
    Image.fromarray(np.full((8, 10, 3), value, np.uint8)).save(file, form)
    return file.getvalue()


def packed(members: dict[str, bytes] | list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items() if isinstance(members, dict) else members:
            archive.writestr(name, data)
    return file.getvalue()


def labels(data: bytes | Path) -> list[str]:
    return [label for label, _ in read_zip(data)]


def test_an_empty_input_and_an_empty_archive_are_refused(tmp_path):
    with pytest.raises(EmptyInputError):
        read_zip(b"")
    with pytest.raises(UnsupportedInputError, match="no picture"):
        read_zip(packed({}))
    with pytest.raises(MissingInputError):
        read_zip(tmp_path / "no.zip")


def test_members_come_out_as_they_went_in(tmp_path):
    photos = {"a.png": photo(1), "b.jpg": photo(2, "JPEG"), "c.webp": photo(3, "WEBP")}
    data = packed(photos)
    assert dict(read_zip(data)) == photos
    path = tmp_path / "photos.zip"
    path.write_bytes(data)
    assert dict(read_zip(path)) == dict(read_zip(str(path))) == photos


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_usual_compression_works(method):
    assert list(read_zip(packed({"a.png": photo()}, method))) == [("a.png", photo())]


def test_only_pictures_come_out_and_folders_are_passed_over():
    members = {
        "folder/": b"",
        "folder/a.png": photo(1),
        "no_suffix": photo(2),
        "notes.txt": b"only a text",
        "evil.csv": b"emotion,pixels,Usage\n",
        "__MACOSX/folder/._a.png": b"\0\5\x16\7",
        "folder/.hidden.png": photo(3),
        "inner.zip": packed({"b.png": photo(4)}),
    }
    assert labels(packed(members)) == ["a.png", "no_suffix"]


def test_case_15_one_bad_photo_does_not_stop_the_others():
    members = {f"{n:03d}.png": photo(n) for n in range(200)}
    members["077.png"] = b"this is no photo"
    read, refused = [], []
    for label, data in read_zip(packed(members)):
        try:
            read.append(read_image(data, name=label).frame.source)
        except InputError:
            refused.append(label)
    assert len(read) == 199
    assert refused == ["077.png"]


def test_case_15_a_member_with_damaged_content_is_one_error_among_good_ones():
    first, second = photo(10), np.random.default_rng(0).bytes(3000)
    data = packed([("a.png", first), ("b.png", second), ("c.png", first)], zipfile.ZIP_STORED)
    place = data.find(second) + 1000
    damaged = data[:place] + b"damaged!" + data[place + 8 :]
    assert list(read_zip(damaged)) == [("a.png", first), ("b.png", b""), ("c.png", first)]
    with pytest.raises(EmptyInputError):
        read_image(b"")


def test_case_42_names_that_climb_out_become_labels(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = [
        "../../evil.png",
        "/etc/passwd.png",
        "..\\..\\boot.png",
        "C:\\win.png",
        "a/../../b.png",
        "=cmd.png",
    ]
    data = packed([(name, photo()) for name in names])
    assert labels(data) == ["evil.png", "passwd.png", "boot.png", "win.png", "b.png", "=cmd.png"]
    assert list(tmp_path.iterdir()) == []


def test_names_of_different_folders_stay_apart():
    data = packed(
        [("x/1.png", photo(1)), ("y/1.png", photo(2)), ("z/1.png", photo(3)), ("x" * 300 + ".png", photo())]
    )
    assert labels(data) == ["1.png", "1.png (2)", "1.png (3)", "x" * 120]


def test_case_42_a_bomb_is_refused_before_anything_is_unpacked(monkeypatch):
    bomb = packed({"a.png": photo(), "b.bmp": b"BM" + bytes(archives.BOMB_BYTES)})
    assert len(bomb) < 100_000
    monkeypatch.setattr(archives, "_read", lambda *_: pytest.fail("something was unpacked"))
    with pytest.raises(TooLargeInputError, match="bomb"):
        read_zip(bomb)


def test_case_42_a_white_bitmap_is_no_bomb():
    bitmap = photo(255, "BMP")[:54] + b"\xff" * 1_000_000
    data = packed({"white.bmp": bitmap})
    assert len(data) * archives.MAX_RATIO < len(bitmap)
    assert list(read_zip(data)) == [("white.bmp", bitmap)]


def test_case_42_the_total_and_the_count_are_limited(monkeypatch):
    data = packed({f"{n}.png": photo() for n in range(20)})
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 100)
    with pytest.raises(TooLargeInputError, match="unpacks to more"):
        read_zip(data)
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 10_000_000)
    assert len(labels(data)) == 20
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    with pytest.raises(TooLargeInputError, match="more than 10 entries"):
        read_zip(data)


@pytest.mark.parametrize("form", ["plain", "64-bit", "disguised"])
def test_case_42_a_directory_of_millions_is_refused_before_it_is_read(monkeypatch, form):
    data = packed({"a.png": photo()})
    directory = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    entries = directory * 100_000
    length = len(entries)
    short = 1 if form == "64-bit" else length
    # A second signature inside of the record hides it from a careless search.
    place = 0x06054B50 if form == "disguised" else len(data)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, short, place, 0)
    if form == "64-bit":
        record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 20, 20, 0, 0, 1, 1, length, len(data))
        locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(data) + length, 1)
        end = record + locator + end
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the directory was read"))
    with pytest.raises(TooLargeInputError, match="entries"):
        read_zip(data + entries + end)


def test_a_member_that_unpacks_to_more_than_it_declares_gives_no_more():
    content = photo() + bytes(5000)
    data = bytearray(packed({"a.png": content}))
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        struct.pack_into("<I", data, data.find(signature) + offset, 100)
    ((_, got),) = read_zip(bytes(data))
    assert len(got) <= 100


def test_an_encrypted_archive_is_refused():
    data = bytearray(packed({"a.png": photo(), "b.png": photo()}))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.rfind(signature) + offset] |= 1
    with pytest.raises(UnsupportedInputError, match="password"):
        read_zip(bytes(data))


@pytest.mark.parametrize("data", [photo(), b"only a text", b"Rar!\x1a\x07\x01\0" + bytes(50)])
def test_other_files_named_zip_are_refused(data):
    with pytest.raises(UnsupportedInputError, match="zip"):
        read_zip(data)


def test_a_cut_archive_is_refused_and_random_damage_raises_nothing_else():
    data = packed({f"{n}.png": photo(n) for n in range(5)})
    with pytest.raises(DamagedInputError):
        read_zip(data[: len(data) // 2])
    rng = np.random.default_rng(2)
    read = refused = 0
    for _ in range(150):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 4):
            broken[place] = rng.integers(0, 256)
        try:
            read += all(isinstance(content, bytes) for _, content in read_zip(bytes(broken)))
        except InputError:
            refused += 1
    assert read + refused == 150
    assert min(read, refused) > 0
