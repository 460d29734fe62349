"""Everything that was given is accounted for: cases 78 and 81 to 84."""

import io
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from fer.batch.plan import plan_batch
from fer.cli import DONE, FAILED, main
from fer.dataset.prepare import folder_files
from fer.dataset.readers.folders import read_folder
from fer.errors import ChangedInputError, DamagedInputError, MissingInputError
from fer.photos import analyze_photos
from fer.pipeline import load_components
from fer.records import GivenFile
from fer.settings import Settings
from fer.sources import archives
from fer.sources.account import account, lost
from fer.sources.archives import open_archive
from fer.sources.finding import FoundFile, files_below, find_inputs, survey, zip_files
from fer.sources.opening import safe_path
from tests.helpers.clips import clip, ramp

FAST = ("--no-action-units",)


def encoded(picture: Image.Image, form: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def gray() -> bytes:
    """A photo without a face."""
    return encoded(Image.new("RGB", (64, 64), "gray"))


@pytest.fixture(scope="module")
def film() -> bytes:
    """A clip without a face."""
    return clip(ramp(4))


def put(folder: Path, **files: bytes) -> None:
    for name, data in files.items():
        path = folder / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_nothing_given_needs_no_account(tmp_path):
    assert account([]) == []
    assert account([GivenFile("a.jpg", "image", "read")]) == []
    empty = survey([])
    assert (empty.found, empty.lost) == ((), ())
    (left,) = survey([tmp_path]).lost
    assert left.code == "input_missing"
    with pytest.raises(ValueError, match="fate"):
        GivenFile("a", "image", "eaten")


def test_case_78_whatever_is_passed_over_is_counted_and_named(tmp_path, gray, film, capsys):
    given = tmp_path / "given"
    put(
        given,
        a_DOT_jpg=encoded(Image.new("RGB", (32, 32)), "JPEG"),
        b_DOT_tif=encoded(Image.new("L", (9, 9)), "TIFF"),
    )
    put(
        given,
        d_DOT_mp4=film,
        notes_DOT_txt=b"about the photos",
        e_DOT_jp2=encoded(Image.new("L", (9, 9)), "JPEG2000"),
    )
    put(
        given,
        f_DOT_jpg=b"",
        g_DOT_jpg=b"not a photo at all",
        h_DOT_wmv=b"\x30\x26\xb2\x75",
        _DOT_DS_Store=b"x",
    )
    put(given, i_DOT_rm=b".RMF\0\0\0\x12" + bytes(99), cut_DOT_png=gray[:50])
    os.mkfifo(given / "pipe.jpg")
    out = tmp_path / "out"
    assert main(["analyze", str(given), "--out", str(out), *FAST]) == FAILED
    printed, errors = capsys.readouterr()
    assert "11 files were given: 3 read, 1 passed over, 7 could not be read." in printed
    missed = {"notes.txt", "e.jp2", "f.jpg", "g.jpg", "h.wmv", "i.rm", "cut.png", "pipe.jpg"}
    for name in missed:
        assert f"error: {name}: " in errors
        assert f"{name}: " in printed
    assert "Nothing was left out" not in printed
    assert "[input_empty]" in errors
    assert "RealMedia video, which is not read here: convert it to MP4" in errors
    report = json.loads((out / "photos.json").read_text())
    fates = {file["name"]: file["fate"] for file in report["source"]["given"]}
    assert {name for name, fate in fates.items() if fate not in ("read", "read_in_part")} == missed
    assert report["summary"]["files_lost"] == len(missed)
    assert f"{len(missed)} of the 10 files that were given" in report["summary"]["left_out_text"]
    page = (out / "photos.html").read_text()
    assert all(name in page for name in missed)
    # The video's report names what was passed over beside it too.
    assert "notes.txt" in (out / "d.html").read_text()


def test_case_78_only_good_files_are_no_loss(tmp_path, gray, film, capsys):
    put(tmp_path, a_DOT_png=gray, b_DOT_mp4=film, Thumbs_DOT_db=b"x", sub___DOT_hidden=b"x")
    assert main(["analyze", str(tmp_path), *FAST]) == DONE
    printed, errors = capsys.readouterr()
    assert "2 files were given: 2 read." in printed
    assert "error" not in errors


def test_case_78_a_link_to_a_folder_is_named(tmp_path, gray):
    put(tmp_path, a_DOT_png=gray)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [file.name for file in survey([tmp_path]).lost] == ["loop"]


def test_case_78_what_was_read_and_could_not_be_written_is_not_called_unreadable():
    full = GivenFile("a.mp4", "video", "refused", "the disk is full.", "output")
    first, second = account([full, GivenFile("b.mp4", "video", "read")])
    assert first == "2 files were given: 1 read, 1 read, but its results could not be written."
    assert second == "Read, but its results could not be written: a.mp4: the disk is full."
    assert lost([full]) == (full,)


def test_case_78_a_link_to_nothing_and_a_pipe_say_what_they_are(tmp_path, gray):
    put(tmp_path, a_DOT_png=gray)
    (tmp_path / "gone.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(tmp_path / "pipe.mp4")
    reasons = {file.name: file.reason for file in survey([tmp_path]).lost}
    assert "a link to a file that is not there" in reasons["gone.jpg"]
    assert "a device or a pipe" in reasons["pipe.mp4"]


@pytest.mark.parametrize(
    ("start", "name"),
    [
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07\1\0", "RAR"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"BZh9", "bzip2"),
    ],
)
def test_case_78_an_archive_that_is_not_opened_is_named(tmp_path, start, name):
    put(tmp_path, footage_DOT_bin=start + bytes(200))
    (left,) = survey([tmp_path]).lost
    assert (left.fate, left.kind) == ("refused", "unknown")
    assert f"a {name} archive, which is not read here: unpack it" in left.reason


@pytest.mark.parametrize(
    "mark", ["[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF"], ids=["Word", "LibreOffice", "Java"]
)
def test_case_83_a_document_is_no_zip_file_of_photos(tmp_path, gray, mark):
    document = {mark: b"<xml/>", "word/media/logo.png": gray}
    put(tmp_path, consent_DOT_docx=zipped(document), a_DOT_png=gray, photos_DOT_zip=zipped({"b.png": gray}))
    seen = survey([tmp_path])
    assert [file.label for file in seen.found] == ["a.png", "photos.zip/b.png"]
    (left,) = seen.lost
    assert (left.name, left.fate) == ("consent.docx", "passed_over")
    (given,) = survey([tmp_path / "consent.docx"]).lost
    assert (given.fate, given.code) == ("refused", "input_unsupported")


@pytest.mark.parametrize("where", ["disk", "memory"])
def test_case_83_the_directory_of_a_zip_file_is_read_once_and_not_for_every_member(
    tmp_path, gray, monkeypatch, where
):
    data = zipped({f"{k}.png": gray for k in range(40)})
    put(tmp_path, photos_DOT_zip=data)
    opened = []
    monkeypatch.setattr(archives, "open_archive", lambda file: opened.append(1) or open_archive(file))
    files = list(zip_files(data if where == "memory" else tmp_path / "photos.zip"))
    assert [file.content() for file in files] == [gray] * 40
    assert len(opened) == 1
    (tmp_path / "photos.zip").write_bytes(zipped({"0.png": gray + b"other"}))
    if where == "disk":
        assert files[0].content() == gray + b"other"


def test_case_105_a_member_that_is_packed_by_another_method_is_not_called_damaged(gray):
    data = zipped({"a.png": gray}, zipfile.ZIP_DEFLATED)
    for place, mark in ((8, b"PK\3\4"), (10, b"PK\1\2")):
        at = data.index(mark) + place
        data = data[:at] + b"\x09\0" + data[at + 2 :]  # Deflate64, which Windows takes for large files
    (left,) = zip_files(data)
    assert "packed by a method that is not read here" in left.reason


def test_case_81_the_path_below_the_given_folder_stays(tmp_path, gray, film, capsys):
    given = tmp_path / "given"
    put(
        given,
        P01__webcam_DOT_mp4=film,
        P02__webcam_DOT_mp4=film,
        P01__clip_DOT_mp4=film,
        P01__clip_DOT_png=gray,
    )
    put(given, P02__face_DOT_png=gray, P02__clip_DOT_png=gray)
    out = tmp_path / "out"
    assert main(["analyze", str(given), "--out", str(out), *FAST]) == DONE
    made = {str(path.relative_to(out)) for path in out.rglob("*.csv")}
    assert made == {"P01/webcam.csv", "P02/webcam.csv", "P01/clip.csv", "photos.csv"}
    assert set(pd.read_csv(out / "P02/webcam.csv")["source"]) == {"P02/webcam.mp4"}
    photos = set(pd.read_csv(out / "photos.csv")["source"])
    assert photos == {"P01/clip.png", "P02/clip.png", "P02/face.png"}


def test_case_81_a_clip_beside_a_photo_of_its_name_keeps_both(tmp_path, gray, film):
    put(tmp_path, clip_DOT_mp4=film, clip_DOT_png=gray)
    out = tmp_path / "out"
    assert (
        main(["analyze", str(tmp_path / "clip.mp4"), str(tmp_path / "clip.png"), "--out", str(out), *FAST])
        == DONE
    )
    assert {path.name for path in out.glob("*.csv")} == {"clip.mp4.csv", "clip.png.csv"}


def test_case_81_files_of_one_name_are_told_apart(tmp_path, gray):
    put(tmp_path, P01__a_DOT_png=gray, P02__a_DOT_png=gray, Q__P01__a_DOT_png=gray)
    found = survey([tmp_path / "P01", tmp_path / "P02/a.png", tmp_path / "Q/P01/a.png"]).found
    assert len({file.label for file in found}) == 3


def test_case_82_a_wildcard_that_the_shell_left_is_expanded(tmp_path, gray, film):
    put(tmp_path, a_DOT_png=gray, b_DOT_png=gray, c_DOT_mp4=film)
    found = survey([str(tmp_path / "*.png")])
    assert [file.label for file in found.found] == ["a.png", "b.png"]
    (left,) = survey([str(tmp_path / "*.jpg")]).lost
    assert "no file matches" in left.reason
    put(tmp_path, **{"[1]_DOT_png": gray})  # a name that only looks like a wildcard
    assert [file.label for file in survey([tmp_path / "[1].png"]).found] == ["[1].png"]


def test_case_83_names_that_stand_twice_in_a_zip_are_all_read(tmp_path, gray):
    other = encoded(Image.new("RGB", (8, 8), "black"))
    names = ["P1/a.png", "P1/a.png", "p1/A.png", "P1\\a.png"]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for k, name in enumerate(names):
            archive.writestr(name, other if k % 2 else gray)
    put(tmp_path, all_DOT_zip=file.getvalue())
    for found in (list(zip_files(file.getvalue())), survey([tmp_path / "all.zip"]).found):
        assert [one.label for one in found] == ["P1/a.png", "P1/a.png (2)", "p1/A.png", "P1/a.png (3)"]
        assert [one.content() for one in found] == [gray, other, gray, other]
    (_, again, *_) = plan_batch(str(tmp_path), out=str(tmp_path / "out")).recordings[0].files
    assert again.content() == other
    (tmp_path / "all.zip").write_bytes(zipped({"P1/a.png": gray}))
    with pytest.raises(ChangedInputError, match="changed"):
        found[1].content()


def test_case_105_a_cut_zip_is_not_taken_for_the_zip_inside_it(tmp_path, gray):
    whole = zipped({"a.png": gray, "inner.zip": zipped({"b.png": gray}), "c.png": gray})
    assert len(list(zip_files(whole))) == 3
    for end in range(len(whole) - 21, len(whole) - 200, -30):
        with pytest.raises(DamagedInputError, match="cut off"):
            list(zip_files(whole[:end]))


def test_case_78_what_systems_put_beside_pictures_is_not_looked_at(tmp_path, gray):
    put(tmp_path, a_DOT_png=gray, mine__b_DOT_png=gray)
    for folder in ("$RECYCLE.BIN", "@eaDir/a.png", "System Volume Information", "#recycle", "__MACOSX"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "SYNOPHOTO_THUMB_M.png").write_bytes(gray)
    seen = survey([tmp_path])
    assert ([file.label for file in seen.found], seen.lost) == (["a.png", "mine/b.png"], ())
    packed = zipped({"@eaDir/a.png/THUMB.png": gray, "a.png": gray})
    assert [file.label for file in zip_files(packed)] == ["a.png"]


def test_case_83_a_zip_of_clips_is_read_like_a_folder(tmp_path, gray, film, capsys):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {
            "P01/clip.mp4": film,
            "P02/clip.mp4": film,
            "P02/a.png": gray,
            "readme.txt": b"hello",
            "__MACOSX/._a.png": b"x",
            "inner.zip": b"PK\3\4" + bytes(30),
            "broken.jpg": b"",
        }.items():
            archive.writestr(name, data)
    out = tmp_path / "out"
    assert main(["analyze", str(path), "--out", str(out), *FAST]) == FAILED
    assert {str(p.relative_to(out)) for p in out.rglob("*.csv")} == {
        "P01/clip.csv",
        "P02/clip.csv",
        "P02/a.csv",
    }
    printed, _ = capsys.readouterr()
    assert "6 files were given: 3 read, 2 passed over, 1 could not be read." in printed


def test_case_84_notes_of_photos_reach_every_output(tmp_path, gray, capsys):
    pages = [Image.new("L", (40, 30), level) for level in (10, 200)]
    put(
        tmp_path,
        scan_DOT_tif=encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]),
        a_DOT_png=gray,
    )
    out = tmp_path / "out"
    assert main(["analyze", str(tmp_path), "--out", str(out), *FAST]) == DONE
    said = "The TIFF holds 2 pages: only the first was read."
    assert said in capsys.readouterr().out
    assert said in (out / "photos.html").read_text()
    source = json.loads((out / "photos.json").read_text())["source"]
    assert source["notes"] == [f"scan.tif: {said}"]
    assert [file["fate"] for file in source["given"]] == ["read", "read_in_part"]


def test_a_photo_that_cannot_be_unpacked_costs_its_own_row_only(gray):
    def broken() -> bytes:
        from fer.errors import DamagedInputError

        raise DamagedInputError("It is damaged.")

    components = load_components(Settings(), still=True)
    batch = analyze_photos([("a", broken), ("b", lambda: gray)], components=components)
    assert [file.fate for file in batch.report.timeline.source.given] == ["refused", "read"]
    assert [file.name for file in lost(batch.report.timeline.source.given)] == ["a"]


def test_case_81_names_of_one_folder_that_look_the_same_show_no_outer_folder(tmp_path, gray):
    place, other = tmp_path / "anna" / "P01", tmp_path / "anna" / "P02"
    put(place, a_DOT_png=gray)
    (place / "a\n.png").write_bytes(gray)
    assert {file.label for file in survey([place]).found} == {"a.png", "a.png (2)"}
    put(other, a_DOT_png=gray)
    labels = {file.label for file in survey([place, other]).found}
    assert labels == {"P01/a.png", "P01/a.png (2)", "P02/a.png"}


def test_case_78_a_folder_that_may_not_be_read_costs_only_itself(tmp_path, gray, monkeypatch):
    """As `lost+found` on a disk, or the bin of another user."""
    put(tmp_path, a_DOT_png=gray, closed__b_DOT_png=gray, open__c_DOT_png=gray)
    scan = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    seen = survey([tmp_path])
    assert [file.label for file in seen.found] == ["a.png", "open/c.png"]
    (left,) = seen.lost
    assert (left.name, left.fate, left.code) == ("closed", "refused", "input_missing")
    assert "check its permissions" in left.reason
    (whole,) = survey([tmp_path / "closed"]).lost
    assert (whole.name, whole.fate) == ("closed", "refused")
    # A data set of which a part is missing would be another one.
    for whole_or_nothing in (lambda: find_inputs([tmp_path]), lambda: files_below(tmp_path)):
        with pytest.raises(MissingInputError, match="closed cannot be read"):
            whole_or_nothing()
    for read in (read_folder, folder_files):
        with pytest.raises(MissingInputError, match="closed cannot be read"):
            read(tmp_path)


@pytest.mark.parametrize(
    ("stored", "extra", "name"),
    [
        ("Mu\u0308ller.png".encode(), b"", "Mu\u0308ller.png"),  # macOS
        ("Müller.png".encode("cp437"), b"", "Müller.png"),  # Windows
        (b"\xe9t\xe9.png", b"", "ΘtΘ.png"),  # cannot be known
        (b"\x82t\x82.png", "лето.png".encode(), "лето.png"),  # WinZip, Info-ZIP
    ],
)
def test_case_100_names_in_a_zip_have_their_true_letters(gray, stored, extra, name):
    file = io.BytesIO()
    plain = "n" * len(stored)
    member = zipfile.ZipInfo(plain)
    if extra:
        field = b"\1" + struct.pack("<I", zlib.crc32(stored)) + extra
        member.extra = struct.pack("<HH", 0x7075, len(field)) + field
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, gray)
    data = file.getvalue().replace(plain.encode(), stored)
    (found,) = zip_files(data)
    assert isinstance(found, FoundFile)
    assert found.label == name
    assert found.content() == gray
    assert [label for label, _ in archives.read_zip(data)] == [name]


def test_labels_of_paths_keep_folders_and_nothing_else():
    assert safe_path("../P01/webcam.mp4") == "P01/webcam.mp4"
    assert safe_path("/etc/passwd") == "etc/passwd"
    assert safe_path("a\\b\u202e\n.jpg") == "a/b.jpg"
    assert safe_path("../..") == "unnamed"
    assert find_inputs([]) == []
