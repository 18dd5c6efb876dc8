"""ReplyChains: what answers what among earlier posts, so that a chain which bites its own tail is found out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from s3agents.errors import SocietyError, explain

__all__ = ["ReplyChains"]

_IDS = ("post_id", "id")
_PARENTS = ("parent_id", "parent")
_SHOWN = 5


class ReplyChains:
    """The parents of the posts of one file.

    Args:
        path: the file, for messages.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._parents: dict[str, str] = {}
        self._lines: dict[str, int] = {}

    def note(self, row: Mapping[str, Any], line: int) -> None:
        """Take in a row, if it says which post it is and which one it answers."""
        post, parent = (_first(row, names) for names in (_IDS, _PARENTS))
        if post is not None and parent is not None:
            self._parents.setdefault(post, parent)
            self._lines.setdefault(post, line)

    def check(self) -> None:
        """Nothing, unless a post answers itself, directly or through others.

        Raises:
            SocietyError: naming the line and the circle.
        """
        sound: set[str] = set()
        for post in self._parents:
            chain: dict[str, None] = {}
            step: str | None = post
            while step is not None and step not in sound:
                if step in chain:
                    raise self._circle(step, list(chain))
                chain[step] = None
                step = self._parents.get(step)
            sound.update(chain)

    def _circle(self, post: str, chain: list[str]) -> SocietyError:
        circle = [*chain[chain.index(post) :], post]
        shown = " answers ".join(circle if len(circle) <= _SHOWN else [*circle[:_SHOWN], "..."])
        place = f"{self._path}:{self._lines[post]}"
        return SocietyError(explain(place, wanted="posts that answer earlier ones", got=f"a circle: {shown}"))


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((str(row[name]) for name in names if row.get(name) not in (None, "")), None)
