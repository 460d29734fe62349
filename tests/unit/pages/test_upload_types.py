"""The file pickers of the pages offer every format that is read."""

from fer.sources.finding import PICTURE_ENDINGS, VIDEO_ENDINGS
from pages.ui.app.uploads import PHOTO_TYPES, VIDEO_TYPES

NOT_READ = {".rm", ".rmvb", ".wtv", ".jp2", ".jxl", ".psd", ".dng", ".cr2", ".cr3", ".nef", ".arw"}


def test_case_80_every_ending_of_a_video_that_is_read_can_be_chosen():
    assert {ending[1:] for ending in VIDEO_ENDINGS if ending not in NOT_READ} - set(VIDEO_TYPES) == set()


def test_case_79_every_ending_of_a_photo_that_is_read_can_be_chosen():
    assert {ending[1:] for ending in PICTURE_ENDINGS if ending not in NOT_READ} - set(PHOTO_TYPES) == {"apng"}


def test_a_zip_file_is_the_last_of_the_photos():
    assert PHOTO_TYPES[-1] == "zip"  # single photos are chosen from the others
