"""Seeds: which posts the scenario has whom publish, tick by tick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from s3agents.cognition.announce import Announcement
from s3agents.config.scenario import SeedPost
from s3agents.ids import UserId

__all__ = ["Announcements", "plan_seeds"]

Announcements = Mapping[int, Mapping[UserId, Sequence[Announcement]]]


def plan_seeds(seeds: Iterable[SeedPost]) -> Announcements:
    """Announcements by tick and author. Every seed must have its author and text (files already read)."""
    plan: dict[int, dict[UserId, list[Announcement]]] = defaultdict(lambda: defaultdict(list))
    for seed in seeds:
        if seed.author is None or seed.text is None:
            raise ValueError("seeds from files must be read before they are planned")
        said = Announcement(text=seed.text, emotion=seed.emotion, attitude=seed.attitude)
        plan[seed.tick][UserId(seed.author)].append(said)
    return {tick: dict(authors) for tick, authors in plan.items()}
