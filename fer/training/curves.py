"""The curves of a training beside its history: a PNG for slides, a page with the values under the pointer."""

from collections.abc import Sequence
from pathlib import Path

from plotly.io import to_html

from fer.charts.training import history_chart
from fer.evaluation.figures.history import Epoch
from fer.io.files import write_whole
from fer.training.curves_png import curves_png

CURVES_PNG, CURVES_HTML = "curves.png", "curves.html"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Training curves</title>
<style>
body {{ max-width: 1100px; margin: 2rem auto; padding: 0 1rem; font-family: sans-serif; }}
figure {{ margin: 0; }}
</style>
</head>
<body>
<figure role="img" aria-label="{alt}">{chart}</figure>
<p>{alt}</p>
</body>
</html>
"""


def write_curves(history: Sequence[Epoch], folder: Path) -> list[Path]:
    """Draw the curves into a folder; files that were there are replaced.

    Args:
        history: Epochs in their order.
        folder: Where `CURVES_PNG` and `CURVES_HTML` go.

    Returns:
        The two files.

    Raises:
        OutputError: A file cannot be written; nothing is left behind.
    """
    contents = {CURVES_PNG: curves_png(history), CURVES_HTML: curves_html(history).encode()}
    for name, content in contents.items():
        write_whole(content, folder / name)
    return [folder / name for name in contents]


def curves_html(history: Sequence[Epoch]) -> str:
    """The curves as one page that works offline."""
    figure = history_chart(history)
    chart = to_html(figure, full_html=False, include_plotlyjs=True, config={"displayModeBar": False})
    return _PAGE.format(alt=figure.layout.meta["alt"], chart=chart)
