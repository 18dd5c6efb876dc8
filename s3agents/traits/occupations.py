"""Occupations: the ten that S3 tells apart (Table 5), or a list of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from s3agents.errors import InputError, explain
from s3agents.traits.base import Estimate, Unknown

__all__ = ["NO_OCCUPATION", "OCCUPATIONS", "NoOccupation", "OccupationEstimate", "read_occupations"]

OCCUPATIONS = (
    "Education Practitioner",
    "Administrative Manager / Officer",
    "Unemployed / Student",
    "Engineer",
    "Labor Technician / Worker",
    "Logistics Practitioner",
    "Medical Personnel",
    "Financial Practitioner",
    "Media Personnel",
    "Entertainment and Arts Practitioner",
)
"""The categories of S3's Table 5, in its order and spelling."""

NO_OCCUPATION = "none"
"""What an answer that names no occupation is put into; no category may be called so."""

_LONGEST = 80
_MOST = 100


@dataclass(frozen=True, slots=True)
class OccupationEstimate(Estimate):
    """A category, with the occupation in the model's own words that was put into it."""

    answer: str = ""


@dataclass(frozen=True, slots=True)
class NoOccupation(Unknown):
    """Unknown since the model's own words name no occupation."""

    reason: str = "no occupation named"
    answer: str = ""


def read_occupations(path: Path | str) -> tuple[str, ...]:
    """The categories of a YAML file that holds a list of names.

    Raises:
        InputError: if it holds anything else: no list of 2 to 100 distinct names of at most 80 characters.
    """
    file = Path(path)
    try:
        names: Any = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise _wrong(file, exc.strerror or str(exc)) from exc
    except (UnicodeDecodeError, yaml.YAMLError) as exc:
        raise _wrong(file, " ".join(str(exc).split())) from exc
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _wrong(file, "something else than a list of texts")
    if not 2 <= len(names) <= _MOST or len(set(names)) != len(names):
        raise _wrong(file, f"{len(names)} names, {len(set(names))} of them different")
    for name in names:
        if name != " ".join(name.split()) or not 0 < len(name) <= _LONGEST or name == NO_OCCUPATION:
            raise _wrong(file, repr(name[: _LONGEST + 1]))
    return tuple(names)


def _wrong(file: Path, got: str) -> InputError:
    wanted = f"a YAML list of 2 to {_MOST} distinct names of one line each, none called {NO_OCCUPATION!r}"
    return InputError(explain(str(file), wanted=wanted, got=got))
