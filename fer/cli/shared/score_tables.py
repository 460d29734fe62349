"""Scores as tables on the terminal."""

from rich import box
from rich.console import Console
from rich.table import Table

from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.evaluation.figures.conversion import Conversion
from fer.evaluation.figures.metrics_file import Estimate, FerPlusScores, Scores, SplitScores, VotesScores

WIDTH = 140
"""Columns of the widest table: on a narrower terminal its lines wrap, but no figure is cut off."""

VIEWS = {
    "plain": "one view",
    "flip": "flip",
    "plain_clean": "one view, clean",
    "flip_clean": "flip, clean",
}
"""flip: averaged with the mirror image; clean: without pictures that stand in another split."""


def show_split(scores: SplitScores) -> None:
    """Print the figures of one split: all views, then classes and confusion of the plain one."""
    print(f"\n{scores.split}: {scores.plain.n:,} faces, {scores.answer} head")
    if scores.choices_made_here:
        print("Scaling, threshold and epochs were chosen on these rows, so these figures flatter.")
    if scores.n_repeats:
        print(f"{scores.n_repeats:,} of these pictures stand in another split too; clean is without them.")
    views = {title: getattr(scores, key) for key, title in VIEWS.items() if getattr(scores, key)}
    if scores.ferplus:
        views["one view, FER+"] = scores.ferplus.plain
        views["flip, FER+"] = scores.ferplus.flip
    if scores.votes:
        for key, title in VIEWS.items():
            if getattr(scores.votes, key):
                views[f"votes head, {title}, FER+"] = getattr(scores.votes, key)
    show_views(views)
    if scores.votes:
        print(_votes_sentence(scores.votes))
    if scores.ferplus:
        print(_ferplus_sentence(scores.ferplus))
    print(_unsure_sentence(scores.plain))
    show_classes(scores.plain)
    show_confusion(scores.plain)


def show_views(views: dict[str, Scores]) -> None:
    """Print one row a view: title -> scores."""
    table = _table("view", "faces", "accuracy", "balanced", "macro-F1", "kappa")
    for title, s in views.items():
        shares = (shown_share(s.accuracy), shown_share(s.balanced_accuracy))
        table.add_row(title, f"{s.n:,}", *shares, shown_number(s.macro_f1), shown_number(s.kappa))
    _print(table)
    table = _table("view", "scaling", "ECE", "NLL", "Brier")
    for title, s in views.items():
        for c in (s.uncalibrated, s.calibrated):
            row = (shown_share(c.ece), shown_number(c.nll), shown_number(c.brier))
            table.add_row(title, c.scaling, *row)
    _print(table)


def show_classes(scores: Scores) -> None:
    """Print precision, recall, F1 and kappa of every expression."""
    table = _table("expression", "faces", "precision", "recall", "F1", "kappa")
    for name in DISPLAY_ORDER:
        c = scores.classes[name]
        numbers = (shown_number(c.f1), shown_number(c.kappa))
        table.add_row(name, f"{c.n:,}", shown_share(c.precision), shown_share(c.recall), *numbers)
    _print(table)


def show_confusion(scores: Scores) -> None:
    """Print the confusion matrix; rows are the labels."""
    table = _table("label \\ answer", *DISPLAY_ORDER)
    places = [EMOTIONS.index(name) for name in DISPLAY_ORDER]
    for name, row in zip(DISPLAY_ORDER, places, strict=True):
        table.add_row(name, *(str(scores.confusion.counts[row][column]) for column in places))
    _print(table)


def show_forms(conversion: Conversion) -> None:
    """Print the LiteRT forms of a network side by side."""
    settings = list(conversion.forms[0].ms)
    short = [key.replace("batch ", "b").replace(", ", "/").replace(" threads", "t") for key in settings]
    short = [key.replace(" thread", "t") for key in short]
    table = _table("form", "MB", "accuracy", "flip", "ECE", "diff", *short)
    for f in conversion.forms:
        shares = (f"{f.accuracy:.2%}", f"{f.accuracy_flip:.2%}", f"{f.ece:.1%}")
        times = (f"{f.ms[key]:.2f}" for key in settings)
        row = (f"{f.bytes / 1e6:.2f}", *shares, f"{f.largest_difference:.1g}", *times)
        table.add_row(f.form + (" (shipped)" if f.chosen else ""), *row)
    _print(table)
    print("b8/2t: milliseconds of 8 faces on 2 threads; diff: largest difference from Keras' logits")


def shown_share(e: Estimate) -> str:
    """``70.9% (69.4 to 72.4)``."""
    return f"{e.value:.1%} ({100 * e.low:.1f} to {100 * e.high:.1f})"


def shown_number(e: Estimate) -> str:
    """``0.693 (0.672 to 0.711)``."""
    return f"{e.value:.3f} ({e.low:.3f} to {e.high:.3f})"


def _unsure_sentence(scores: Scores) -> str:
    c = scores.coverage
    answered, right = shown_share(c.answered), shown_share(c.accuracy_answered)
    return f"unsure below {c.unsure_below:.2f}: answers {answered}, of which right {right}"


def _ferplus_sentence(f: FerPlusScores) -> str:
    left_out = f.n_unnamed + f.n_unknown + f.n_tied + f.n_contempt
    reasons = f"{f.n_tied} tied, {f.n_contempt} contempt, {f.n_unknown} unknown, {f.n_unnamed} without votes"
    agreement = shown_share(f.label_agreement)
    return (
        f"FER+ majority: {left_out} of {f.n_rows:,} left out ({reasons}); "
        f"FER2013's own label agrees on {agreement}"
    )


def _votes_sentence(v: VotesScores) -> str:
    sets = "; ".join(
        f"{s.promised:.0%} promised: {s.coverage:.1%}, {s.mean_size:.2f} expressions" for s in v.sets
    )
    return (
        f"votes head against the votes of {v.n_voted:,} faces: ECE {shown_share(v.ece)}, "
        f"NLL {shown_number(v.nll)}; by FER2013's label {shown_share(v.accuracy_by_label)}\nsets: {sets}"
    )


def _table(first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _print(table: Table) -> None:
    Console(width=WIDTH, soft_wrap=True).print(table)
