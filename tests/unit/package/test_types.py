"""`fer` as a type checker sees it from outside: what is misspelt or of the wrong type is an error."""

import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.helpers.places import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed"),
]

GOOD = """
import fer

with fer.VideoSource("clip.mp4", fps=5.0) as video, fer.VideoWriter("copy.mp4") as copy:
    analyzer = fer.Analyzer(fer.Settings(fps=5.0))
    for frame in video:
        copy.write(fer.draw(frame.image, analyzer.analyze(frame)), frame.timestamp_s)
report: fer.Report = fer.analyze_video("clip.mp4")
text: str = fer.to_csv(report.timeline)
"""


def complaints(code: str, folder) -> list[str]:
    """What pyright finds in a file of a user, with the rule in brackets."""
    (folder / "used.py").write_text(code, encoding="utf-8")
    (folder / "pyrightconfig.json").write_text(f'{{"extraPaths": ["{ROOT.as_posix()}"]}}', encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode in (0, 1), done.stderr
    return [line for line in done.stdout.splitlines() if " - error: " in line or " - warning: " in line]


def test_what_readers_are_shown_has_no_complaint(tmp_path):
    assert complaints(GOOD, tmp_path) == []


def test_a_misspelt_name_a_wrong_option_and_a_wrong_type_are_errors(tmp_path):
    code = 'import fer\n\nfer.Analyser()\nfer.Settings(fsp=5.0)\nfer.to_csv("clip.mp4")\n'
    name, option, kind = complaints(code, tmp_path)
    assert '"Analyser" is not a known attribute of module "fer"' in name
    assert 'No parameter named "fsp"' in option
    assert '"Timeline"' in kind
