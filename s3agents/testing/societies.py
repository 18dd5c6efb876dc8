"""Small societies and scenarios for tests: any follow graph, and textbook agents that act often."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx

from s3agents.config import Scenario
from s3agents.network.society import Society
from s3agents.scenarios import parse_scenario

__all__ = ["lively_scenario", "society_of"]


def society_of(users: int, edges: Iterable[tuple[int, int]], *, name: str = "small") -> Society:
    """Users ``u0`` to ``u{users-1}`` with a bio each, and follow edges (follower, followee)."""
    graph: Any = nx.DiGraph()
    for n in range(users):
        graph.add_node(f"u{n}", bio=f"I like subject {n % 5}.", age=20 + n % 50)
    graph.add_edges_from((f"u{a}", f"u{b}") for a, b in edges)
    return Society.from_networkx(graph, name=name)


def lively_scenario(authors: Sequence[str], *, ticks: int = 6, **changes: Any) -> Scenario:
    """A scenario in which ``authors`` post at tick 0 and textbook agents forward and write often.

    Args:
        authors: of the seed posts, alternating between the two attitudes.
        ticks: of the scenario.
        **changes: top-level keys that differ.

    Raises:
        ConfigError: if a change is no key, or has a wrong value.
    """
    sides = ("positive", "negative")
    base: dict[str, Any] = {
        "name": "lively",
        "topic": "A test of many posts.",
        "question": "Is this a test?",
        "ticks": ticks,
        "seed": 11,
        "society": {"networkx": "karate_club"},
        "seeds": [
            {"author": author, "text": f"Seed post of {author}.", "attitude": sides[n % 2], "emotion": "intense"}
            for n, author in enumerate(authors)
        ],
        "cognition": {"rules": {"forward": 0.4, "post": 0.3, "contagion": 0.5}, "spontaneous": 0.1},
        "memory": {"store": "local", "capacity": 4},
        "bus": "local",
    }
    return parse_scenario({**base, **changes}, origin="lively_scenario")
