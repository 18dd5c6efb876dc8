"""Laws of steered runs, over any follow graph, interventions and channels: who is shown what, and that it can go on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from s3agents import Run, Simulation
from s3agents.bus.nats_server import find_nats_server
from s3agents.fork import fork_run
from s3agents.network.changed_edges import ChangedEdges
from s3agents.network.society import Society
from s3agents.record.base import TickRecord
from s3agents.record.connection import reading
from s3agents.record.past import read_past
from s3agents.testing.societies import lively_scenario, society_of

USERS, TICKS = 7, 6
IDS = [f"u{n}" for n in range(USERS)]

TICK = st.integers(0, TICKS - 1)
SOME = st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True).map(lambda users: {"users": users})
CONDITION = st.fixed_dictionaries(
    {"measure": st.sampled_from(["forwards", "posts", "aware", "cascade"]), "at_least": st.integers(1, 6)}
)
WHEN = st.one_of(
    TICK.map(lambda tick: {"at": tick}),
    TICK.map(lambda tick: {"from": tick}),
    st.tuples(TICK, st.integers(0, 3)).map(lambda span: {"from": span[0], "until": sum(span)}),
    st.fixed_dictionaries({"when": CONDITION}, optional={"delay": st.integers(0, 2), "for": st.integers(1, 3)}),
)
POSTS = st.one_of(
    SOME.map(lambda who: {"by": who}),
    st.sampled_from([{"attitude": "positive"}, {"kind": "forward"}, {"kind": "original"}, {"text": "seed OR think"}]),
)
KINDS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("remove"), "posts": POSTS}),
    st.fixed_dictionaries({"kind": st.just("label"), "posts": POSTS, "text": st.sampled_from(["one", "two"])}),
    st.fixed_dictionaries({"kind": st.just("down_rank"), "posts": POSTS, "weight": st.sampled_from([0.0, 0.5])}),
    st.fixed_dictionaries({"kind": st.just("suspend"), "who": SOME}),
    st.fixed_dictionaries({"kind": st.sampled_from(["follow", "unfollow"]), "who": SOME, "whom": SOME}),
    st.fixed_dictionaries({"kind": st.just("throttle"), "share": st.sampled_from([0.0, 0.5])}),
    st.fixed_dictionaries({"kind": st.just("inject"), "author": st.sampled_from(IDS), "text": st.just("Official.")}),
)
INTERVENTIONS = st.lists(st.tuples(KINDS, WHEN).map(lambda both: {**both[0], **both[1]}), max_size=4)
CHANNELS = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["chronological", "popularity", "similarity", "random"])},
        optional={
            "share": st.sampled_from([0.1, 0.5]),
            "window": st.integers(1, 4),
            "readers": st.sampled_from(["all", "awake", "mail"]),
            "chance": st.just(0.5),
            "from": TICK,
        },
    ),
    max_size=2,
)


@dataclass(frozen=True)
class Story:
    """A society, and what is done to it."""

    society: Society
    interventions: list[dict[str, Any]]
    channels: list[dict[str, Any]]
    seed: int

    def simulation(self, folder: Path, **changes: Any) -> Simulation:
        """A simulation of it."""
        base: dict[str, Any] = {"ticks": TICKS, "seed": self.seed, "interventions": self.interventions}
        scenario = lively_scenario(["u0", "u3"], **{**base, "channels": self.channels, **changes})
        return Simulation(scenario, self.society, out=folder)


STORIES = st.builds(
    Story,
    society=st.sets(
        st.tuples(st.integers(0, USERS - 1), st.integers(0, USERS - 1)).filter(lambda edge: edge[0] != edge[1]),
        min_size=4,
        max_size=20,
    ).map(lambda edges: society_of(USERS, edges)),
    interventions=INTERVENTIONS,
    channels=CHANNELS,
    seed=st.integers(0, 99),
)


EVERYBODY = society_of(USERS, [(a, b) for a in range(USERS) for b in range(USERS) if a != b])
RING = society_of(USERS, [(n, (n + 1) % USERS) for n in range(USERS)])
QUIET = Story(EVERYBODY, [], [], seed=1)
REMOVED_LATE = Story(EVERYBODY, [{"kind": "remove", "at": 2, "posts": {"kind": "original"}}], [], seed=1)
FOLLOWED_LATE = Story(
    RING,
    [
        {"kind": "follow", "at": 1, "who": {"users": ["u1", "u5"]}, "whom": {"users": ["u0", "u3"]}},
        {"kind": "unfollow", "at": 2, "who": {"users": ["u6"]}, "whom": {"users": ["u0"]}},
    ],
    [{"kind": "random", "readers": "all"}],
    seed=1,
)


def past_of(run: Run) -> list[TickRecord]:
    """All ticks of a run."""
    with reading(run.record) as db:
        return list(read_past(db))


@settings(max_examples=30, deadline=None)
@given(story=STORIES)
@example(story=REMOVED_LATE)
@example(story=FOLLOWED_LATE)
def test_who_is_shown_what(tmp_path_factory: pytest.TempPathFactory, story: Story) -> None:
    """What reaches a reader is of somebody whom it follows then, published a tick ago, or a recommended post.

    Nobody is recommended a post of their own, or one that has reached them, itself or as a forward, and nothing is
    recommended without a channel. Nothing that was removed reaches anybody, nor does a forward of it.
    """
    run = story.simulation(tmp_path_factory.mktemp("law") / "run").run()
    edges, index = _edges(run, story), story.society.index
    posts = {post.id: post for record in past_of(run) for post in record.posts}
    seen: dict[str, set[str]] = defaultdict(set)
    with reading(run.record) as db:
        removed = dict(db.execute("SELECT post, tick FROM marks WHERE mark = 'removed'").fetchall())
    for record in past_of(run):
        for turn in record.turns:
            for exposure in turn.exposures:
                post, reader = posts[exposure.post], index[turn.user]
                assert removed.get(post.id, TICKS) > record.tick
                assert removed.get(post.root, TICKS) > record.tick
                if exposure.source == "platform":
                    assert story.channels
                    assert post.author != turn.user
                    assert post.root == post.id
                    assert post.id not in seen[turn.user]
                else:
                    assert post.tick == record.tick - 1
                    assert exposure.source is edges[record.tick].source(reader, index[post.author])
            seen[turn.user] |= {posts[exposure.post].root for exposure in turn.exposures}


def _edges(run: Run, story: Story) -> list[ChangedEdges]:
    """Who follows whom in each tick, worked out anew from what the record says was done when."""
    with reading(run.record) as db:
        done = db.execute("SELECT tick, number FROM steered WHERE kind IN ('follow', 'unfollow')").fetchall()
    index, ticks = story.society.index, []
    for tick in range(TICKS):
        ticks.append(ChangedEdges(story.society.graph))
        for _, number in sorted(one for one in done if one[0] <= tick):
            asked = story.interventions[number]
            change = ticks[-1].follow if asked["kind"] == "follow" else ticks[-1].unfollow
            for a in asked["who"]["users"]:
                for b in asked["whom"]["users"]:
                    change(index[a], index[b])
    return ticks


@settings(max_examples=20, deadline=None)
@example(story=QUIET, who={"users": ["u0"]}, first=2, length=1)
@given(story=STORIES, who=SOME, first=TICK, length=st.integers(0, 3))
def test_the_suspended_neither_act_nor_are_read(
    tmp_path_factory: pytest.TempPathFactory, story: Story, who: dict[str, Any], first: int, length: int
) -> None:
    """In the ticks of their suspension they have no turn, and nothing of theirs reaches anybody, nor forwards of it."""
    suspend = {"kind": "suspend", "from": first, "until": first + length, "who": who}
    told = Story(story.society, [*story.interventions, suspend], story.channels, story.seed)
    run = told.simulation(tmp_path_factory.mktemp("law") / "run").run()
    posts = {post.id: post for record in past_of(run) for post in record.posts}
    for record in past_of(run)[first : first + length + 1]:
        assert not {turn.user for turn in record.turns} & set(who["users"])
        read = {posts[exposure.post] for turn in record.turns for exposure in turn.exposures}
        assert not {author for post in read for author in (post.author, posts[post.root].author)} & set(who["users"])


@settings(max_examples=10, deadline=None)
@given(story=STORIES, tick=st.integers(-1, TICKS - 2))
def test_it_can_be_stopped_resumed_replayed_and_forked(
    tmp_path_factory: pytest.TempPathFactory, story: Story, tick: int
) -> None:
    """Whatever was done, and whatever waits for a condition: the record is that of the run in one go."""
    folder = tmp_path_factory.mktemp("law")
    whole = story.simulation(folder / "whole").run()
    stopped = story.simulation(folder / "stopped")

    def stop(progress: Any) -> None:
        if progress.committed is not None and progress.tick == tick:
            stopped.stop()

    if tick < 0:
        stopped.stop()
    stopped.run(on_progress=stop)
    resumed = Simulation.resume(folder / "stopped", story.society).run()
    assert resumed.fingerprint() == whole.fingerprint()
    assert Simulation.replay(whole.folder, story.society, out=folder / "replay").run().fingerprint() == (
        whole.fingerprint()
    )
    fork = fork_run(whole.folder, at_tick=tick, out=folder / "fork", society=story.society).run()
    assert fork.fingerprint() == whole.fingerprint()


@settings(max_examples=10, deadline=None)
@given(story=STORIES, more=INTERVENTIONS, tick=st.integers(-1, TICKS - 2))
def test_what_a_fork_adds_comes_after_what_is_shared(
    tmp_path_factory: pytest.TempPathFactory, story: Story, more: list[dict[str, Any]], tick: int
) -> None:
    """The ticks up to the fork stay what they were; the fork can be resumed, and replayed from its beginning."""
    folder = tmp_path_factory.mktemp("law")
    story.simulation(folder / "whole").run()
    added = [{**one, "from": tick + 1, "until": TICKS} if "when" not in one else one for one in more]
    for one in added:
        one.pop("at", None)
    changes: dict[str, Any] = {"interventions": added, "channels": [{"kind": "random", "readers": "all"}]}
    fork = fork_run(folder / "whole", at_tick=tick, changes=changes, out=folder / "fork", society=story.society)
    run = fork.run()
    assert past_of(run)[: tick + 1] == past_of(Run(folder / "whole"))[: tick + 1]
    again = Simulation.replay(run.folder, story.society, out=folder / "replay").run()
    assert again.fingerprint() == run.fingerprint()


@pytest.mark.skipif(find_nats_server() is None, reason="no nats-server program")
@settings(max_examples=2, deadline=None)
@given(story=STORIES)
def test_the_bus_does_not_matter(tmp_path_factory: pytest.TempPathFactory, story: Story) -> None:
    """Over NATS the record is the same."""
    folder = tmp_path_factory.mktemp("law")
    local, nats = story.simulation(folder / "local").run(), story.simulation(folder / "nats", bus="nats").run()
    assert local.fingerprint() == nats.fingerprint()
