"""Platform: what is known of a run beyond its agents: posts and what was done about them, edges, who is suspended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from s3agents.events import Post, PostKind
from s3agents.ids import PostId
from s3agents.network.changed_edges import ChangedEdges
from s3agents.network.society import Society

__all__ = ["Platform"]

_PASSING = (PostKind.FORWARD, PostKind.QUOTE)


class Platform:
    """The state of a platform before a tick. All of it follows from the scenario and the ticks so far.

    Args:
        society: the users.

    Attributes:
        society: the users.
        edges: who follows whom now.
        fresh: posts of the last tick, in their total order.
        addressed: of these, those that reach a reader for their own sake, by index of the reader.
        originals: all posts so far that are no forwards, in their total order.
        popularity: how often each post was passed on or liked.
        sizes: posts of each cascade so far, by its first.
        removed: posts that were taken down, and the intervention that did it, by number.
        labels: the notes that posts are shown with, and whose they are.
        weights: factor on the chance that down-ranked posts come to attention, and whose it is.
        withheld: fresh posts that are not delivered, and whose doing that is.
        suspended: users, by index, who are suspended in the tick that is about to begin, and by whom.
    """

    def __init__(self, society: Society) -> None:
        self.society, self.edges = society, ChangedEdges(society.graph)
        self.fresh: Sequence[Post] = ()
        self.addressed: dict[int, list[Post]] = {}
        self.originals: list[Post] = []
        self.popularity, self.sizes = Counter[PostId](), Counter[PostId]()
        self.removed: dict[PostId, int] = {}
        self.labels: dict[PostId, tuple[str, int]] = {}
        self.weights: dict[PostId, tuple[float, int]] = {}
        self.withheld: dict[PostId, int] = {}
        self.suspended: dict[int, int] = {}
        self._originals: dict[PostId, Post] = {}
        self._fresh: dict[PostId, Post] = {}

    def find(self, post: PostId) -> Post | None:
        """The post with this id; ``None`` for a forward that has been read, and is not kept, or for none at all."""
        return self._originals.get(post) or self._fresh.get(post)

    def liked(self, post: PostId, n: int = 1) -> None:
        """Count that ``n`` more users like a post."""
        self.popularity[post] += n

    def shown(self, post: PostId) -> PostId:
        """The post that a reader of ``post`` is shown: of a fresh forward, the first of its cascade."""
        fresh = self._fresh.get(post)
        return post if fresh is None or fresh.kind is not PostKind.FORWARD else fresh.root

    def begin(self) -> None:
        """Let go of what holds for one tick alone."""
        self.withheld.clear()
        self.suspended.clear()

    def publish(self, posts: Sequence[Post]) -> None:
        """Take in the posts of a tick, in their total order."""
        self.fresh, self._fresh = tuple(posts), {post.id: post for post in posts}
        self.addressed = {}
        originals = [post for post in posts if post.kind is not PostKind.FORWARD]
        self.originals += originals
        self._originals.update((post.id, post) for post in originals)
        self.sizes.update([post.root for post in posts])
        self.popularity.update([post.root for post in posts if post.kind in _PASSING])

    def blamed(self, post: Post) -> int | None:
        """The number of the intervention for whose sake ``post`` reaches nobody; ``None`` if it may be read."""
        for places in (self.removed, self.withheld):
            for key in (post.id, post.root):
                if key in places:
                    return places[key]
        first = self._originals.get(post.root, post)
        for author in (post.author, first.author) if self.suspended else ():
            number = self.suspended.get(self.society.index[author])
            if number is not None:
                return number
        return None

    def label(self, post: Post) -> tuple[str, int] | None:
        """The note that ``post`` is shown with, its own before that of the first post of its cascade."""
        return self.labels.get(post.id) or self.labels.get(post.root)

    def weight(self, post: Post) -> tuple[float, int] | None:
        """Factor on the chance that ``post`` comes to attention: the smaller one of its own and its cascade's."""
        found = [self.weights[key] for key in (post.id, post.root) if key in self.weights]
        return min(found, default=None)
