"""The part of the model card about the votes head: what ten people would say."""

from collections.abc import Callable, Sequence

from fer.constants import DISPLAY_ORDER
from fer.emotion.heads import VOTES
from fer.emotion.network import Manifest
from fer.evaluation.figures.conversion import Conversion
from fer.evaluation.figures.metrics_file import (
    TEST_SPLIT,
    Estimate,
    Scores,
    SetFigures,
    SplitScores,
    VotesScores,
)
from fer.evaluation.votes_fit import PRICE

Table = Callable[[Sequence[str], Sequence[Sequence[str]]], str]
VIEWS = {
    "plain": "one view",
    "flip": "averaged with the mirror image (`--flip`)",
    "plain_clean": "one view, clean",
    "flip_clean": "averaged with the mirror image, clean",
}


def heads_section(manifest: Manifest, split: SplitScores, conversion: Conversion, table: Table) -> str:
    """Both heads side by side, the votes head's classes, its prior and its sets.

    Args:
        manifest: Says which head answers.
        split: PrivateTest.
        conversion: Shares of the prior that were tried.
        table: Makes a Markdown table of a header and rows.

    Returns:
        Markdown; empty without figures of a votes head.
    """
    if manifest.votes is None or split.votes is None:
        return ""
    votes, answers = split.votes, "votes head" if manifest.answer == VOTES else "labels head"
    return f"""## Two heads, two jobs

One backbone, two answers for the same face. The **labels head** says what FER2013's single label would be:
the benchmark. The **votes head** says what most of ten people would say; it learnt FER+'s votes. In the app,
the command line and every report the **{answers}** answers; `--answer labels` or `--answer votes` chooses.

{_side_by_side(split, votes, table)}

Contempt, FER+'s eighth expression, is learnt and never answered: the other seven share its part. A picture
that most annotators called "unknown" or "no face" counts in the training by the share of those who named an
expression, and in these figures not at all.

### Each expression, votes head ({TEST_SPLIT}, one view, by FER+'s majority)

{_classes(votes.plain, table)}

### How sure the votes head is

Confidence against the share of the ten votes that the answer got ({votes.n_voted:,} faces): ECE
{_share(votes.ece)}. By FER2013's own label the votes head is right on {_share(votes.accuracy_by_label)}.

FER+'s annotators call a third of FER2013 neutral and hardly any of it disgust or fear, and the head leans the
same way. {manifest.votes.prior_off:.0%} of the log prior is taken off, the largest share that costs at most
{PRICE:.0%} of the accuracy on PublicTest:

{_priors(conversion, table)}

{_sets_section(votes, conversion, table)}"""


def _sets_section(votes: VotesScores, conversion: Conversion, table: Table) -> str:
    """What the sets promise and hold, over all faces and over the hard ones."""
    return f"""### Sets with a promised coverage

Where two expressions are plausible the answer can be both. A set holds every expression from a probability
on that was chosen on PublicTest, so that the sets hold what most of ten people say as often as promised
(conformal prediction). On {TEST_SPLIT}:

{_sets(votes.sets, table)}

Over all faces the promise is kept by the easy ones. Where the answer is "unsure" the sets have a threshold
of their own, chosen on the faces of PublicTest whose best probability is under {_hard_below(conversion)}; the
app and the reports name two or three plausible expressions ("sad or neutral") in place of a bare "unsure",
and more are left unnamed. Such faces of PublicTest, each held against a threshold that was chosen without it:

{_unsure_sets(conversion, table)}

Few faces stand behind each expression of this second table. In a video the sets come from the smoothed
probabilities, and the promise is one about single faces."""


def _side_by_side(split: SplitScores, votes: VotesScores, table: Table) -> str:
    rows = []
    for key, title in VIEWS.items():
        labels, other = getattr(split, key), getattr(votes, key)
        if labels and other:
            rows.append((title, *_pair(labels), *_pair(other)))
    header = (
        "view",
        "labels head by FER2013's label",
        "balanced",
        "votes head by FER+'s majority",
        "balanced",
    )
    return table(header, rows)


def _pair(scores: Scores) -> tuple[str, str]:
    return _share(scores.accuracy), _share(scores.balanced_accuracy)


def _classes(scores: Scores, table: Table) -> str:
    rows = [
        (name, f"{c.n:,}", _share(c.precision), _share(c.recall))
        for name, c in ((name, scores.classes[name]) for name in DISPLAY_ORDER)
    ]
    return table(("expression", "faces", "precision", "recall"), rows)


def _priors(conversion: Conversion, table: Table) -> str:
    rows = [
        (
            f"{row.amount:.0%}" + (" (shipped)" if row.chosen else ""),
            f"{row.accuracy:.1%}",
            f"{row.balanced_accuracy:.1%}",
            f"{row.ece:.1%}",
        )
        for row in conversion.priors
    ]
    return table(("taken off", "accuracy", "balanced accuracy", "ECE against the votes"), rows)


def _sets(sets: Sequence[SetFigures], table: Table) -> str:
    rows = [
        (
            f"{s.promised:.0%}",
            f"{s.coverage:.1%}",
            f"{s.mean_size:.2f}",
            f"{s.sizes[0]:.0%}",
            f"{s.sizes[1]:.0%}",
            ", ".join(f"{name} {s.coverage_by_class[name]:.0%}" for name in DISPLAY_ORDER if _known(s, name)),
        )
        for s in sets
    ]
    return table(("promised", "held", "expressions", "one", "two", "held, by expression"), rows)


def _hard_below(conversion: Conversion) -> str:
    return f"{conversion.unsure_sets[0].hard_below:g}" if conversion.unsure_sets else "–"


def _unsure_sets(conversion: Conversion, table: Table) -> str:
    rows = [
        (
            f"{s.promised:.0%}",
            f"{s.n}",
            f"{s.coverage:.1%}",
            f"{s.mean_size:.2f}",
            f"{sum(s.sizes[1:3]):.0%}",
            ", ".join(f"{name} {s.coverage_by_class[name]:.0%}" for name in DISPLAY_ORDER if _known(s, name)),
        )
        for s in (one.figures for one in conversion.unsure_sets)
    ]
    header = ("promised", "faces", "held", "expressions", "two or three", "held, by expression")
    return table(header, rows)


def _known(figures: SetFigures, name: str) -> bool:
    return figures.coverage_by_class[name] is not None


def _share(e: Estimate) -> str:
    return f"{e.value:.1%} ({100 * e.low:.1f} to {100 * e.high:.1f})"
