"""``fer check``: about a hundred faces to tag, then how far the answers can be trusted on this footage."""

import argparse
import sys
from pathlib import Path

from fer.cli.shared.inputs import ProgressBar, photo_items
from fer.cli.shared.options import add_settings, settings_of
from fer.constants import DISPLAY_ORDER
from fer.dataset.tagging import FaceSample, FaceSampler
from fer.emotion.footage_scaling import scaling_to_json
from fer.errors import FerError, InputError
from fer.evaluation.footage.census import census_of, with_states
from fer.evaluation.footage.check import FootageCheck, check_footage, check_json
from fer.evaluation.footage.folder import FACES, TAGS_CSV, read_folder, write_folder
from fer.evaluation.footage.picking import pick
from fer.io.files import refuse_existing, write_text
from fer.io.spreadsheet import COMMA, SEMICOLON
from fer.photos import PhotoResult, analyze_photos
from fer.pipeline import Components, analyze_video, load_components
from fer.settings import Settings
from fer.sources import LoadedImage
from fer.sources.finding import FoundFile, survey
from fer.text import count, percent
from fer.timeline.report import Report

DEFAULT_PICK = 100


def add_parser(commands) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check", help="how far the answers can be trusted on your footage: tag about 100 faces"
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="videos, or photos, zip files and folders of them"
    )
    parser.add_argument(
        "--pick", type=int, default=DEFAULT_PICK, metavar="N", help="faces to tag; default: %(default)s"
    )
    parser.add_argument(
        "--out", type=Path, help="folder for the picked faces' pictures and a table to fill in"
    )
    parser.add_argument(
        "--csv-form",
        choices=(COMMA, SEMICOLON),
        default=COMMA,
        help="of the table to fill in; semicolon: as spreadsheets of many countries open it",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="another number picks other faces; default: %(default)s"
    )
    parser.add_argument("--tags", type=Path, help="the filled-in table: prints what it says")
    parser.add_argument("--json", type=Path, help="with --tags: everything, for programs")
    parser.add_argument(
        "--calibration",
        type=Path,
        help="with --tags: percentages fitted to this footage, for fer analyze --calibration; refused where "
        "tags that were held out gain nothing",
    )
    parser.add_argument("--force", action="store_true", help="replace files that exist")
    add_settings(parser.add_argument_group("analysis"))
    parser.set_defaults(run=run, usage_error=parser.error)


def run(args: argparse.Namespace) -> int:
    """Pick faces of footage, or say what their tags mean."""
    if bool(args.tags) == bool(args.paths):
        args.usage_error(
            "give footage (PATH ... --out DIR) to pick faces, or --tags TABLE once it is filled in"
        )
    if args.tags:
        return _evaluate(args)
    if not args.out:
        args.usage_error("--out DIR is needed: there go the pictures and the table to fill in")
    if args.pick < 1:
        args.usage_error("--pick takes a number from 1 on")
    return _pick(args)


def _pick(args: argparse.Namespace) -> int:
    refuse_existing(args.out / TAGS_CSV, force=args.force)
    failures: list[str] = []
    samples, reports = _read(args.paths, settings_of(args), failures)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if not reports:
        raise InputError("Nothing of this could be read, so there is no face to pick.")
    census = census_of(reports)
    taken = pick(with_states(samples, reports), census, args.pick, seed=args.seed)
    table = write_folder(args.out, taken, census, form=args.csv_form, force=args.force)
    if len(taken) < args.pick:
        print(
            f"Of {args.pick} asked for there were fewer: readings of one face are taken half a second apart."
        )
    print(f"{count(len(taken), 'face')} picked; their pictures lie in {args.out / FACES}: faces of people.")
    print(f"Fill in the column label of {table} ({', '.join(DISPLAY_ORDER)} or cannot_tell),")
    print(f"looking at the pictures only, then: fer check --tags {table}")
    return 1 if failures else 0


def _read(
    paths: list[Path], settings: Settings, failures: list[str]
) -> tuple[list[FaceSample], list[Report]]:
    """Faces that can be tagged, and the reports, of all videos or of all photos."""
    seen = survey(paths)
    failures += [one.as_text() for one in seen.lost]
    videos = [one for one in seen.found if one.kind == "video"]
    photos = tuple(one for one in seen.found if one.kind == "image")
    if videos and photos:
        raise InputError("Check videos or photos, not both at once: a photo has no length of time.")
    models = load_components(settings, still=bool(photos))
    sampler = FaceSampler(models.emotion.manifest.crop)
    if photos:
        reports = [_read_photos(photos, settings, sampler, models, failures)]
    else:
        reports = _read_videos(videos, settings, sampler, models, failures)
    return list(sampler.samples), reports


def _read_photos(
    photos: tuple[FoundFile, ...],
    settings: Settings,
    sampler: FaceSampler,
    models: Components,
    failures: list[str],
) -> Report:
    def saw(loaded: LoadedImage, found: PhotoResult) -> None:
        """Offer the photo's faces to the picking."""
        if found.observations is not None:
            sampler.see(loaded.frame, found.observations, still=True)

    with ProgressBar("photos") as tell:
        batch = analyze_photos(
            photo_items(photos),
            settings,
            on_progress=tell,
            on_photo=saw,
            components=models,
        )
    failures += [f"{one.name}: {one.error} [{one.error_code}]" for one in batch.failed]
    return batch.report


def _read_videos(
    videos: list[FoundFile], settings: Settings, sampler: FaceSampler, models: Components, failures: list[str]
) -> list[Report]:
    reports = []
    for video in videos:
        try:
            with ProgressBar(video.label) as tell:
                report = analyze_video(
                    video.content(),
                    settings,
                    name=video.label,
                    on_progress=tell,
                    on_frame=lambda frame, seen: sampler.see(frame, seen, still=False),
                    components=models,
                )
            reports.append(report)
        except FerError as exc:
            failures.append(f"{video.label}: {exc.as_text()}")
    return reports


def _evaluate(args: argparse.Namespace) -> int:
    for path in filter(None, (args.json, args.calibration)):
        refuse_existing(path, force=args.force)
    tagged = read_folder(args.tags)
    check = check_footage(tagged.census, tagged.states, tagged.probs, tagged.tags, n_picked=tagged.n_picked)
    _show(check)
    if args.json:
        print(f"written: {write_text(check_json(check), args.json, force=args.force)}")
    if args.calibration:
        if check.recalibration is None or not check.recalibration.offered:
            raise InputError(check.recalibration_sentence())
        text = scaling_to_json(check.recalibration.scaling)
        print(f"written: {write_text(text, args.calibration, force=args.force)}")
    return 0


def _show(check: FootageCheck) -> None:
    for sentence in check.sentences():
        print(sentence)
    print("\nWhen it says")
    for belief in check.beliefs:
        print(f"  {belief.sentence()}")
    what = "Share of the faces" if check.census.is_photos else "Share of the time"
    print(f"\n{what:<20} {'network':>8} {'corrected (95% interval)':>26}")
    for name in DISPLAY_ORDER:
        share = check.shares[name]
        between = f"({percent(share.low)} to {percent(share.high)})"
        print(f"  {name:<18} {percent(check.raw[name]):>8} {percent(share.value):>10} {between:>15}")
    print(f"\n{check.recalibration_sentence()}")
