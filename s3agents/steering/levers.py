"""PlatformLevers: what an intervention can do, done to a platform, counted, and noted for the record."""

from __future__ import annotations

from collections.abc import Callable

from s3agents.cognition.announce import Announcement
from s3agents.errors import RunError, explain
from s3agents.events import Post
from s3agents.ids import PostId, UserId
from s3agents.labels import Attitude, Emotion
from s3agents.record.base import Mark
from s3agents.steering.effects import Effects
from s3agents.steering.platform import Platform

__all__ = ["PlatformLevers"]

Injected = dict[UserId, list[Announcement]]


class PlatformLevers:
    """The levers of one intervention in one tick; :class:`s3agents.interventions.base.Levers`.

    Args:
        platform: what is changed.
        effects: of the tick.
        injected: posts that come in in this tick, by author.
        number: of the intervention.
        key: how messages call it.
    """

    def __init__(self, platform: Platform, effects: Effects, injected: Injected, *, number: int, key: str) -> None:
        self._platform, self._effects, self._injected, self._number = platform, effects, injected, number
        self._key, self._count = key, effects.of(number)

    def remove(self, post: PostId) -> None:
        """Have the post, and every forward of it, reach nobody from now on."""
        known, removed = self._known(post), self._platform.removed
        if known.id not in removed and known.root not in removed:
            self._platform.removed[post] = self._number
            self._mark(Mark(post=post, mark="removed", number=self._number))

    def label(self, post: PostId, text: str) -> None:
        """Show ``text`` with the post from now on; a later note takes the place of an earlier one."""
        shown = self._platform.label(self._known(post))
        if shown is None or shown[0] != text:
            self._platform.labels[post] = (text, self._number)
            self._mark(Mark(post=post, mark="labelled", number=self._number, text=text))

    def down_rank(self, post: PostId, weight: float) -> None:
        """Put a factor on the chance that the post comes to attention; a later one replaces an earlier one."""
        if not 0.0 <= weight <= 1.0:
            raise self._wrong("down_rank", "a weight between 0 and 1", repr(weight))
        held = self._platform.weight(self._known(post))
        if held is None or held[0] != weight:
            self._platform.weights[post] = (float(weight), self._number)
            self._mark(Mark(post=post, mark="down_ranked", number=self._number, weight=float(weight)))

    def withhold(self, post: PostId) -> None:
        """Deliver the post to nobody in this tick."""
        if self._known(post).id not in self._platform.withheld:
            self._platform.withheld[post] = self._number
            self._count.posts += 1

    def suspend(self, user: UserId) -> None:
        """Have the user do nothing in this tick, and be read by nobody."""
        position = self._position(user)
        if position not in self._platform.suspended:
            self._platform.suspended[position] = self._number
            self._count.accounts += 1

    def follow(self, follower: UserId, followee: UserId) -> None:
        """Have the one follow the other from now on."""
        self._edge(self._platform.edges.follow, follower, followee)

    def unfollow(self, follower: UserId, followee: UserId) -> None:
        """Have the one follow the other no more."""
        self._edge(self._platform.edges.unfollow, follower, followee)

    def inject(
        self, author: UserId, text: str, *, attitude: Attitude | None = None, emotion: Emotion | None = None
    ) -> None:
        """Have the author publish a post in this tick."""
        self._position(author)
        said = Announcement(text=text, attitude=attitude, emotion=emotion)
        self._injected.setdefault(author, []).append(said)
        self._count.posts += 1

    def _mark(self, mark: Mark) -> None:
        self._count.posts += 1
        self._effects.mark(mark)

    def _edge(self, change: Callable[[int, int], bool], follower: UserId, followee: UserId) -> None:
        self._count.edges += change(self._position(follower), self._position(followee))

    def _position(self, user: UserId) -> int:
        position = self._platform.society.index.get(user)
        if position is None:
            raise self._wrong("a user", "one of the society", repr(user))
        return position

    def _known(self, post: PostId) -> Post:
        found = self._platform.find(post)
        if found is None:
            raise self._wrong("a post", "one that there is, and no forward that has been read", repr(post))
        return found

    def _wrong(self, what: str, wanted: str, got: str) -> RunError:
        return RunError(explain(f"{self._key}: {what}", wanted=wanted, got=got))
