"""The options of commands that compare reactions to events."""

from fer.findings.gathering import DEFAULT_MEASURES
from fer.findings.reaction import AFTER_S, BASELINE_S
from fer.findings.series import MEASURES


def add_reactions(group) -> None:
    """``--baseline --after --measure``: what of a reaction to an event is compared."""
    seconds = {"type": float, "metavar": "SECONDS"}
    group.add_argument(
        "--baseline", default=BASELINE_S, help="before an event; default: %(default)g", **seconds
    )
    group.add_argument("--after", default=AFTER_S, help="after an event; default: %(default)g", **seconds)
    group.add_argument(
        "--measure",
        nargs="+",
        choices=MEASURES,
        default=DEFAULT_MEASURES,
        help="what is compared (docs/FINDINGS.md); default: all but unsure",
    )
