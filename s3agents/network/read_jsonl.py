"""JSON lines: one object a line, with an account of the lines that are none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from s3agents.network.load_report import FileReport
from s3agents.network.read_lines import read_lines

__all__ = ["read_jsonl"]


def read_jsonl(path: Path, report: FileReport) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of ``path`` as (line, object); a line that holds none is dropped and accounted for in ``report``.

    Raises:
        SocietyError: if it is not readable as text.
    """
    for number, line in enumerate(read_lines(path), start=1):
        if line.isspace():
            continue
        report.read += 1
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError:
            report.drop_row("broken line: no JSON", number, line.strip())
            continue
        if isinstance(row, dict):
            yield number, row
        else:
            report.drop_row("broken line: no JSON object", number, line.strip())
