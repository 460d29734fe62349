"""``python -m fer``."""

import os
import signal
import sys

# Ctrl-C before anything was begun: no traceback of a half-done import.
signal.signal(signal.SIGINT, lambda *_: os._exit(130))

from fer.cli import main  # noqa: E402

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
