"""Seeds: which posts the scenario has whom publish or forward, tick by tick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from s3agents.cognition.announce import Announcement, Passed
from s3agents.config.scenario import SeedPost
from s3agents.errors import ConfigError, explain
from s3agents.ids import UserId
from s3agents.seed_posts import SeedPosts, SeedRoot

__all__ = ["Announcements", "plan_seeds"]

Announcements = Mapping[int, Mapping[UserId, Sequence[Announcement]]]
_SHOWN = 5


def plan_seeds(seeds: Sequence[SeedPost]) -> Announcements:
    """Announcements by tick and author. Every seed must have its author and text or forward (files already read).

    What an author publishes in a tick comes before what it forwards in it.

    Raises:
        ConfigError: for a forward of what is no seed post, comes no sooner than the forward, or is the author's own.
    """
    if any(seed.author is None for seed in seeds):
        raise ValueError("seeds from files must be read before they are planned")
    plan: dict[int, dict[UserId, list[Announcement]]] = defaultdict(lambda: defaultdict(list))
    posts, wrong = SeedPosts(seeds), []
    for number, seed in sorted(enumerate(seeds), key=lambda item: item[1].text is None):
        root = None if seed.forwards is None else posts.find(seed.forwards)
        said = _announcement(seed, root)
        if said is None:
            wrong.append(_message(seed, f"seeds.{number}.forwards", root))
        else:
            plan[seed.tick][UserId(str(seed.author))].append(said)
    if wrong:
        more = [f"and {len(wrong) - _SHOWN:,} more"] if len(wrong) > _SHOWN else []
        raise ConfigError("\n".join([*wrong[:_SHOWN], *more]))
    return {tick: dict(authors) for tick, authors in plan.items()}


def _announcement(seed: SeedPost, root: SeedRoot | None) -> Announcement | None:
    """What ``seed`` has its author say; ``None`` if it cannot be."""
    if seed.text is not None:
        return Announcement(text=seed.text, emotion=seed.emotion, attitude=seed.attitude)
    if root is None or root.seed.tick >= seed.tick or root.author == seed.author:
        return None
    passes = Passed(parent=root.id, root=root.id, attitude=root.seed.attitude)
    return Announcement(text=str(root.seed.text), emotion=seed.emotion, attitude=seed.attitude, passes=passes)


def _message(seed: SeedPost, key: str, root: SeedRoot | None) -> str:
    if root is not None and root.author == seed.author:
        return explain(key, wanted="a seed post of somebody else", got=repr(seed.forwards))
    wanted = f"a seed post before tick {seed.tick}, or its author"
    got = repr(seed.forwards) if root is None else f"{root.id}, of tick {root.seed.tick}"
    return explain(key, wanted=wanted, got=got, remedy="a post can be read a tick after it was published")
