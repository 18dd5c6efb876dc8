"""A tick is given up only when nothing that is still open could save it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from s3agents.cognition.turn import TurnResult
from s3agents.fleet.news import News, Standing
from s3agents.fleet.shard_log import Entry
from s3agents.fleet.tick_board import TickBoard
from s3agents.record.base import TurnRecord

SHARDS = st.lists(
    st.integers(0, 9).flatmap(lambda due: st.tuples(st.just(due), st.integers(0, due), st.integers(0, 5))),
    min_size=1,
    max_size=6,
)


@given(SHARDS, st.floats(0.0, 1.0), st.data())
def test_what_is_given_up_would_have_failed(
    shards: list[tuple[int, int, int]], limit: float, data: st.DataObject
) -> None:
    """Whatever is known when, and a tick whose turns are all known is given up exactly if too many of them failed.

    A shard has so many turns due, of which so many fail, and so many more users.
    """
    board = TickBoard(1, {n: due + more for n, (due, _, more) in enumerate(shards)})
    failed, due = sum(shard[1] for shard in shards), sum(shard[0] for shard in shards)
    for n in data.draw(st.permutations(range(len(shards)))):
        turns, faults, _ = shards[n]
        if data.draw(st.booleans()):
            board.hear(News(worker="w", standing=(Standing(shard=n, tick=1, due=turns),)))
        assert not board.spoilt(limit) or failed > limit * due
        results = [TurnResult(record=TurnRecord(user=f"u{n}.{i}", mode="rules")) for i in range(turns)]
        board.settle(Entry(shard=n, tick=1, by="w", due=turns, failed=faults), results)
    assert board.spoilt(limit) == (failed > limit * due)
    assert board.whole
