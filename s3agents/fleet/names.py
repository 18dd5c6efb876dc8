"""FleetNames: how the streams, subjects and consumers by which a coordinator and its workers work are named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from s3agents.bus.nats_subjects import RunSubjects

__all__ = ["OFFERS", "FleetNames"]

OFFERS: Final = "s3.offers"
"""Where workers ask who has work; every coordinator answers for its run."""


@dataclass(frozen=True, slots=True)
class FleetNames:
    """The names of one opening of a run, beside those of its posts.

    Attributes:
        posts: names of its posts.
    """

    posts: RunSubjects

    @classmethod
    def of(cls, run: str) -> FleetNames:
        """Names of the opening ``run``, as the bus calls it."""
        return cls(RunSubjects(run))

    @property
    def mark(self) -> str:
        """Description of every stream of the run: by it leftovers of killed openings are found."""
        return self.posts.mark

    @property
    def logs(self) -> str:
        """Stream of what shards have come to, tick by tick."""
        return f"S3L_{self._token}"

    @property
    def orders(self) -> str:
        """Stream of the work to be done."""
        return f"S3W_{self._token}"

    def log(self, shard: int | str) -> str:
        """Subject of the log of ``shard``: whoever writes to it names the entry that it goes on from."""
        return f"{self._prefix}.log.{shard}"

    def part(self, shard: int | str) -> str:
        """Subject of what belongs to entries of the log of ``shard`` and is too large for them."""
        return f"{self._prefix}.part.{shard}"

    def done(self, shard: int | str) -> str:
        """Subject of the marks that the posts of a tick of ``shard`` are out."""
        return f"{self._prefix}.done.{shard}"

    def of_shard(self, shard: int) -> str:
        """All subjects of ``shard`` but its orders."""
        return f"{self._prefix}.*.{shard}"

    def order(self, lane: int | str) -> str:
        """Subject of the orders of ``lane``."""
        return f"{self._prefix}.order.{lane}"

    @staticmethod
    def lane(number: int) -> str:
        """Consumer of the orders of a lane, which all workers share."""
        return f"lane-{number}"

    @staticmethod
    def readers(shard: int) -> str:
        """Consumer of the posts that ``shard`` follows, bound by whichever worker has its turns in hand."""
        return f"shard-{shard}"

    @property
    def wake(self) -> str:
        """Where the coordinator says that there are new orders."""
        return f"{self._prefix}.wake"

    @property
    def end(self) -> str:
        """Where it says that there will be none any more."""
        return f"{self._prefix}.end"

    @property
    def news(self) -> str:
        """Where workers say how they get on."""
        return f"{self._prefix}.news"

    @property
    def _token(self) -> str:
        return self.posts.stream.removeprefix("S3_")

    @property
    def _prefix(self) -> str:
        return f"s3.{self._token}"
