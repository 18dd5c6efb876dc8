"""YAML from outside: what a single value may be, and what is said of one that is none."""

from __future__ import annotations

import pytest

from s3agents.errors import ConfigError
from s3agents.yaml_files import yaml_value


def test_a_value_has_the_type_that_yaml_gives_it() -> None:
    """Numbers, truth values, lists and text, as in a file."""
    assert [yaml_value(text, "x") for text in ("5", "0.5", "true", "[a, 1]", "'5'")] == [5, 0.5, True, ["a", 1], "5"]


@pytest.mark.parametrize(
    ("text", "got"), [("[1", "expected ',' or ']'"), ("2015-13-45", "month"), ("[" * 5000, "hundreds of levels")]
)
def test_what_is_no_value_is_one_clear_error(text: str, got: str) -> None:
    """The message names the option, what came, and the remedy."""
    with pytest.raises(ConfigError, match=r"--set 'x': wanted a value in YAML, got .*put text in quotes") as caught:
        yaml_value(text, "--set 'x'")
    assert got in str(caught.value)
