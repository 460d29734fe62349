"""The figures on real photos as a section of the card, and as the rows that docs and pages show."""

from collections.abc import Callable, Sequence

from fer.constants import DISPLAY_ORDER
from fer.evaluation.figures.metrics_file import SetFigures
from fer.evaluation.figures.real_faces import FEWEST, RealFaces, RealFacesScores

Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]
HEADER = ("", "found", "right", "of those found", "balanced", "five expressions", *DISPLAY_ORDER)


def real_faces_rows(figures: RealFaces) -> list[tuple[str, ...]]:
    """A row for every product, ours first, in the order of `HEADER`."""
    return [_row(one) for one in (figures.ours, *figures.rivals)]


def _row(one: RealFacesScores) -> tuple[str, ...]:
    shares = (
        one.found,
        one.accuracy.value,
        one.accuracy_found,
        one.balanced.value,
        one.balanced_common.value,
    )
    classes = [one.classes[name].right for name in DISPLAY_ORDER]
    return (
        f"{one.name} {one.version}",
        *(f"{share:.1%}" for share in shares),
        *(f"{c:.0%}" for c in classes),
    )


def real_faces_section(figures: RealFaces | None, table: Table) -> str:
    """Markdown; empty without figures.

    Args:
        figures: Of the shipped network.
        table: Makes a Markdown table of a header and rows.
    """
    if figures is None:
        return ""
    counts = ", ".join(f"{name} {figures.ours.classes[name].n}" for name in DISPLAY_ORDER)
    return f"""## Real photos

{figures.n:,} photos of people ({figures.data}: {counts}), closely cut, one annotator's label each; nothing
was trained on them and no setting chosen on them. Everybody in the same run, through a detector and crop of
its own; a photo without a face found counts as wrong, "unsure" as its likeliest expression
(`python -m tests.bench.real_faces`):

{table(HEADER, real_faces_rows(figures))}

"Balanced" is the mean over all seven expressions, "five expressions" that over those with at least {FEWEST}
photos. face-api gets a black border as wide as the photo, without which its detector finds few of them.

What the sets hold there:

{table(("faces", "promised", "n", "held", "expressions", "held, by expression"), set_rows(figures))}"""


def set_rows(figures: RealFaces) -> list[tuple[str, ...]]:
    """A row for all faces, the hard ones and the unsure ones."""
    sets = figures.sets
    groups = (
        ("all", sets.all_faces),
        (f"hard (best probability under {sets.hard_below:g}, read as unsure)", sets.hard),
        ("unsure", sets.unsure),
    )
    return [_set_row(name, one) for name, one in groups if one is not None]


def _set_row(name: str, one: SetFigures) -> tuple[str, ...]:
    held = {k: v for k, v in one.coverage_by_class.items() if v is not None}
    classes = ", ".join(f"{k} {held[k]:.0%}" for k in DISPLAY_ORDER if k in held)
    return (name, f"{one.promised:.0%}", f"{one.n:,}", f"{one.coverage:.1%}", f"{one.mean_size:.2f}", classes)
