"""Many photos at once: groups, no faces, bad files (cases 12 to 15)."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from fer.photos import analyze_photos
from fer.pipeline import load_components
from fer.sample.clip import NOBODY, expressions_at, sample_frames
from fer.settings import Settings
from fer.sources.account import lost


def png(image: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def components():
    return load_components(Settings(), still=True)


def test_no_photo_gives_an_empty_batch(components):
    batch = analyze_photos([], components=components)
    assert batch.results == ()
    assert len(batch.report.timeline) == 0


def test_case_12_a_photo_without_a_face_has_no_emotion(components):
    gradient = np.tile(np.linspace(0, 255, 320).astype(np.uint8)[None, :, None], (240, 1, 3))
    batch = analyze_photos([("sky.png", png(gradient))], components=components)
    assert len(batch.results[0].observations) == 0
    row = batch.report.timeline.table.iloc[0]
    assert (row["source"], row["quality"], row["emotion"]) == ("sky.png", "no_face", "")


def test_case_13_twenty_faces_are_all_read_and_the_cap_is_said(components, portrait):
    face = portrait[40:240, 130:330]
    wall = np.tile(face, (4, 5, 1))
    batch = analyze_photos([("wall.png", png(wall))], components=components)
    assert len(batch.results[0].observations) == 20
    capped = analyze_photos([("wall.png", png(wall))], Settings(max_faces=6), components=components)
    assert len(capped.results[0].observations) == 6
    assert capped.results[0].notes == ("20 faces were found; the 6 largest were read.",)


def test_case_14_a_tiny_face_is_marked_or_not_found(components, portrait):
    tiny = np.full((300, 300, 3), 120, np.uint8)
    tiny[100:132, 100:132] = portrait[::16, ::16]
    observations = analyze_photos([("tiny.png", png(tiny))], components=components).results[0].observations
    assert all("small" in code for code in observations.quality)


def test_case_15_one_bad_file_costs_one_row(components, portrait):
    good = png(portrait[::2, ::2])
    files = [(f"{k}.png", good) for k in range(5)]
    files.insert(2, ("bad.jpg", b"not a picture"))
    batch = analyze_photos(files, components=components)
    assert [r.name for r in batch.failed] == ["bad.jpg"]
    assert batch.failed[0].error_code == "input_unsupported"
    assert len(batch.report.timeline.table) == 5
    assert batch.report.timeline.table["frame"].tolist() == [0, 1, 3, 4, 5]
    assert [file.name for file in lost(batch.report.timeline.source.given)] == ["bad.jpg"]
    assert batch.report.summary.files_lost == 1


@pytest.mark.slow
def test_case_15_at_full_size_two_hundred_files(components, portrait):
    good = png(portrait[::4, ::4])
    files = [(f"{k}.png", b"" if k == 77 else good) for k in range(200)]
    batch = analyze_photos(files, Settings(), components=components)
    assert len(batch.results) - len(batch.failed) == 199


def in_mode(portrait: np.ndarray, mode: str) -> bytes:
    """The portrait as a PNG or JPEG of another pixel format."""
    file = io.BytesIO()
    if mode == "16-bit":
        gray = np.asarray(Image.fromarray(portrait).convert("L")).astype(np.uint16) * 257
        Image.fromarray(gray).save(file, "PNG")
    elif mode == "CMYK":
        Image.fromarray(portrait).convert("CMYK").save(file, "JPEG", quality=95)
    else:
        Image.fromarray(portrait).convert(mode).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "16-bit", "CMYK"])
def test_case_07_every_pixel_format_gives_the_label_of_rgb8(components, portrait, mode):
    files = [("rgb", png(portrait)), (mode, in_mode(portrait, mode))]
    batch = analyze_photos(files, components=components)
    assert [r.error for r in batch.results] == ["", ""]
    assert batch.report.timeline.table["emotion"].tolist() == ["happy", "happy"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_case_08_every_orientation_gives_the_same_face(components, portrait, orientation):
    transposes = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what the camera did, undone by EXIF
    picture = Image.fromarray(portrait)
    if orientation > 1:
        picture = picture.transpose(Image.Transpose(transposes[orientation]))
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    picture.save(file, "PNG", exif=exif)
    batch = analyze_photos([("a", png(portrait)), ("b", file.getvalue())], components=components)
    a, b = (r.observations for r in batch.results)
    assert a.faces.detections.xyxy == pytest.approx(b.faces.detections.xyxy, abs=0.5)
    assert a.probs == pytest.approx(b.probs, abs=1e-3)


def test_cancelling_keeps_the_photos_read_so_far(components, portrait):
    stop = threading.Event()
    small = png(portrait[::2, ::2])
    batch = analyze_photos(
        [(f"{k}.png", small) for k in range(9)],
        components=components,
        cancel=stop,
        on_progress=lambda p: stop.set() if p.frames == 3 else None,
    )
    assert len(batch.results) == 3
    assert batch.report.timeline.source.partial


@pytest.mark.parametrize("quality", [60, 88])
def test_collars_and_patches_are_no_faces(components, quality):
    """Compressed pictures of two space suits, in which the detector sees faces that the mesh does not."""
    shown, items = [], []
    for frame in sample_frames(fps=0.5):
        file = io.BytesIO()
        Image.fromarray(frame.image).save(file, "JPEG", quality=quality)
        items.append((f"{frame.timestamp_s:.0f} s", file.getvalue()))
        shown.append(sum(s.expression != NOBODY for s in expressions_at(frame.timestamp_s)))
    results = analyze_photos(items, components=components).results
    assert [len(r.observations) for r in results] == [1, 1, 1, 0, 1, 2]
    assert all(len(r.observations) >= n for r, n in zip(results, shown, strict=True))
