"""Effects: what each intervention and channel came to in a tick, counted for the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from s3agents.ids import PostId
from s3agents.record.base import Mark, Steered

__all__ = ["Count", "Effects"]


@dataclass(slots=True)
class Count:
    """What one intervention or channel came to so far.

    Attributes:
        posts: removed, labelled, down-ranked, withheld, injected or recommended.
        deliveries: that did not come about, came with a mark, or came about through it.
        accounts: suspended, or served.
        edges: that changed.
    """

    posts: int = 0
    deliveries: int = 0
    accounts: int = 0
    edges: int = 0


@dataclass(slots=True)
class Effects:
    """The effects of one tick.

    Attributes:
        interventions: by number.
        channels: by number.
        marks: put on posts, the last one of a kind on each.
    """

    interventions: dict[int, Count] = field(default_factory=dict)
    channels: dict[int, Count] = field(default_factory=dict)
    marks: dict[tuple[PostId, str], Mark] = field(default_factory=dict)

    def of(self, number: int) -> Count:
        """The count of an intervention."""
        return self.interventions.setdefault(number, Count())

    def mark(self, mark: Mark) -> None:
        """Note that a post was marked."""
        self.marks[mark.post, mark.mark] = mark

    def rows(self, interventions: Sequence[str], channels: Sequence[str]) -> tuple[Steered, ...]:
        """The effects as they are recorded.

        Args:
            interventions: the kind of each.
            channels: likewise.
        """
        return tuple(
            Steered(
                section=section,
                number=number,
                kind=kinds[number],
                posts=count.posts,
                deliveries=count.deliveries,
                accounts=count.accounts,
                edges=count.edges,
            )
            for section, counts, kinds in (
                ("channels", self.channels, channels),
                ("interventions", self.interventions, interventions),
            )
            for number, count in sorted(counts.items())
        )
