"""The model card's section on faces that are harder to read, written from models/robustness.json."""

from fer.evaluation.robustness import LevelFigures, PerturbationFigures, Robustness

HEAD = (
    "| made harder by | unchanged | halfway | at the end of the range |",
    "| --- | --- | --- | --- |",
)


def robustness_section(found: Robustness) -> str:
    """A table of Markdown for each head: accuracy of each perturbation at half and at full strength.

    Args:
        found: What `read_robustness` gave.
    """
    words = (
        f"Accuracy on {found.n:,} faces of {found.split} (one view) after each was changed in the same way; "
        "`python -m fer robustness` prints every step."
    )
    lines = ["## Robustness", "", words, "", *_table(found)]
    if found.votes is not None:
        words = f"The votes head by FER+'s majority, on the {found.votes.n:,} of these faces that have one:"
        lines += ["", words, "", *_table(found.votes)]
    return "\n".join(lines)


def _table(found: Robustness) -> list[str]:
    return [*HEAD, *(_row(figures, found.accuracy) for figures in found.perturbations.values())]


def _row(figures: PerturbationFigures, unchanged: float) -> str:
    below = [one for one in figures.levels if one.level < figures.neutral][::-1]
    above = [one for one in figures.levels if one.level > figures.neutral]
    sides = [side for side in (below, above) if side]
    halfway = ", ".join(_cell(side[(len(side) - 1) // 2]) for side in sides)
    at_the_end = ", ".join(_cell(side[-1]) for side in sides)
    return f"| {figures.label} ({figures.unit}) | {unchanged:.1%} | {halfway} | {at_the_end} |"


def _cell(one: LevelFigures) -> str:
    return f"{one.accuracy:.1%} at {one.level:g}"
