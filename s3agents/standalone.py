"""Standalone: a single agent without a society, for use in any AutoGen team."""

from __future__ import annotations

from collections.abc import Collection

from s3agents.agents.social_agent import SocialAgent
from s3agents.cognition.mind import Mind
from s3agents.config import Scenario
from s3agents.coordinator.roster import Roster
from s3agents.embed.hashing import HashingEmbedder
from s3agents.llm.base import ChatCompletionClient
from s3agents.memory.local import LocalStore
from s3agents.minds import Minds, load_packs
from s3agents.network.society import Society
from s3agents.persona import Persona
from s3agents.scenarios import parse_scenario

__all__ = ["make_agent"]


def make_agent(
    persona: Persona,
    *,
    topic: str,
    question: str,
    client: ChatCompletionClient | None = None,
    pack: str = "joint",
    language: str = "en",
    mutuals: Collection[str] = (),
    followees: Collection[str] = (),
) -> SocialAgent:
    """One agent with a memory of its own.

    Args:
        persona: who it is.
        topic: what is talked about.
        question: the question whose "yes" is the positive attitude.
        client: the model that thinks for it; textbook models if not given.
        pack: prompt pack, for use with a client.
        language: of the prompts.
        mutuals: names of team members whose messages count as a mutual follow's.
        followees: names of team members whom it follows.

    Raises:
        InputError: if the pack or language is unknown.
    """
    mode = "rules" if client is None else "llm"
    data = {
        "name": "standalone",
        "topic": topic,
        "question": question,
        "language": language,
        "ticks": 1,
        "society": {"networkx": "karate_club"},
        "cognition": {"mode": mode, "pack": pack},
    }
    mind = _mind(parse_scenario(data, origin="make_agent"), persona, client)
    return SocialAgent(persona, mind, mutuals=mutuals, followees=followees)


def _mind(scenario: Scenario, persona: Persona, client: ChatCompletionClient | None) -> Mind:
    store = LocalStore(HashingEmbedder())
    roster = Roster(scenario, Society.empty())
    packs = load_packs(scenario)
    return Minds(scenario, roster, store, client=client, packs=packs)(persona)
