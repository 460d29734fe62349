"""Photos to share without faces: one switch for every picture that the page shows or saves."""

import streamlit as st

from fer.text import count
from pages.ui.app import job_progress
from pages.ui.work.photos import PhotosResult, PhotoUploads, hiding_job

MODES = {"none": "shown", "blur": "blurred", "mesh": "as a mesh"}
NO_ANONYMITY = (
    "Covered faces are no anonymity: hair, clothes or the place can tell who somebody is. Look the pictures "
    "over before you share them."
)


def applied(result: PhotosResult, batch: PhotoUploads) -> PhotosResult | None:
    """The switch, and the result as it asks for.

    Args:
        result: With its faces shown.
        batch: What was given.

    Returns:
        None while it is not yet known what has to be hidden: then no picture is to be shown.
    """
    mode = st.segmented_control(
        "Faces",
        list(MODES),
        default="none",
        required=True,
        format_func=MODES.get,
        key="photo_faces",
        persist_state="session",
    )
    if mode is None or mode == "none":
        return result
    job = hiding_job(batch, result, mode)
    if not job_progress.wait_for(job, what="Hiding the faces", describe=_describe):
        return None
    hiding = job.result
    again = f"{count(hiding.found_clear, 'clear face')} came up at a second look, covered now. "
    whole = f"{count(hiding.whole, 'photo')} had to be blurred as a whole. "
    said = (again if hiding.found_clear else "") + (whole if hiding.whole else "")
    st.caption(f":material/visibility_off: {said}{NO_ANONYMITY}")
    return result.hidden(hiding)


def _describe(progress: tuple[float, str] | None) -> tuple[float, str]:
    return progress or (0.0, "Getting ready")
