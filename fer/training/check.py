"""What a recipe names is known and there, found out before hours are spent. No Keras in here."""

from pathlib import Path

from fer.errors import MissingModelError, SettingsError
from fer.training.plan import ARCHITECTURES, Plan, Recipe


def check_recipe(recipe: Recipe) -> None:
    """Find out before the first stage what would fail after hours.

    Raises:
        SettingsError: Unknown network, or a stage names one that does not come before it, or starts
            from one of another architecture.
        MissingModelError: A network that a stage names is not there.
    """
    earlier: dict[str, Plan] = {}
    names = {stage.name for stage in recipe.stages}
    for stage in recipe.stages:
        if stage.arch not in ARCHITECTURES:
            known = ", ".join(ARCHITECTURES)
            raise SettingsError(f"Unknown network {stage.arch!r}: choose one of {known}.")
        for name in (*stage.teachers, *start_names(stage), *stage.average):
            if name in names and name not in earlier:
                raise SettingsError(
                    f"Stage {stage.name!r} needs stage {name!r}, which does not come before it."
                )
            if name not in names:
                check_there(Path(name))
        for name in (*start_names(stage), *stage.average):
            if name in earlier and earlier[name].arch != stage.arch:
                raise SettingsError(f"Stage {stage.name!r} cannot start from {name!r}: another network.")
        earlier[stage.name] = stage


def start_names(stage: Plan) -> list[str]:
    """The stages or files that a stage starts from; several stand with a "+" between them."""
    return stage.start.split("+") if stage.start else []


def check_there(path: Path) -> None:
    """Find out early whether a network's file is there.

    Raises:
        MissingModelError: It is not.
    """
    if not path.is_file():
        raise MissingModelError(f"There is no network at {path}: name an earlier stage or a .keras file.")
