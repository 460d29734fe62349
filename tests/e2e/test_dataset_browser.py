"""The Dataset and Prepare pages in a real browser: from an upload to figures, pictures and a file to keep."""

import gzip
import io
import zipfile
from pathlib import Path

import live_app
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from fer.sample import sample_frames
from pages.ui.analysis import jpeg

pytestmark = pytest.mark.browser


def small_csv() -> bytes:
    """Six rows, one of them broken, one in two splits."""
    rng = np.random.default_rng(0)
    faces = rng.integers(0, 255, (5, 2304))
    faces[4] = faces[0]
    splits = ["Training"] * 3 + ["PublicTest"] * 2
    rows = [f"3,{' '.join(map(str, face))},{split}" for face, split in zip(faces, splits, strict=True)]
    return "\n".join(["emotion,pixels,Usage", *rows, "9,1 2 3,Training"]).encode()


def test_an_uploaded_data_set_becomes_figures_and_pictures(page: Page, address: str):
    live_app.open_page(page, address, "dataset")
    expect(page.get_by_text("288 pictures of PrivateTest")).to_be_visible()
    page.get_by_text("Look at the pictures").click()
    live_app.upload(page, ("mine.csv.gz", gzip.compress(small_csv())))
    expect(page.get_by_text("1 pictures of PublicTest stand pixel for pixel in Training")).to_be_visible(
        timeout=live_app.PATIENCE_MS
    )
    expect(page.get_by_text("5 pictures of mine.csv.gz")).to_be_visible()
    page.get_by_role("button", name="Other data").click()
    expect(page.get_by_text("288 pictures of PrivateTest")).to_be_visible()


def test_a_file_that_is_no_data_set_is_one_sentence(page: Page, address: str):
    live_app.open_page(page, address, "dataset")
    page.get_by_text("Look at the pictures").click()
    live_app.upload(page, ("notes.csv", b"hello\nworld\n"))
    expect(page.get_by_text("Code: dataset")).to_be_visible(timeout=live_app.PATIENCE_MS)


def test_a_zip_of_photos_becomes_a_csv(page: Page, address: str):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("anna/happy/1.jpg", jpeg(next(sample_frames()).image))
    live_app.open_page(page, address, "prepare")
    live_app.upload(page, ("mine.zip", file.getvalue()))
    button = page.get_by_role("button", name="Data set", exact=True)
    button.wait_for(timeout=live_app.PATIENCE_MS)
    with page.expect_download(timeout=live_app.PATIENCE_MS) as waiting:
        button.click()
    text = Path(waiting.value.path()).read_text()
    assert text.startswith("emotion,pixels,Usage\n3,")
