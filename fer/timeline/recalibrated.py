"""A finished report with its probabilities fitted to the footage: no picture is read again."""

from dataclasses import replace

from fer.constants import EMOTIONS
from fer.emotion.footage_scaling import FootageScaling, model_of
from fer.errors import InputError
from fer.timeline.neutral_faces import with_baselines
from fer.timeline.report import Report, make_report
from fer.timeline.timeline import Timeline, with_verdicts
from fer.verdict import NO_SETS


def recalibrated(report: Report, scaling: FootageScaling) -> Report:
    """The report over recalibrated probabilities, with its summary made anew; it says so in its notes.

    Args:
        report: As the analysis gave it.
        scaling: Fitted on tags of such footage.

    Raises:
        InputError: It was fitted for another network, or the report has been changed already.
    """
    model = report.provenance.model
    if scaling.model != model_of(model):
        raise InputError(
            "The calibration was made for another network or answer: tag faces again with `fer check`."
        )
    if report.recalibrated:
        raise InputError("This report is recalibrated already: start from the analysis itself.")
    if report.timeline.own_neutral:
        raise InputError("Recalibrate first, then choose neutral faces.")
    timeline = _recalibrated(report.timeline, scaling)
    return make_report(timeline, model=dict(model) | {"footage_calibration": scaling.sentence()})


def _recalibrated(timeline: Timeline, scaling: FootageScaling) -> Timeline:
    probs = scaling(timeline.probs)
    table = timeline.table.assign(**dict(zip(EMOTIONS, probs.T, strict=True)))
    source = replace(timeline.source, notes=(*timeline.source.notes, scaling.sentence()))
    # The promise of the sets is one about the shipped network's percentages.
    table = with_verdicts(table, timeline.settings, NO_SETS)
    changed = replace(timeline, table=table, source=source, sets=NO_SETS)
    # The Action Units' verdict is about the answer, and the answer may be another one now.
    return changed if timeline.measures is None else with_baselines(changed, {})
