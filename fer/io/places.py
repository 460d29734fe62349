"""Where the shipped models lie: in the checkout at the top, in an installed package inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_INSTALLED = _PACKAGE / "models"

MODELS_DIR = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent / "models"
"""Network, manifest and the files of figures."""

IMPORT_ROOT = _PACKAGE.parent
"""The folder from which a process of its own can import this package."""
