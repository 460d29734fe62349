"""Screenshots of every page and state at 1280 and 390 pixels, light and dark.

usage: python -m tests.bench.screenshots [FOLDER] [--only WORD]
"""

import argparse
import io
import sys
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from fer.constants import EMOTIONS
from fer.dataset.readers.fer2013 import ALL_VOTE_COLUMNS
from fer.faces.crop import crop_faces
from fer.pipeline import Analyzer
from fer.sample.clip import expressions_at, sample_frames, sample_video
from fer.settings import Settings
from pages.ui.work.analysis import jpeg
from tests.bench import studio_states
from tests.bench.studio_states import video_result
from tests.helpers import live_app
from tests.helpers.kept import sessions_file

FOLDER = Path(__file__).parent / "screenshots"
SIZES = {1280: 900, 390: 844}
THEMES = ("light", "dark")
ONE_SMILES_S, TWO_PEOPLE_S, BETWEEN_S = (0.0, 1.0), (9.2, 9.7), (2.2, 2.6)
"""Stretches of the sample that fake cameras see; in the last one the answer is "unsure"."""

SAD_OR_NEUTRAL_S = 8.7

MAX_PX = 4000
"""Longest page that is photographed."""


def photo() -> bytes:
    """A frame of the sample with two people."""
    frames = list(sample_frames(fps=1.0))
    return jpeg(frames[10].image)


def between_photo() -> bytes:
    """A frame of the sample with a face that is as sad as it is neutral."""
    return jpeg(next(f for f in sample_frames(fps=5.0) if f.timestamp_s > SAD_OR_NEUTRAL_S).image)


def plain_photo() -> bytes:
    """A picture without a face."""
    return jpeg(next(sample_frames()).image[:120, :160] * 0 + 128)


def home(page: Page, address: str) -> None:
    live_app.open_page(page, address)
    page.wait_for_selector("img")


def video_empty(page: Page, address: str) -> None:
    live_app.open_page(page, address, "video")


def video_busy(page: Page, address: str) -> None:
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("A long meeting.mp4", long_clip()))
    page.get_by_role("progressbar").wait_for()
    page.wait_for_selector("img")
    page.wait_for_timeout(2500)


def video_settings(page: Page, address: str) -> None:
    video_result(page, address)
    page.get_by_role("button", name="Settings").click()
    page.wait_for_timeout(600)


def people_plain(page: Page, address: str) -> None:
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("Two people.mp4", sample_video(fps=5.0)))
    live_app.wait_for_report(page)


def people_renamed(page: Page, address: str) -> None:
    people_plain(page, address)
    _rename(page, "Face 1", "Anna-Sophie Müller-Lüdenscheidt")
    _rename(page, "Face 2", "Ben")


def people_change(page: Page, address: str) -> None:
    people_plain(page, address)
    _card(page, "Face 1").get_by_role("button", name="Change").click()
    page.get_by_role("button", name="Not a person").wait_for()
    page.wait_for_timeout(600)


def people_removed(page: Page, address: str) -> None:
    people_change(page, address)
    page.get_by_role("button", name="Not a person").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.keyboard.press("Escape")


def people_undone(page: Page, address: str) -> None:
    people_renamed(page, address)
    page.get_by_role("button", name="Undo").click()
    _card(page, "Face 2").wait_for()
    page.get_by_role("button", name="Names and steps").click()
    page.wait_for_timeout(600)


def people_suggested(page: Page, address: str) -> None:
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("Comes back.mp4", pieces_clip()))
    live_app.wait_for_report(page)


def people_again(page: Page, address: str) -> None:
    """Analysed again with another rate: names are taken over; pictures covered."""
    people_renamed(page, address)
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Covered", exact=True).click()
    page.get_by_role("slider", name="Analysed frames a second").press("ArrowLeft")
    page.get_by_role("button", name="Analyse again").click()
    page.get_by_text("taken over from the analysis before").wait_for()


def _card(page: Page, name: str) -> Locator:
    return page.locator("[class*=st-key-person_card_]").filter(has_text=name)


def _rename(page: Page, name: str, new: str) -> None:
    _card(page, name).get_by_role("button", name="Name").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(new)
    page.keyboard.press("Enter")
    _card(page, new[:10]).wait_for()
    page.keyboard.press("Escape")
    live_app.settled(page)


def video_error(page: Page, address: str) -> None:
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("notes.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n"))
    page.get_by_text("Code:").wait_for()


def video_no_face(page: Page, address: str) -> None:
    live_app.open_page(page, address, "video")
    live_app.upload(page, ("wall.mp4", empty_clip()))
    page.get_by_text("No face was found").first.wait_for()


def video_keep(page: Page, address: str) -> None:
    video_result(page, address)
    page.locator(".st-key-keep_popover button").first.click()
    page.wait_for_timeout(1200)


def _queue(page: Page, address: str, until: str) -> None:
    """Clips of two conditions, and a file that is none."""
    clip = sample_video(fps=10.0, duration_s=1.5)
    names = [f"P{k // 2 + 1:02d}_{'stress' if k % 2 else 'calm'}_take.mp4" for k in range(5)]
    live_app.open_page(page, address, "video")
    clips = [(name, clip + bytes(8 + k)) for k, name in enumerate(names)]
    live_app.upload(page, clips[0], ("P09_calm_broken.mp4", b"no video"), *clips[1:])
    page.get_by_text(until).wait_for(timeout=2 * live_app.PATIENCE_MS)
    page.get_by_role("textbox", name="Participant and condition").fill("{participant}_{condition}_*")
    page.keyboard.press("Enter")
    live_app.settled(page)


def queue_busy(page: Page, address: str) -> None:
    _queue(page, address, "1 of 6 videos read")


def queue_done(page: Page, address: str) -> None:
    _queue(page, address, "5 of 6 videos read")
    page.wait_for_selector(".st-key-queue_groups .js-plotly-plot")


def sessions_empty(page: Page, address: str) -> None:
    live_app.open_page(page, address, "sessions")


def sessions_list(page: Page, address: str) -> None:
    live_app.open_page(page, address, "sessions")
    live_app.import_sessions(page, sessions_file())
    page.get_by_text("14 sessions").wait_for()


def sessions_more(page: Page, address: str) -> None:
    sessions_list(page, address)
    page.get_by_role("button", name="More").first.click()
    page.wait_for_timeout(1200)


def sessions_delete(page: Page, address: str) -> None:
    sessions_list(page, address)
    page.get_by_role("button", name="Choose all").click()
    live_app.settled(page)
    page.locator(".st-key-sessions_delete button").click()
    page.get_by_text("Delete for good?").wait_for()


def sessions_compared(page: Page, address: str) -> None:
    sessions_list(page, address)
    page.get_by_role("button", name="Choose all").click()
    live_app.settled(page)
    page.get_by_role("button", name="Compare").click()
    page.wait_for_selector(".st-key-sessions_groups .js-plotly-plot")


def sessions_error(page: Page, address: str) -> None:
    live_app.open_page(page, address, "sessions")
    live_app.import_sessions(page, b"no zip")
    page.get_by_text("Code:").wait_for()


def sessions_opened(page: Page, address: str) -> None:
    sessions_list(page, address)
    page.locator("[class*=st-key-session_open_] button").first.click()
    page.wait_for_selector(".st-key-timeline .js-plotly-plot .nsewdrag")


def photos_empty(page: Page, address: str) -> None:
    live_app.open_page(page, address, "photos")


def photos_result(page: Page, address: str) -> None:
    live_app.open_page(page, address, "photos")
    files = [(f"photo {k}.jpg", jpeg(f.image)) for k, f in enumerate(sample_frames(fps=0.5))]
    live_app.upload(page, *files, ("with <b>two</b>.jpg", photo()), ("notes.jpg", b"hello"))
    page.get_by_text("CSV").wait_for()


def photos_set(page: Page, address: str) -> None:
    """A face that is answered by a set of plausible expressions, under a higher threshold of "unsure"."""
    live_app.open_page(page, address, "photos")
    live_app.upload(page, ("between.jpg", between_photo()))
    page.get_by_text("CSV").wait_for()
    page.get_by_role("button", name="Settings").click()
    slider = page.get_by_role("slider", name="Unsure below")
    slider.focus()
    for _ in range(30):
        slider.press("ArrowRight")
    live_app.settled(page)
    page.get_by_role("button", name="Settings").click()
    page.wait_for_timeout(600)


def photos_error(page: Page, address: str) -> None:
    live_app.open_page(page, address, "photos")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "no picture")
    live_app.upload(page, ("broken.png", photo()[:900]), ("empty.zip", archive.getvalue()))
    page.get_by_text("None of the files").wait_for()


def photos_no_face(page: Page, address: str) -> None:
    live_app.open_page(page, address, "photos")
    live_app.upload(page, ("wall.jpg", plain_photo()))
    page.get_by_text("No face was found.").first.wait_for()


def live_consent(page: Page, address: str) -> None:
    live_app.open_page(page, address, "live")


def live_asking(page: Page, address: str) -> None:
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => new Promise(() => {});")
    live_app.open_page(page, address, "live")
    live_app.enter(page)
    page.get_by_text("Waiting for the camera").wait_for()


def live_no_camera(page: Page, address: str) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); };"
    )
    live_app.open_page(page, address, "live")
    live_app.enter(page)
    page.get_by_text("Code: ").wait_for()


def live_one(page: Page, address: str) -> None:
    live_app.open_page(page, address, "live")
    live_app.start_camera(page)
    page.wait_for_timeout(8000)


def live_several(page: Page, address: str) -> None:
    live_one(page, address)


def live_unsure(page: Page, address: str) -> None:
    live_one(page, address)


def live_units(page: Page, address: str) -> None:
    live_one(page, address)
    page.locator('[data-testid="stExpander"]').first.click()
    page.wait_for_timeout(1500)


def live_neutral(page: Page, address: str) -> None:
    live_one(page, address)
    page.get_by_role("button", name="Capture neutral").click()
    page.wait_for_timeout(700)


def live_charts_only(page: Page, address: str) -> None:
    live_one(page, address)
    live_app.stop_camera(page)
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Charts only").click()
    page.keyboard.press("Escape")
    live_app.settled(page)
    live_app.go_live(page)
    page.wait_for_timeout(5000)


def live_bars(page: Page, address: str) -> None:
    live_settings(page, address)
    page.get_by_text("Bars beside each face").click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(1500)


def live_connecting(page: Page, address: str) -> None:
    _no_way(page, address)
    page.get_by_text("Connecting to the camera").wait_for()


def live_no_connection(page: Page, address: str) -> None:
    _no_way(page, address)
    page.get_by_text("Code: ").wait_for()


def _no_way(page: Page, address: str) -> None:
    """A network that lets nothing through."""
    page.add_init_script(live_app.RELAY_ONLY)
    live_app.open_page(page, address, "live")
    live_app.enter(page)


def live_settings(page: Page, address: str) -> None:
    live_one(page, address)
    page.get_by_role("button", name="Settings").click()
    page.wait_for_timeout(600)


def live_recording(page: Page, address: str) -> None:
    live_one(page, address)
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_placeholder("Label of the next marker").fill("joke")
    page.get_by_placeholder("Label of the next marker").press("Enter")
    live_app.settled(page)
    page.get_by_role("button", name="Mark").click()
    page.get_by_role("button", name="Snapshot").first.click()
    page.wait_for_timeout(4000)


def live_recorded(page: Page, address: str) -> None:
    live_recording(page, address)
    live_app.stop_camera(page)


def live_report(page: Page, address: str) -> None:
    live_recorded(page, address)
    page.get_by_role("button", name="Open on the Video page").click()
    page.wait_for_selector(".js-plotly-plot .nsewdrag")


def live_busy(page: Page, address: str) -> None:
    other = page.context.new_page()
    live_app.open_page(other, address, "live")
    live_app.start_camera(other)
    page.bring_to_front()
    live_app.open_page(page, address, "live")
    live_app.agree(page)
    page.get_by_text("Code: busy").wait_for()


def live_photo(page: Page, address: str) -> None:
    live_app.open_page(page, address, "live")
    live_app.agree(page, "Take a photo instead")
    page.get_by_role("button", name="Take Photo").click()
    page.get_by_role("img", name="The photo with its faces marked").wait_for()


def model_right(page: Page, address: str) -> None:
    live_app.open_page(page, address, "model")
    page.wait_for_selector(".js-plotly-plot .nsewdrag")


def model_cell(page: Page, address: str) -> None:
    model_right(page, address)
    page.get_by_text("one label (FER2013)").click()  # cells answer where the sides are those of the data
    page.get_by_text("Click a cell to see faces of it").wait_for()
    live_app.settled(page)
    live_app.click_cell(page, "confusion", "fear", "sad")
    page.get_by_text("Labelled fear, read as sad").wait_for()


def model_sure(page: Page, address: str) -> None:
    _model_part(page, address, "How sure")


def model_training(page: Page, address: str) -> None:
    _model_part(page, address, "Training")


def model_compared(page: Page, address: str) -> None:
    _model_part(page, address, "Compared")


def model_card(page: Page, address: str) -> None:
    _model_part(page, address, "Model card")


def model_explain(page: Page, address: str) -> None:
    _model_part(page, address, "Explain a face")


def model_explained(page: Page, address: str) -> None:
    model_explain(page, address)
    page.get_by_role("button", name="Take the sample").click()
    page.get_by_text("Occlusion map").first.wait_for()


def _model_part(page: Page, address: str, part: str) -> None:
    live_app.open_page(page, address, "model")
    page.get_by_role("tab", name=part).click()
    live_app.settled(page)
    page.wait_for_timeout(1200)


def labels_empty(page: Page, address: str) -> None:
    live_app.open_page(page, address, "labels")


def labels_tagging(page: Page, address: str) -> None:
    live_app.open_page(page, address, "labels")
    live_app.upload(page, ("interview.mp4", sample_video(fps=10.0)), which="Drop a video")
    page.get_by_text("What does this face show?").wait_for()
    for key in "13":
        page.keyboard.press(key)
        page.wait_for_timeout(900)


def labels_tagged(page: Page, address: str) -> None:
    labels_tagging(page, address)
    for key in "14135210713":
        page.keyboard.press(key)
        page.wait_for_timeout(600)
    page.get_by_role("button", name="Stop and evaluate").click()
    page.get_by_text("Check as JSON").wait_for()
    page.wait_for_timeout(1500)


def labels_result(page: Page, address: str) -> None:
    live_app.open_page(page, address, "labels")
    live_app.upload(page, ("our study.zip", labeled_zip()), which="Drop a zip")
    page.get_by_text("Every face as CSV").wait_for()
    page.wait_for_timeout(1500)


def labels_error(page: Page, address: str) -> None:
    live_app.open_page(page, address, "labels")
    live_app.upload(page, ("codes.csv", b"picture,value\na.jpg,happy\n"), which="Drop a zip")
    page.get_by_text("Code:").wait_for()


@cache
def sample_crops() -> list[tuple[str, str, bytes]]:
    """Name, label (some are wrong) and PNG of faces of the sample, under the expressions of its script."""
    analyzer, crops = Analyzer(Settings()), []
    for frame in sample_frames(fps=5.0):
        seen = analyzer.analyze(frame)
        shown = [
            one for one in expressions_at(frame.timestamp_s) if one.person == 1 and one.expression in EMOTIONS
        ]
        if len(seen) and shown:
            png = cv2.imencode(".png", crop_faces(frame.image, seen.faces)[0])[1].tobytes()
            label = "neutral" if frame.index % 9 == 0 else shown[0].expression
            crops.append((f"{frame.index:03d}.png", label, png))
    return crops


def labeled_zip() -> bytes:
    """Those faces with a table of labels, and rows that are no use."""
    rows, file = ["file,label", "lost.png,happy", "smug.png,smug"], io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, label, png in sample_crops():
            archive.writestr(name, png)
            rows.append(f"{name},{label}")
        archive.writestr("labels.csv", "\n".join(rows))
    return file.getvalue()


def labeled_folders() -> bytes:
    """Those faces in folders of splits and expressions."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for k, (name, label, png) in enumerate(sample_crops()):
            archive.writestr(f"{'PublicTest' if k % 5 == 0 else 'Training'}/{label}/{name}", png)
    return file.getvalue()


def dataset_empty(page: Page, address: str) -> None:
    live_app.open_page(page, address, "dataset")
    page.wait_for_selector(".js-plotly-plot")


def dataset_error(page: Page, address: str) -> None:
    live_app.open_page(page, address, "dataset")
    page.get_by_text("Look at the pictures").click()
    live_app.upload(page, ("notes.csv", b"hello\nworld\n"))
    page.get_by_text("Code:").wait_for()


def dataset_copies(page: Page, address: str) -> None:
    _dataset_part(page, address, "Repeats and leaks")


def dataset_votes(page: Page, address: str) -> None:
    _dataset_part(page, address, "Labels")
    page.get_by_text("Disputed faces").wait_for()


def dataset_pictures(page: Page, address: str) -> None:
    _dataset_part(page, address, "Pictures")


def dataset_map(page: Page, address: str) -> None:
    _dataset_part(page, address, "What the network says")
    page.get_by_role("button", name="Read the faces").click()
    page.wait_for_selector(".st-key-dataset_map .nsewdrag")
    page.wait_for_timeout(1500)
    page.mouse.click(*live_app.first_point(page, "dataset_map"))
    page.get_by_text("labelled").wait_for()


def _dataset_part(page: Page, address: str, part: str) -> None:
    live_app.open_page(page, address, "dataset")
    page.get_by_text("Look at the pictures").click()
    votes = [f"Training,{k}.png,{k % 4},{10 - k % 4},0,0,0,0,0,0,0,0" for k in range(200)]
    head = f"Usage,Image name,{','.join(ALL_VOTE_COLUMNS)}"
    live_app.upload(
        page, ("our faces.zip", labeled_folders()), ("ferplus.csv", "\n".join([head, *votes]).encode())
    )
    page.get_by_role("tab", name=part).click()
    live_app.settled(page)


def labs_break(page: Page, address: str) -> None:
    live_app.open_page(page, address, "labs")
    page.get_by_role("radio", name="Mouth covered").or_(page.get_by_text("Mouth covered")).first.click()
    page.wait_for_timeout(1500)


def labs_augmentation(page: Page, address: str) -> None:
    live_app.open_page(page, address, "labs")
    page.get_by_text("Augmentation", exact=True).first.click()
    page.wait_for_timeout(1500)


def prepare_empty(page: Page, address: str) -> None:
    live_app.open_page(page, address, "prepare")


def prepare_error(page: Page, address: str) -> None:
    live_app.open_page(page, address, "prepare")
    live_app.upload(page, ("my photos.zip", b"no zip file"))
    page.get_by_text("Code:").wait_for()


def prepare_busy(page: Page, address: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("anna/happy/long.mp4", long_clip())
    live_app.open_page(page, address, "prepare")
    live_app.upload(page, ("my clips.zip", archive.getvalue()))
    page.get_by_role("progressbar").wait_for()


def prepare_result(page: Page, address: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for k, frame in enumerate(sample_frames(fps=1.0)):
            file.writestr(f"person {k % 3}/{('happy', 'sad', 'surprise')[k % 3]}/{k}.jpg", jpeg(frame.image))
        file.writestr("person 1/smug/x.jpg", photo())
    live_app.open_page(page, address, "prepare")
    live_app.upload(page, ("my photos.zip", archive.getvalue()))
    page.get_by_text("Data set", exact=True).wait_for()


STATES: tuple[Callable[[Page, str], None], ...] = (
    home,
    video_empty,
    video_busy,
    video_result,
    video_settings,
    people_plain,
    people_renamed,
    people_change,
    people_removed,
    people_undone,
    people_suggested,
    people_again,
    video_error,
    video_no_face,
    video_keep,
    *studio_states.STATES,
    queue_busy,
    queue_done,
    sessions_empty,
    sessions_list,
    sessions_more,
    sessions_delete,
    sessions_compared,
    sessions_error,
    sessions_opened,
    photos_empty,
    photos_result,
    photos_set,
    photos_error,
    photos_no_face,
    live_consent,
    live_asking,
    live_no_camera,
    live_connecting,
    live_no_connection,
    live_one,
    live_several,
    live_unsure,
    live_units,
    live_neutral,
    live_bars,
    live_charts_only,
    live_settings,
    live_recording,
    live_recorded,
    live_report,
    live_busy,
    live_photo,
    model_right,
    model_cell,
    model_sure,
    model_training,
    model_compared,
    model_explain,
    model_explained,
    model_card,
    labels_empty,
    labels_tagging,
    labels_tagged,
    labels_result,
    labels_error,
    dataset_empty,
    dataset_error,
    dataset_copies,
    dataset_votes,
    dataset_pictures,
    dataset_map,
    labs_break,
    labs_augmentation,
    prepare_empty,
    prepare_busy,
    prepare_error,
    prepare_result,
)


@cache
def long_clip() -> bytes:
    """A clip that takes a while."""
    return sample_video(fps=30.0, duration_s=60.0)


@cache
def pieces_clip() -> bytes:
    """Somebody goes, and in another light somebody of that size comes to the same place."""
    from fer.draw.video_writer import Mp4Encoder

    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=10.0)
    frames = [frame.image for frame in sample_frames(fps=10.0)][:20]
    wall = [np.full_like(frames[0], 128)] * 15
    for k, image in enumerate([*frames, *wall, *(frame[..., ::-1] for frame in frames)]):
        encoder.write(np.ascontiguousarray(image), k / 10)
    encoder.close()
    return file.getvalue()


@cache
def empty_clip() -> bytes:
    """A clip without a face."""
    from fer.draw.video_writer import Mp4Encoder

    file = io.BytesIO()
    encoder = Mp4Encoder(file, fps=10.0)
    image = next(sample_frames()).image * 0 + 128
    for k in range(20):
        encoder.write(image, k / 10)
    encoder.close()
    return file.getvalue()


def film(folder: str, start_s: float, end_s: float) -> Path:
    """What the camera sees: a stretch of the sample."""
    frames = (f for f in sample_frames(fps=30.0) if start_s <= f.timestamp_s < end_s)
    return live_app.camera_film(Path(folder) / f"{start_s}.mjpeg", (f.image for f in frames))


def shoot(browsers: dict[Callable | None, Browser], address: str, folder: Path, only: str) -> int:
    """Take every picture; one that does not come about is named, and the others are taken.

    Args:
        browsers: State -> the browser with its camera; None: all other states.
        address: Of the app.
        folder: Where pictures go.
        only: A part of the names of the states that are wanted.

    Returns:
        How many did not come about.
    """
    failed = 0
    for (width, height), theme, state in product(SIZES.items(), THEMES, STATES):
        if only not in state.__name__:
            continue
        context = browsers.get(state, browsers[None]).new_context(
            viewport={"width": width, "height": height}, color_scheme=theme, has_touch=width < 600
        )
        page, name = context.new_page(), f"{state.__name__}_{width}_{theme}"
        try:
            state(page, address)
            photograph(page, folder / f"{name}.png")
        except (BrowserError, AssertionError) as error:
            failed += 1
            print(f"{name}: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)
        context.close()
    return failed


def photograph(page: Page, path: Path) -> None:
    """Take one picture, as tall as the page: Streamlit scrolls inside it, so that the window has to grow."""
    live_app.settled(page)
    tall = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight")
    size = page.viewport_size
    size["height"] = min(MAX_PX, max(size["height"], tall + 20))
    page.set_viewport_size(size)
    page.wait_for_timeout(700)
    page.screenshot(path=path)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", default="", help="states whose name contains this")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with (
        live_app.running_app(FER_LIVE_SESSIONS="1") as (address, _),
        tempfile.TemporaryDirectory() as films,
        sync_playwright() as engine,
        live_app.launched(engine, film(films, *ONE_SMILES_S)) as one,
        live_app.launched(engine, film(films, *TWO_PEOPLE_S)) as several,
        live_app.launched(engine, film(films, *BETWEEN_S)) as between,
    ):
        browsers = {None: one, live_several: several, live_unsure: between}
        return 1 if shoot(browsers, address, chosen.folder, chosen.only) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
