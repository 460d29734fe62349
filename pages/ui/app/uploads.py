"""What a user gives us: bytes in memory with a label and a hash, never a path."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import streamlit as st
from starlette import formparsers
from starlette.exceptions import HTTPException
from streamlit import runtime
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from pages.ui.app.holding import SESSION_BYTES, Arriving

VIDEO_MB = 200
VIDEO_TYPES = [
    *("mp4", "mov", "m4v", "webm", "mkv", "avi", "3gp", "mpg", "mpeg", "ts", "mts", "m2ts", "vob"),
    *("wmv", "asf", "flv", "dv", "ogv", "gif", "webp", "png", "apng", "avifs", "mxf", "ivf", "y4m", "h264"),
    *("264", "h265", "265", "hevc", "3g2", "f4v", "qt", "mod", "tod", "divx", "m1v", "m2v", "ogm"),
]
"""Animated pictures are videos too."""
PHOTO_MB = 100
PHOTO_TYPES = [
    *(
        "jpg",
        "jpeg",
        "png",
        "webp",
        "bmp",
        "gif",
        "tif",
        "tiff",
        "avif",
        "heic",
        "heif",
        "mpo",
        "jfif",
        "jpe",
        "hif",
        "pgm",
        "ppm",
        "pbm",
        "pnm",
        "zip",
    ),
]
PHOTOS_TOTAL_MB = 400
"""All photos of one session together."""
DATA_MB = 320
"""FER2013 as a plain CSV has 301 MB."""
DATA_TYPES = ["csv", "gz", "zip"]
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, eq=False)
class Upload:
    """A file in memory.

    Args:
        name: The label that its sender gave it. Untrusted: shown escaped, never opened.
        data: The content.
        sha256: Hash of the content, hexadecimal.
    """

    name: str
    data: bytes
    sha256: str = field(default="")

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())


_HELD_BY: dict[str, Callable[[], int]] = {}
"""Streamlit session -> tells the bytes that it holds beside Streamlit's own store."""


def keep_in_memory() -> None:
    """Let the server take uploads in memory, no more than there is room for, and lose none.

    By default it rolls anything over 1 MB to a temporary file, takes any number of files from a session,
    whether a page asked for them or not, and forgets to answer some.
    """
    Arriving.refuse = _too_busy
    formparsers.SpooledTemporaryFile = Arriving
    MemoryUploadedFileManager.add_file = _add_within_bounds
    ForwardMsgQueue.clear = _clear_but_answers


def count_session(session_id: str, held: Callable[[], int]) -> None:
    """From now on, what this session holds counts against its bound when it uploads more.

    Args:
        session_id: Streamlit's.
        held: Tells the bytes.
    """
    _HELD_BY[session_id] = held


def forget_session(session_id: str) -> None:
    """The session is gone."""
    _HELD_BY.pop(session_id, None)


_ADD_FILE = MemoryUploadedFileManager.add_file


def _add_within_bounds(manager: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
    """Streamlit's `add_file`, for as long as the session's bound allows."""
    stored = dict(manager.file_storage.get(session_id, {}))
    stored.pop(file.file_id, None)
    held = sum(len(one.data) for one in stored.values()) + _HELD_BY.get(session_id, lambda: 0)()
    if held + len(file.data) > SESSION_BYTES:
        raise HTTPException(413, "This session holds too much already: close something on a page first.")
    _ADD_FILE(manager, session_id, file)


_CLEAR = ForwardMsgQueue.clear
_ANSWERS = ("file_urls_response", "backend_operation_response")


def _clear_but_answers(
    queue: ForwardMsgQueue,
    retain_lifecycle_msgs: bool = False,
    fragment_ids_this_run: list[str] | None = None,
) -> None:
    """Streamlit's `clear`, without the loss of an upload.

    A page that begins anew throws away what was to be sent to its browser (1.67), and with it, now and then,
    the address that a browser with a file waits for: it would wait for ever.
    """
    before = queue._queue
    _CLEAR(queue, retain_lifecycle_msgs, fragment_ids_this_run)
    if retain_lifecycle_msgs:
        answers = [message for message in before if message.WhichOneof("type") in _ANSWERS]
        queue._queue += [message for message in answers if message not in queue._queue]


def _too_busy() -> Exception:
    return HTTPException(503, "Too many uploads at this moment: try again in a minute.")


def take(label: str, *, key: str, types: list[str] | None, limit_mb: int, many: bool = False) -> list[Upload]:
    """An uploader that hands its files over and starts empty again.

    Streamlit's own copies are let go, so that the bytes exist once and the page is free for the answer.

    Args:
        label: What to drop there.
        key: Name of the uploader in the session.
        types: File endings that the browser's dialog offers and the uploader takes; contents are checked
            later, by magic bytes. None takes every file: what is refused is counted and said in one place.
        limit_mb: Largest file in megabytes.
        many: Accept several files.

    Returns:
        What was just uploaded; empty on every other run.
    """
    turn_key = f"{key}_turn"
    turn = st.session_state.setdefault(turn_key, 0)
    files = _arrived(f"{key}_{turn}")
    uploads = [Upload(file.name, file.getvalue()) for file in files]
    if files:
        _let_go([file.file_id for file in files])
        turn = st.session_state[turn_key] = turn + 1
    # The empty one comes in this very run: a file that the browser gave to the last one would be lost.
    st.file_uploader(
        label,
        type=types,
        accept_multiple_files=many,
        key=f"{key}_{turn}",
        max_upload_size=limit_mb,
    )
    return uploads


def _arrived(widget: str) -> list[UploadedFile]:
    """What an uploader that was drawn before has received since."""
    given = st.session_state.get(widget)
    files = given if isinstance(given, list) else [given]
    return [file for file in files if isinstance(file, UploadedFile)]


def _let_go(file_ids: list[str]) -> None:
    """Remove files from Streamlit's own store; there is none outside a server."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return
    for file_id in file_ids:
        context.uploaded_file_mgr.remove_file(context.session_id, file_id)
