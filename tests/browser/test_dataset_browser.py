"""The Dataset and Prepare pages in a real browser: from an upload to figures, pictures and a file to keep."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS
from fer.sample.clip import sample_frames
from pages.ui.work.analysis import jpeg
from tests.helpers import live_app


def small_csv() -> bytes:
    """Six rows, one of them broken, one in two splits."""
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 255, (5, 2304))
    faces[4] = faces[0]
    splits = ["Training"] * 3 + ["PublicTest"] * 2
    rows = [f"3,{' '.join(map(str, face))},{split}" for face, split in zip(faces, splits, strict=True)]
    return "\n".join(["emotion,pixels,Usage", *rows, "9,1 2 3,Training"]).encode()


def small_votes() -> bytes:
    """FER+ for them: everybody agrees on the first, nobody on the second, the third is no face."""
    votes = [
        "0,10,0,0,0,0,0,0,0,0",
        "3,3,4,0,0,0,0,0,0,0",
        "0,0,0,0,0,0,0,0,0,10",
        *["0,10,0,0,0,0,0,0,0,0"] * 3,
    ]
    rows = [f"Training,fer{k}.png,{row}" for k, row in enumerate(votes)]
    return "\n".join([f"Usage,Image name,{','.join(ALL_VOTE_COLUMNS)}", *rows]).encode()


def open_part(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    live_app.settled(page)


def test_an_uploaded_data_set_becomes_figures_and_pictures(page: Page, address: str):
    live_app.open_page(page, address, "dataset")
    expect(page.get_by_text("of 35,887 faces are happy")).to_be_visible()
    page.get_by_text("Look at the pictures").click()
    live_app.upload(page, ("mine.csv.gz", gzip.compress(small_csv())), ("ferplus.csv", small_votes()))
    expect(page.get_by_text("All 5 faces are happy")).to_be_visible()
    open_part(page, "Repeats and leaks")
    expect(page.get_by_text("1 picture of PublicTest stands pixel for pixel in Training")).to_be_visible()
    expect(page.get_by_text("2 pictures, all happy, in Training and PublicTest")).to_be_visible()
    open_part(page, "Labels")
    expect(page.get_by_text("Most of FER+'s ten saw no face: 1")).to_be_visible()
    expect(page.get_by_text("1 of 1 faces on which at least one disagrees")).to_be_visible()
    open_part(page, "Pictures")
    expect(page.get_by_text("5 pictures of mine.csv.gz")).to_be_visible()
    page.get_by_role("button", name="Other data").click()
    expect(page.get_by_text("Look at the pictures")).to_be_visible()


def test_a_face_of_the_map_stands_beside_the_pointer_and_its_answer_after_a_click(page: Page, address: str):
    live_app.open_page(page, address, "dataset")
    page.get_by_text("Look at the pictures").click()
    live_app.upload(page, ("mine.csv", small_csv()))
    page.get_by_role("tab", name="What the network says").click()
    page.get_by_role("button", name="Read the faces").click()
    page.wait_for_selector(".st-key-dataset_map .nsewdrag")
    live_app.settled(page)
    x, y = live_app.first_point(page, "dataset_map")
    face = page.locator(".map-face")
    page.wait_for_timeout(1000)
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    expect(face).to_be_visible()
    assert "data:image/jpeg" in face.evaluate("face => face.style.backgroundImage")
    page.mouse.click(x, y)
    expect(page.get_by_role("img", name="The chosen face, labelled happy")).to_be_visible()


def test_a_file_that_is_no_data_set_is_one_sentence(page: Page, address: str):
    live_app.open_page(page, address, "dataset")
    page.get_by_text("Look at the pictures").click()
    live_app.upload(page, ("notes.csv", b"hello\nworld\n"))
    expect(page.get_by_text("Code: dataset")).to_be_visible()


def test_a_zip_of_photos_becomes_a_csv(page: Page, address: str):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("anna/happy/1.jpg", jpeg(next(sample_frames()).image))
    live_app.open_page(page, address, "prepare")
    live_app.upload(page, ("mine.zip", file.getvalue()))
    button = page.get_by_role("button", name="Data set", exact=True)
    button.wait_for()
    with page.expect_download() as waiting:
        button.click()
    text = Path(waiting.value.path()).read_text()
    assert text.startswith("emotion,pixels,Usage\n3,")
