"""Surveys: files of questions, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from s3agents.config.survey import Survey
from s3agents.errors import ConfigError
from s3agents.yaml_files import read_yaml

GOOD = """
name: trust
items:
  - {id: side, question: "Should it stay?", options: ["yes", "no", "not sure"]}
  - {id: trust, question: "How far?", low: not at all, high: completely}
  - {id: why, question: "Why?"}
"""


def test_the_kind_of_an_item_follows_from_its_keys(tmp_path: Path) -> None:
    """Options make a choice, the ends of a scale a scale, and without either a question is open."""
    file = tmp_path / "survey.yaml"
    file.write_text(GOOD)
    survey = read_yaml(file, Survey)
    assert [(item.id, item.kind) for item in survey.items] == [("side", "choice"), ("trust", "scale"), ("why", "open")]


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ("[]", "items"),
        ("[{question: x}, {question: y}]", "question twice"),
        ("[{question: x, options: [a]}]", "options"),
        ("[{question: x, options: [a, a]}]", "differ"),
        ("[{question: x, low: a}]", "high"),
        ("[{question: x, low: a, high: b, least: 3, most: 3}]", "2 to 11 points"),
        ("[{question: x, low: a, high: b, most: 90}]", "2 to 11 points"),
        ("[{question: x, kind: essay}]", "kind"),
        ("[{question: x, chars: 0}]", "chars"),
        ("[{queston: x}]", "queston"),
        ("[1]", "items"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, items: str, says: str) -> None:
    """The message names the file and the key."""
    file = tmp_path / "survey.yaml"
    file.write_text(f"name: s\nitems: {items}\n")
    with pytest.raises(ConfigError, match=says) as error:
        read_yaml(file, Survey)
    assert "survey.yaml" in str(error.value)
