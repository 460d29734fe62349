"""The model card, written from the files of figures in models/: no figure stands in this text.

Reference:
    Mitchell et al. 2019, Model Cards for Model Reporting.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fer.constants import DISPLAY_ORDER, EMOTIONS
from fer.emotion.network import Manifest, read_manifest
from fer.errors import DamagedInputError, MissingModelError, ModelError
from fer.evaluation.card_robustness import robustness_section
from fer.evaluation.card_votes import heads_section
from fer.evaluation.figures.conversion import Conversion, read_conversion
from fer.evaluation.figures.history import HISTORY, Epoch, read_history
from fer.evaluation.figures.latency import Latency
from fer.evaluation.figures.metrics_file import (
    CHOICE_SPLIT,
    TEST_SPLIT,
    Estimate,
    FerPlusScores,
    Metrics,
    Scores,
    SplitScores,
    read_metrics,
)
from fer.evaluation.figures.provenance import HEADER, provenance_rows
from fer.evaluation.figures.real_faces import REAL_FACES, RealFaces, read_real_faces
from fer.evaluation.figures.real_faces_table import real_faces_section
from fer.evaluation.robustness import ROBUSTNESS, Robustness, read_robustness
from fer.evaluation.scaling_fit import FOLDS
from fer.io.places import MODELS_DIR

CARD, BENCHMARK, RECIPE = "MODEL_CARD.md", "benchmark.json", "recipe.json"
VIEWS = {
    "plain": "one view",
    "flip": "averaged with the mirror image (`--flip`)",
    "plain_clean": "one view, clean",
    "flip_clean": "averaged with the mirror image, clean",
}
_RERUN = "write it again with `python -m fer benchmark --json models/benchmark.json --force`"


@dataclass(frozen=True, eq=False)
class CardSources:
    """What the card is written from.

    Args:
        manifest: Hashes, temperature, threshold.
        metrics: Figures on PublicTest and PrivateTest, of the network that the manifest names.
        conversion: LiteRT forms and which one is shipped.
        latency: Milliseconds of the shipped network and of the reference, one run.
        history: What each epoch of the training gave.
        robustness: Accuracy on faces that are harder to read.
        real_faces: Ours and others on photos of people; None where they are of another network.
        consistency: The largest weight that a stage of the recipe gave to one answer for two views of a face.

    Raises:
        ModelError: The figures belong to another network, or PrivateTest is missing.
    """

    manifest: Manifest
    metrics: Metrics
    conversion: Conversion
    latency: tuple[Latency, ...]
    history: tuple[Epoch, ...]
    robustness: Robustness
    real_faces: RealFaces | None = None
    consistency: float = 0.0

    def __post_init__(self) -> None:
        if self.metrics.sha256 != self.manifest.sha256.get(self.manifest.tflite):
            raise ModelError(
                "metrics.json belongs to another network than manifest.json: "
                "run `python -m fer evaluate --data fer2013.csv --json models/metrics.json --force` first."
            )
        if not {CHOICE_SPLIT, TEST_SPLIT} <= set(self.metrics.splits):
            raise ModelError(f"metrics.json needs {CHOICE_SPLIT} and {TEST_SPLIT}: evaluate without --split.")


def read_card_sources(folder: Path = MODELS_DIR) -> CardSources:
    """Read the files of figures in models/.

    Raises:
        MissingModelError: One is not there.
        ModelError: One is damaged, or they belong to different networks.
    """
    return CardSources(
        read_manifest(folder),
        read_metrics(folder / "metrics.json"),
        read_conversion(folder / "conversion.json"),
        _read_latency(folder / BENCHMARK),
        _read_history(folder / HISTORY),
        read_robustness(folder / ROBUSTNESS),
        _real_faces(folder),
        _consistency(folder / RECIPE),
    )


def _consistency(path: Path) -> float:
    """From recipe.json; 0 for a network that comes without one."""
    if not path.is_file():
        return 0.0
    try:
        stages = json.loads(path.read_text(encoding="utf-8"))["stages"]
        return max(float(stage.get("consistency", 0.0)) for stage in stages)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ModelError(f"{path.parent.name}/{path.name} is damaged: get the models/ folder again.") from exc


def _real_faces(folder: Path) -> RealFaces | None:
    """The figures on real photos; None where nobody measured the network that is in the folder."""
    if not (folder / REAL_FACES).is_file():
        return None
    found, manifest = read_real_faces(folder / REAL_FACES), read_manifest(folder)
    return found if found.sha256 == manifest.sha256.get(manifest.tflite) else None


def _read_latency(path: Path) -> tuple[Latency, ...]:
    try:
        return tuple(Latency(**row) for row in json.loads(path.read_text(encoding="utf-8"))["network"])
    except FileNotFoundError as exc:
        raise MissingModelError(f"There is no {path.name} in {path.parent.name}/: {_RERUN}.") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(
            f"{path.parent.name}/{path.name} is damaged or of another version: {_RERUN}."
        ) from exc


def _read_history(path: Path) -> tuple[Epoch, ...]:
    try:
        return tuple(read_history(path))
    except DamagedInputError as exc:
        raise ModelError(f"{path.parent.name}/{path.name} is damaged: get the models/ folder again.") from exc


def model_card(sources: CardSources) -> str:
    """The card as Markdown."""
    parts = (
        _head(sources),
        _use(),
        _data(sources.metrics),
        _protocol(sources),
        _figures(sources.metrics),
        _classes(sources.metrics.splits[TEST_SPLIT].plain),
        _calibration(sources.metrics, sources.conversion),
        _second_view(sources.metrics),
        _mirror(sources),
        heads_section(sources.manifest, sources.metrics.splits[TEST_SPLIT], sources.conversion, _table),
        robustness_section(sources.robustness),
        _speed(sources),
        real_faces_section(sources.real_faces, _table),
        _bias(sources.metrics.splits[TEST_SPLIT].plain),
        _provenance(),
        _again(sources),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(sources: CardSources) -> str:
    epochs = len(sources.history)
    hours = sum(e.seconds for e in sources.history) / 3600
    form = next(f for f in sources.conversion.forms if f.chosen)
    return f"""# Model card: {sources.manifest.name}

Written by `python -m fer card` from the files beside it; nothing in it is typed by hand. Layout after
Mitchell et al. 2019.

## Model

- Reads which of seven expressions ({", ".join(DISPLAY_ORDER)}) a face shows: 48 x 48 gray pixels in,
  seven calibrated probabilities out, or the answer "unsure".
- A convolutional network trained from random weights for {epochs} epochs ({hours:.1f} hours) on
  FER2013's Training rows only.
- Shipped as LiteRT, form `{form.form}`, {form.bytes / 1e6:.1f} MB, and as Keras for explanations and
  further training.
{_readings(sources.manifest)}
- The code is MIT. The weights were trained on FER2013, whose pictures were collected for research and are
  not ours to license: whether a use of the weights is covered is for the user to judge. See the data
  below."""


def _readings(manifest: Manifest) -> str:
    """A line for each head: how it is calibrated and when it is unsure."""
    heads = [manifest.head(name) for name in manifest.heads]
    answers = " (answers)" if len(heads) > 1 else ""
    return "\n".join(
        f"- Head `{head.answer}`{answers if head.answer == manifest.answer else ''}: calibrated by "
        f'{head.scaling.kind} scaling; "unsure" below a confidence of {head.unsure_below:.2f}.'
        for head in heads
    )


def _use() -> str:
    return """## Intended use

- Estimating visible facial expression in photos and video: usability studies with the participants'
  consent, teaching of machine learning, research on methods.
- By people who can live with a wrong answer, who look at shares over time rather than at single frames,
  and who tell everyone on camera.

## Excluded use

- Inferring feelings, intentions, honesty or illness: an expression is not a feeling.
- Work, hiring, school, policing, medicine, lie detection. The EU AI Act, Art. 5(1)(f), bans emotion
  inference at work and in education since 2 February 2025; Art. 50(3) asks to inform people.
- Any decision about a person, and identifying anybody."""


def _data(metrics: Metrics) -> str:
    test = metrics.splits[TEST_SPLIT]
    return f"""## Data

- FER2013 (Goodfellow et al. 2013): gray 48 x 48 faces from a web search, one label each. Collected for
  research; its pictures are not part of this project and must not be passed on.
- FER+ (Barsoum et al. 2016, MIT): votes of ten annotators on the same pictures; the second head learns
  them, and they are a second view in the evaluation.
- The labels are noisy: FER+'s majority agrees with FER2013's own label on
  {_share(_ferplus(test).label_agreement)} of {TEST_SPLIT} (where it names one of the seven).
- {test.n_repeats} of {test.plain.n:,} {TEST_SPLIT} pictures stand pixel for pixel in another split;
  figures marked "clean" leave them out."""


def _ferplus(test: SplitScores) -> FerPlusScores:
    if test.ferplus is None:
        raise ModelError("metrics.json lacks the FER+ view: evaluate with --ferplus.")
    return test.ferplus


def _protocol(sources: CardSources) -> str:
    return f"""## Protocol

Trained on Training. Every choice (recipe, epochs, scaling, threshold of "unsure", LiteRT form) was
made on {CHOICE_SPLIT}, so its figures flatter. {TEST_SPLIT} was scored after that; nothing was chosen
on it. Intervals hold 95% of 1,000 seeded resamples of the rows; that of ECE lies high, because
resampling adds to a sum of absolute gaps."""


def _figures(metrics: Metrics) -> str:
    parts = ["## Figures of the labels head"]
    for name in (TEST_SPLIT, CHOICE_SPLIT):
        split = metrics.splits[name]
        rows = [
            _figure_row(title, getattr(split, key)) for key, title in VIEWS.items() if getattr(split, key)
        ]
        note = " (choices were made here)" if split.choices_made_here else ""
        header = ("view", "faces", "accuracy", "balanced accuracy", "macro-F1", "Cohen's kappa")
        parts += [f"### {name}{note}", _table(header, rows)]
    return "\n\n".join(parts)


def _figure_row(title: str, s: Scores) -> tuple[str, ...]:
    shares = (_share(s.accuracy), _share(s.balanced_accuracy))
    return (title, f"{s.n:,}", *shares, _number(s.macro_f1), _number(s.kappa))


def _classes(test: Scores) -> str:
    rows = [
        (name, f"{c.n:,}", _share(c.precision), _share(c.recall), _number(c.f1))
        for name, c in ((name, test.classes[name]) for name in DISPLAY_ORDER)
    ]
    places = [EMOTIONS.index(name) for name in DISPLAY_ORDER]
    counts = test.confusion.counts
    confusion = [(EMOTIONS[row], *(str(counts[row][column]) for column in places)) for row in places]
    return "\n\n".join(
        (
            f"### Each expression ({TEST_SPLIT}, one view)",
            _table(("expression", "faces", "precision", "recall", "F1"), rows),
            "Labels in rows, answers in columns:",
            _table(("", *DISPLAY_ORDER), confusion),
        )
    )


def _calibration(metrics: Metrics, conversion: Conversion) -> str:
    rows = []
    for name in (TEST_SPLIT, CHOICE_SPLIT):
        for key in ("plain", "flip"):
            scores = getattr(metrics.splits[name], key)
            for c in (scores.uncalibrated, scores.calibrated):
                values = (_share(c.ece), f"{c.ece_by_chance:.1%}", _number(c.nll), _number(c.brier))
                rows.append((name, VIEWS[key], c.scaling, *values))
    curve = metrics.splits[TEST_SPLIT].plain.coverage
    scalings = [
        (s.kind + (" (shipped)" if s.chosen else ""), f"{s.accuracy:.2%}", f"{s.ece:.1%}", f"{s.nll:.3f}")
        for s in conversion.scalings
    ]
    header = ("split", "view", "scaling", "ECE (15 bins)", "by chance", "NLL", "Brier score")
    return f"""### Calibration and "unsure"

{_table(header, rows)}

"By chance" is the ECE that perfectly calibrated answers, as many and as sure, show on average.

At its threshold of {curve.unsure_below:.2f} the network answers {_share(curve.answered)} of
{TEST_SPLIT} and is right on {_share(curve.accuracy_answered)} of those; the whole curve is in
metrics.json.

Ways to scale the logits (Guo et al. 2017), each row of {CHOICE_SPLIT} read by a fit that has not seen it
({FOLDS} folds); the lowest negative log-likelihood is shipped:

{_table(("scaling", "accuracy", "ECE (15 bins)", "NLL"), scalings)}"""


def _second_view(metrics: Metrics) -> str:
    found = _ferplus(metrics.splits[TEST_SPLIT])
    header = ("view", "faces", "accuracy", "balanced accuracy", "macro-F1", "Cohen's kappa")
    rows = [_figure_row(VIEWS["plain"], found.plain), _figure_row(VIEWS["flip"], found.flip)]
    left_out = f"{found.n_tied} tied, {found.n_contempt} contempt, {found.n_unknown} unknown or no face"
    return f"""### Against FER+'s majority ({TEST_SPLIT})

{_table(header, rows)}

Left out: {left_out}, {found.n_unnamed} without votes."""


def _mirror(sources: CardSources) -> str:
    """What the mirror image buys, and whether the training asked for it."""
    test = sources.metrics.splits[TEST_SPLIT]
    heads = {"labels head": test, "votes head": test.votes}
    gains = [
        f"{100 * (one.flip.accuracy.value - one.plain.accuracy.value):+.1f} points ({name})"
        for name, one in heads.items()
        if one is not None
    ]
    trained = (
        f"The training asked for the same answer in two views of a face (weight {sources.consistency:g})."
        if sources.consistency
        else "No stage of the training asked for the same answer in two views of a face (`consistency` in a "
        "recipe): in a trial of half a stage, with erasing, PublicTest became worse by it."
    )
    return f"""### The mirror image

Averaging the answer with that for the mirror image changes the accuracy on {TEST_SPLIT} by
{" and ".join(gains)}.
Photos are read so, videos with `--flip`. {trained}"""


def _speed(sources: CardSources) -> str:
    rows = [
        (r.network, r.view, str(r.batch), str(r.threads), f"{r.ms:.2f}", f"{r.p95_ms:.2f}")
        for r in sorted(sources.latency, key=lambda r: (r.view == "flip", r.batch, r.threads))
    ]
    forms = [
        (
            f.form + (" (shipped)" if f.chosen else ""),
            f"{f.bytes / 1e6:.2f}",
            f"{f.accuracy:.2%}",
            f"{f.accuracy_flip:.2%}",
            f"{f.ece:.1%}",
            f"{f.largest_difference:.2g}",
        )
        for f in sources.conversion.forms
    ]
    header = ("form", "MB", f"{CHOICE_SPLIT}", "with flip", "ECE", "largest difference from Keras")
    return f"""## Speed and form

Milliseconds of a batch, plain CPU, both networks in the same run (median and 95th percentile):

{_table(("network", "view", "batch", "threads", "ms", "95%"), rows)}

LiteRT forms of the same weights; the smallest that costs under 0.3 points and is nowhere slower is shipped:

{_table(header, forms)}"""


def _bias(test: Scores) -> str:
    ranked = sorted(DISPLAY_ORDER, key=lambda name: test.classes[name].recall.value)
    worst, best = ranked[:2], ranked[-1]
    few = min(DISPLAY_ORDER, key=lambda name: test.classes[name].n)
    return f"""## Known bias and limits

- Uneven across expressions: {best} is recognised in {_share(test.classes[best].recall)}, {worst[0]}
  only in {_share(test.classes[worst[0]].recall)} and {worst[1]} in
  {_share(test.classes[worst[1]].recall)}.
- {few.capitalize()} has {test.classes[few].n} test faces: its figures say little, as their intervals show.
- FER2013 carries no age, gender, skin colour or origin, so differences between groups of people cannot
  be measured with it and are not known.
- Posed and exaggerated expressions from web photos; spontaneous faces on video, other light, masks,
  glasses and turned heads are read worse than these figures say.
- The labels are one annotator's opinion of a picture: the network learns that opinion, its errors
  included."""


def _provenance() -> str:
    return f"""## Where every file comes from

Model and data files that the product reads. The other files in models/ are figures measured on these.

{_table(HEADER, provenance_rows())}"""


def _again(sources: CardSources) -> str:
    hashes = "\n".join(f"- `{name}`: {digest}" for name, digest in sorted(sources.manifest.sha256.items()))
    return f"""## Do it again

```bash
python -m fer release --data fer2013.csv --ferplus ferplus.csv --recipe models/recipe.json --out runs/mine
```

SHA-256:

{hashes}"""


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _share(e: Estimate) -> str:
    return f"{e.value:.1%} ({100 * e.low:.1f} to {100 * e.high:.1f})"


def _number(e: Estimate) -> str:
    return f"{e.value:.3f} ({e.low:.3f} to {e.high:.3f})"
