"""Further: what a system message says of the actions of a scenario that packs do not speak of by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import yaml

from s3agents.actions.base import Aim, SocialAction
from s3agents.actions.offer import Offer
from s3agents.resources import prompts_dir

__all__ = ["further_actions"]


def further_actions(offer: Offer, language: str) -> str:
    """A paragraph with a line for each further action; empty where there is nothing but to forward and to post.

    Args:
        offer: of the scenario; each action has a sentence in ``language``.
        language: of the pack.
    """
    if offer.usual:
        return ""
    words = _words(language)
    lines = [_line(action, words, language) for action in offer.further]
    return "\n".join([words["heading"].format(actions=", ".join(offer.names)), *lines])


def _line(action: SocialAction, words: Mapping[str, str], language: str) -> str:
    said = words["action"].format(name=action.name, sentence=action.sentences[language])
    aims = [words["aims"]] if action.aims is Aim.POST else []
    writes = [words["writes"]] if action.writes else []
    return " ".join([said, *aims, *writes])


@lru_cache(maxsize=16)
def _words(language: str) -> Mapping[str, str]:
    words: dict[str, str] = yaml.safe_load((prompts_dir() / "actions" / f"{language}.yaml").read_text(encoding="utf-8"))
    return words
