"""What visitors would wait for is loaded in the background, once a fresh server has drawn its first page."""

import importlib
import logging
import threading

MODULES = ("pages.ui.work.video", "pages.ui.video.report", "pages.ui.work.photos")
_begun = threading.Lock()


def begin() -> None:
    """Load once in this process, in a thread of its own. Whatever fails is said by the page that needs it."""
    if _begun.acquire(blocking=False):
        threading.Thread(target=_warm, name="fer-warming", daemon=True).start()


def _warm() -> None:
    try:
        for name in MODULES:
            importlib.import_module(name)
        importlib.import_module("pages.ui.parts.sample_clip").sample_clip()
    except Exception:
        logging.getLogger(__name__).warning("Warming up failed", exc_info=True)
