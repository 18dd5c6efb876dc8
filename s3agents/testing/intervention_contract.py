"""InterventionContract: what every intervention has to keep to, as tests.

Needs the package ``pytest``. For an intervention of your own::

    class TestMyIntervention(InterventionContract):
        def make_intervention(self) -> Intervention:
            return MyIntervention(word="sugar")

Its users are those of :func:`a_society`, ``u0`` to ``u5``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from s3agents.events import Post, PostKind
from s3agents.ids import PostId, UserId, post_id
from s3agents.interventions.base import Intervention, Situation
from s3agents.labels import Attitude, Emotion
from s3agents.network.changed_edges import ChangedEdges
from s3agents.network.society import Society
from s3agents.rng import Draws
from s3agents.testing.chance import without_chance
from s3agents.testing.societies import society_of

__all__ = ["Done", "InterventionContract", "NotingLevers", "a_society", "some_situations"]

_SAID = ("Tax the sugar!", "No more taxes", "Has anybody seen my cat?", "糖税")
_SIDES = (Attitude.POSITIVE, Attitude.NEGATIVE, None)
Done = tuple[object, ...]


def a_society() -> Society:
    """Six users, each of whom follows the next two."""
    return society_of(6, [(a, (a + b) % 6) for a in range(6) for b in (1, 2)])


def some_situations(ticks: int = 6) -> list[Situation]:
    """How things stand before each tick of a run in which users post and forward; in the first there is nothing yet."""
    society = a_society()
    edges, originals, found = ChangedEdges(society.graph), list[Post](), list[Situation]()
    fresh: tuple[Post, ...] = ()
    for tick in range(ticks):
        originals += [post for post in fresh if post.kind is not PostKind.FORWARD]
        now = Situation(
            tick=tick,
            first=tick == 0,
            society=society,
            edges=edges,
            fresh=fresh,
            originals=tuple(originals),
            draws=Draws(7, "interventions/0", tick),
        )
        found.append(now)
        fresh = tuple(_posts(society, tick, originals))
    return found


class NotingLevers:
    """Levers that do nothing and note what they were told; what cannot be done is an error.

    Attributes:
        done: the lever, and what it was told, in order.
    """

    def __init__(self, now: Situation) -> None:
        self._posts = {post.id for post in (*now.fresh, *now.originals)}
        self._fresh = {post.id for post in now.fresh}
        self._society = now.society
        self.done: list[Done] = []

    def remove(self, post: PostId) -> None:
        """Note it."""
        self._note("remove", self._known(post))

    def label(self, post: PostId, text: str) -> None:
        """Note it."""
        assert text.strip(), "a label says something"
        self._note("label", self._known(post), text)

    def down_rank(self, post: PostId, weight: float) -> None:
        """Note it."""
        assert 0.0 <= weight <= 1.0, f"a weight is between 0 and 1, not {weight}"
        self._note("down_rank", self._known(post), weight)

    def withhold(self, post: PostId) -> None:
        """Note it."""
        assert post in self._fresh, f"{post} is none of the fresh posts: it has been delivered"
        self._note("withhold", post)

    def suspend(self, user: UserId) -> None:
        """Note it."""
        self._note("suspend", self._user(user))

    def follow(self, follower: UserId, followee: UserId) -> None:
        """Note it."""
        self._note("follow", self._user(follower), self._user(followee))

    def unfollow(self, follower: UserId, followee: UserId) -> None:
        """Note it."""
        self._note("unfollow", self._user(follower), self._user(followee))

    def inject(
        self, author: UserId, text: str, *, attitude: Attitude | None = None, emotion: Emotion | None = None
    ) -> None:
        """Note it."""
        assert text.strip(), "a post says something"
        self._note("inject", self._user(author), text, attitude, emotion)

    def _note(self, *done: object) -> None:
        self.done.append(done)

    def _known(self, post: PostId) -> PostId:
        assert post in self._posts, f"there is no post {post}"
        return post

    def _user(self, user: UserId) -> UserId:
        assert user in self._society, f"there is no user {user}"
        return user


class InterventionContract:
    """An intervention goes by how things stand alone, does what levers can, and keeps nothing."""

    def make_intervention(self) -> Intervention:
        """A new intervention; every call gives one with the same settings."""
        raise NotImplementedError

    def test_it_does_what_can_be_done(self) -> None:
        """With users and posts that there are; also before anybody has said anything."""
        for now in some_situations():
            self._acted([now])

    def test_it_does_something(self) -> None:
        """In one of the ticks of a lively run at least."""
        assert any(self._acted([now])[0] for now in some_situations())

    def test_the_same_is_done_again(self) -> None:
        """Also by one that is made anew: a run that goes on after a crash shows it the past again."""
        assert self._acted(some_situations()) == self._acted(some_situations())

    def test_it_keeps_nothing_between_ticks(self) -> None:
        """What it was shown before shapes nothing."""
        situations = some_situations()
        in_order = self._acted(situations)
        assert [self._acted([now])[0] for now in situations] == in_order

    def test_it_changes_nothing_by_itself(self) -> None:
        """Edges are changed by the levers alone."""
        for now in some_situations():
            own = replace(now, edges=ChangedEdges(now.society.graph))
            self._acted([own])
            assert len(own.edges) == 0

    def test_chance_comes_from_its_draws_alone(self) -> None:
        """Global generators are left alone, and what they are at shapes nothing."""
        without_chance(lambda: self._acted(some_situations()))

    def _acted(self, situations: Iterable[Situation]) -> list[list[Done]]:
        """What one intervention does in each of these, one after the other."""
        intervention, done = self.make_intervention(), []
        for now in situations:
            levers = NotingLevers(now)
            intervention.act(now, levers)
            done.append(levers.done)
        return done


def _posts(society: Society, tick: int, originals: list[Post]) -> Iterable[Post]:
    """Half of the users write in a tick, and then another forwards."""
    posts = []
    for n in range(tick % 2, len(society), 2):
        author, own = society.ids[n], post_id(tick, society.ids[n], 0)
        text, side = f"{_SAID[(n + tick) % 4]} ({tick})", _SIDES[(n + tick) % 3]
        posts.append(
            Post(id=own, author=author, tick=tick, text=text, root=own, attitude=side, emotion=Emotion.INTENSE)
        )
    for post in originals[-2:]:
        author = society.ids[(society.index[post.author] + 5) % len(society)]
        own = post_id(tick, author, 1)
        kind, text, parent = PostKind.FORWARD, post.text, post.id
        posts.append(Post(id=own, author=author, tick=tick, n=1, text=text, kind=kind, parent=parent, root=post.root))
    return sorted(posts, key=lambda post: post.order)
