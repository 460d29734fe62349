"""Frozen records as JSON and back: the file names every field, and nothing is guessed when it is read."""

import json
import re
import types
import typing
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from fer.errors import MissingModelError, ModelError

Record = TypeVar("Record")

PARSE_ERRORS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError)
"""What reading a hostile document raises: also nests of thousands and numbers of hundreds of digits."""


def read_record(kind: type[Record], path: Path, *, wanted_format: int, repair: str) -> Record:
    """Read and check a file of figures that a command wrote.

    Args:
        kind: The record's class; its first field is ``format``.
        path: The JSON file.
        wanted_format: Version that is understood.
        repair: What to do where there is no such file, as in "write it again with ...".

    Raises:
        MissingModelError: There is none.
        ModelError: It is damaged or of another version.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["format"] != wanted_format:
            raise ValueError(values["format"])
        return from_values(kind, values)
    except FileNotFoundError as exc:
        raise MissingModelError(f"There are no figures at {path.parent.name}/{path.name}: {repair}.") from exc
    except (OSError, *PARSE_ERRORS) as exc:
        raise ModelError(
            f"{path.parent.name}/{path.name} is damaged or of another version: {repair}."
        ) from exc


def json_text(record: Any) -> str:
    """A record as JSON text: six significant digits, a row of numbers a line.

    Args:
        record: A dataclass of numbers, texts, tuples, dicts and further records.
    """
    text = json.dumps(_rounded(asdict(record)), indent=1, allow_nan=False)
    rows = re.compile(r"\[\s+((?:-?[\d.e+-]+|null)(?:,\s+(?:-?[\d.e+-]+|null))*)\s+\]")
    return rows.sub(lambda found: "[" + re.sub(r"\s+", " ", found[1]) + "]", text) + "\n"


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


def from_values(kind: Any, value: Any) -> Any:
    """A value of JSON as the type that a record's field names.

    Args:
        kind: The record's class, or a field's type.
        value: What ``json.loads`` gave.

    Raises:
        ValueError: It does not fit.
    """
    if isinstance(kind, type) and is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        # What a later version added has a default: a file from before lacks it and is still read.
        needed = {f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING}
        if not needed <= set(value) <= {field.name for field in fields(kind)}:
            raise ValueError(f"{kind.__name__} has other fields")
        return kind(**{name: from_values(hints[name], inner) for name, inner in value.items()})
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return None if value is None else from_values(inside[0], value)
    if origin is dict:
        return {key: from_values(inside[1], inner) for key, inner in value.items()}
    if origin is tuple:
        return tuple(from_values(inside[0], inner) for inner in value)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value
