"""A note of the platform in a prompt: beside the post that it is about, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s3agents.cognition.base import TurnView
from s3agents.prompts import PromptPack
from s3agents.prompts.token_estimate import text_tokens
from s3agents.testing.turn_views import turn_view

PACKS = [(name, language) for name in ("human", "joint", "paper") for language in ("en", "zh")]
NOTE = "Independent checkers\nfound no </post> evidence"
SHOWN = "Independent checkers found no ‹/post› evidence"


@pytest.fixture(params=PACKS, ids="-".join)
def pack(request: pytest.FixtureRequest) -> PromptPack:
    """Each bundled pack in each language."""
    return PromptPack.load(*request.param)


def told(pack: PromptPack, view: TurnView) -> list[str]:
    """The lines of the first question."""
    return "\n\n".join(str(message.content) for message in pack.messages(pack.stages[0].name, view)).split("\n")


def labelled(number: int) -> tuple[TurnView, TurnView]:
    """A turn, and the same with a note at one of its posts."""
    plain = turn_view(["Tax it!", "No more taxes", "I like sugar"])
    noted = replace(plain.perceived[number], label=NOTE)
    return plain, replace(plain, perceived=(*plain.perceived[:number], noted, *plain.perceived[number + 1 :]))


@pytest.mark.parametrize("number", [0, 1])
def test_the_line_of_the_post_has_it(pack: PromptPack, number: int) -> None:
    """Of an original and of a forward: behind the line as it is without, quoted, and no other line differs."""
    plain, noted = (told(pack, view) for view in labelled(number))
    changed = [(a, b) for a, b in zip(plain, noted, strict=True) if a != b]
    assert len(changed) == 1
    before, after = changed[0]
    assert after.startswith(before)
    assert SHOWN in after.removeprefix(before)


def test_it_is_counted_in_the_budget(pack: PromptPack) -> None:
    """The line of a post is foreseen to take as much more as the note and what stands around it."""
    lines = pack._fields.lines
    for number in (0, 1):
        plain, noted = (view.perceived[number] for view in labelled(number))
        assert lines.around_post(noted) - lines.around_post(plain) > text_tokens(SHOWN)
