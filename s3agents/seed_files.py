"""Seed files: seed posts that a scenario takes from a file of posts, such as the first post of a real cascade."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from s3agents.config.scenario import SEED_CHARS, Scenario, SeedPost
from s3agents.errors import ConfigError, explain

__all__ = ["read_seed_files"]

_LONGEST_LINE = 10_000_000
_TEXT_KEYS = ("text", "content")
_AUTHOR_KEYS = ("user_id", "author")


def read_seed_files(scenario: Scenario) -> Scenario:
    """``scenario`` with every seed of a file replaced by the posts that the file has for it.

    Raises:
        ConfigError: if a file cannot be read, or has no such post.
    """
    seeds: list[SeedPost] = []
    for number, seed in enumerate(scenario.seeds):
        seeds += [seed] if seed.file is None else _selected(seed, f"seeds.{number}")
    return scenario.model_copy(update={"seeds": tuple(seeds)})


def _selected(seed: SeedPost, key: str) -> list[SeedPost]:
    file = Path(str(seed.file))
    found = [
        seed.model_copy(update={"author": author, "text": text, "file": None, "where": {}})
        for author, text in _posts(file, seed.where, key)
    ]
    if not found:
        wanted = "a post with " + (", ".join(f"{k}={v!r}" for k, v in seed.where.items()) or "an author and a text")
        raise ConfigError(explain(f"{key}: {file}", wanted=wanted, got="none in the file"))
    return found


def _posts(file: Path, where: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
    for number, row in _rows(file, key):
        if all(row.get(name) == value for name, value in where.items()):
            author = next((str(row[k]) for k in _AUTHOR_KEYS if row.get(k) not in (None, "")), "")
            text = next((str(row[k]) for k in _TEXT_KEYS if row.get(k)), "")
            place = f"{key}: {file}:{number}"
            if not author or not text:
                raise ConfigError(explain(place, wanted="user_id and text", got=f"fields {', '.join(sorted(row))}"))
            if len(text) > SEED_CHARS:
                raise ConfigError(
                    explain(place, wanted=f"a text of at most {SEED_CHARS} characters", got=f"{len(text)}")
                )
            yield author, text


def _rows(file: Path, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with file.open("rb") as lines:
            number = 0
            while line := lines.readline(_LONGEST_LINE):
                number += 1
                if line.strip():
                    yield number, _row(line, f"{key}: {file}:{number}")
    except OSError as exc:
        raise ConfigError(explain(f"{key}: {file}", wanted="a file of posts", got=exc.strerror or str(exc))) from exc


def _row(line: bytes, place: str) -> dict[str, Any]:
    try:
        row = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as exc:
        raise ConfigError(explain(place, wanted="a JSON object", got=str(exc))) from exc
    if not isinstance(row, dict):
        raise ConfigError(explain(place, wanted="a JSON object", got=type(row).__name__))
    return row
