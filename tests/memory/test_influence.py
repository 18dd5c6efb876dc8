"""Influence: laws of the memory pool (S3 section 4.1)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.config.memory import AUTHENTICITY, WeightsSection
from s3agents.events import Source
from s3agents.memory.influence import Influence, cosine
from s3agents.state import MemoryItem

NOW = 20
DIMENSIONS = 4


def item(n: int, *, tick: int = 0, source: Source = Source.FOLLOWEE, relevance: float = 0.0) -> MemoryItem:
    """A memory of post number ``n``."""
    return MemoryItem(post=f"{tick}.0.u{n}", text=f"text {n}", tick=tick, source=source, relevance=relevance)


def weighing(half_life: float = 6.0, **weights: float) -> Influence:
    """Influence with these weights, and 1 for the others."""
    return Influence(WeightsSection(**weights), AUTHENTICITY, half_life)


def key(influence: Influence, memory: MemoryItem) -> tuple[float, int, str]:
    """What the pool is ordered by."""
    return round(influence.influence(memory, NOW), 6), memory.tick, memory.post


# A post has one tick, text and relevance, whoever passes it on.
posts = st.builds(
    lambda n, source: item(n, tick=n % 7, source=source, relevance=((n * 37) % 21 - 10) / 10),
    st.integers(0, 40),
    st.sampled_from(Source),
)
feeds = st.lists(posts, max_size=30)
weights = st.floats(0, 100)
influences = st.builds(
    lambda half_life, scores, w: Influence(w, dict(zip(Source, scores, strict=True)), half_life),
    st.floats(0.1, 100),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.builds(WeightsSection, recency=weights, relevance=weights, authenticity=weights, cue=weights),
)
vector = st.lists(st.floats(-1, 1), min_size=DIMENSIONS, max_size=DIMENSIONS).map(lambda v: np.array(v, np.float32))


class TestInfluence:
    def test_influence_is_the_weighted_sum_of_the_paper(self):
        """Recency, relevance and authenticity, each with its weight."""
        influence = weighing(half_life=4.0, recency=2.0, relevance=3.0, authenticity=5.0)
        memory = item(1, tick=12, source=Source.MUTUAL, relevance=0.25)
        assert influence.influence(memory, NOW) == pytest.approx(2.0 * 0.25 + 3.0 * 0.25 + 5.0 * 0.8)

    @given(half_life=st.floats(0.01, 1e4))
    def test_half_of_the_recency_is_gone_after_each_half_life(self, half_life):
        """And a new memory has all of it."""
        forgetting = weighing(half_life).forgetting
        assert forgetting(0) == 1.0
        assert forgetting(half_life) == pytest.approx(0.5)
        assert forgetting(3 * half_life) == pytest.approx(0.125)

    @given(half_life=st.floats(0.01, 1e4), ages=st.lists(st.floats(0, 1e6), min_size=2, max_size=2))
    def test_older_is_never_fresher(self, half_life, ages):
        """Forgetting falls with age, within 0 and 1."""
        young, old = sorted(ages)
        forgetting = weighing(half_life).forgetting
        assert 0.0 <= forgetting(old) <= forgetting(young) <= 1.0

    def test_a_memory_from_the_future_counts_as_new(self):
        """Its recency does not pass 1."""
        assert weighing().forgetting(-5) == 1.0

    @given(influence=influences, memory=posts, more=weights)
    def test_influence_grows_with_each_weight(self, influence, memory, more):
        """By its score times what was added: down with a negative relevance, never down with the others."""
        before = influence.influence(memory, NOW)
        scores = {
            "recency": influence.forgetting(NOW - memory.tick),
            "relevance": memory.relevance,
            "authenticity": influence.authenticity[memory.source],
        }
        for name, score in scores.items():
            heavier = replace(
                influence,
                weights=influence.weights.model_copy(update={name: getattr(influence.weights, name) + more}),
            )
            assert heavier.influence(memory, NOW) == pytest.approx(before + more * score)


class TestRemember:
    @given(influence=influences, feed=feeds, capacity=st.integers(0, 12))
    def test_a_pool_never_holds_more_than_its_capacity_nor_a_post_twice(self, influence, feed, capacity):
        """However much comes in, in two portions."""
        pool, _, _ = influence.remember((), feed[:15], now=NOW, capacity=capacity)
        pool, _, _ = influence.remember(pool, feed[15:], now=NOW, capacity=capacity)
        assert len(pool) <= capacity
        assert len({memory.post for memory in pool}) == len(pool)

    @given(influence=influences, feed=feeds, capacity=st.integers(0, 12))
    def test_what_is_forgotten_weighs_no_more_than_what_is_kept(self, influence, feed, capacity):
        """At the time of forgetting."""
        pool, _, forgotten = influence.remember(feed[:3], feed[3:], now=NOW, capacity=capacity)
        if pool and forgotten:
            assert max(key(influence, memory) for memory in forgotten) <= min(key(influence, memory) for memory in pool)

    @given(influence=influences, feed=feeds, capacity=st.integers(0, 12))
    def test_every_post_is_either_kept_or_forgotten(self, influence, feed, capacity):
        """Nothing is forgotten before the pool is full."""
        pool, _, forgotten = influence.remember((), feed, now=NOW, capacity=capacity)
        assert {m.post for m in pool} | {m.post for m in forgotten} == {m.post for m in feed}
        assert not {m.post for m in pool} & {m.post for m in forgotten}
        assert len(pool) == capacity or not forgotten

    @given(influence=influences, feed=feeds, capacity=st.integers(0, 12), cut=st.integers(0, 30))
    def test_portions_do_not_matter(self, influence, feed, capacity, cut):
        """What comes in one batch or in two makes the same memories."""
        whole, _, _ = influence.remember((), feed, now=NOW, capacity=capacity)
        part, _, _ = influence.remember((), feed[:cut], now=NOW, capacity=capacity)
        parts, _, _ = influence.remember(part, feed[cut:], now=NOW, capacity=capacity)
        scores = [sorted(key(influence, memory) for memory in pool) for pool in (whole, parts)]
        assert scores[0] == scores[1]

    @given(influence=influences, feed=feeds, capacity=st.integers(0, 12))
    def test_the_old_pool_with_the_changes_is_the_new_pool(self, influence, feed, capacity):
        """What a record keeps, remembered and forgotten, suffices to follow the pool."""
        pool, _, _ = influence.remember((), feed[:10], now=NOW, capacity=capacity)
        after, remembered, forgotten = influence.remember(pool, feed[10:], now=NOW, capacity=capacity)
        followed = {m.post: m for m in pool} | {m.post: m for m in remembered}
        for memory in forgotten:
            followed.pop(memory.post, None)
        assert set(followed.values()) == set(after)
        assert not set(remembered) & set(pool)

    def test_the_order_of_filling_stays(self):
        """Eviction leaves a gap, no new order."""
        memories = [item(n, relevance=relevance) for n, relevance in enumerate((0.5, -0.9, 0.9, 0.1))]
        pool, remembered, forgotten = weighing().remember(memories[:2], memories[2:], now=NOW, capacity=3)
        assert pool == (memories[0], memories[2], memories[3])
        assert remembered == (memories[2], memories[3])
        assert forgotten == (memories[1],)

    def test_a_newcomer_can_be_the_one_that_is_forgotten(self):
        """A full pool of weightier memories does not open for it."""
        known, new = item(1, relevance=0.9), item(2, relevance=-0.9)
        assert weighing().remember((known,), [new], now=NOW, capacity=1) == ((known,), (), (new,))

    def test_of_equal_memories_the_older_goes_first(self):
        """By tick, where recency has no weight."""
        older, newer = item(1, tick=3), item(2, tick=4)
        for feed in ([older, newer], [newer, older]):
            pool, _, forgotten = weighing(recency=0.0).remember((), feed, now=NOW, capacity=1)
            assert (pool, forgotten) == ((newer,), (older,))

    @pytest.mark.parametrize("order", [(Source.PLATFORM, Source.MUTUAL), (Source.MUTUAL, Source.PLATFORM)])
    def test_a_post_seen_twice_keeps_its_more_authentic_source(self, order):
        """Whichever came first; the pool tells of the change, and forgets nothing."""
        first, second = (item(1, source=source) for source in order)
        pool, remembered, forgotten = weighing().remember((first,), [second], now=NOW, capacity=1)
        assert pool == (item(1, source=Source.MUTUAL),)
        assert remembered == (() if first.source is Source.MUTUAL else (second,))
        assert forgotten == ()

    def test_a_post_from_an_equally_authentic_source_changes_nothing(self):
        """The first memory of it stays."""
        influence = Influence(WeightsSection(), dict.fromkeys(Source, 0.5), 6.0)
        first, second = item(1, source=Source.PLATFORM), item(1, source=Source.MUTUAL)
        assert influence.remember((first,), [second], now=NOW, capacity=2) == ((first,), (), ())

    def test_a_last_bit_does_not_decide(self):
        """Scores that differ by rounding only are equal; then order decides."""
        older, newer = item(1, tick=3, relevance=0.1 + 0.2), item(2, tick=4, relevance=0.3)
        assert older.relevance > newer.relevance
        pool, _, _ = weighing(recency=0.0).remember((), [older, newer], now=NOW, capacity=1)
        assert pool == (newer,)


class TestRecall:
    @given(influence=influences, feed=feeds, k=st.integers(0, 12), cues=st.lists(vector, max_size=3), data=st.data())
    def test_recall_is_the_head_of_the_whole_ranking(self, influence, feed, k, cues, data):
        """Asking for fewer gives the same ones first, in falling order."""
        pool, _, _ = influence.remember((), feed, now=NOW, capacity=20)
        vectors = [data.draw(vector) for _ in pool]
        everything = influence.recall(pool, NOW, 100, cues=cues, vectors=vectors)
        assert influence.recall(pool, NOW, k, cues=cues, vectors=vectors) == everything[:k]
        assert sorted(everything, key=lambda pair: (pair[1], pair[0].tick, pair[0].post), reverse=True) == everything
        assert {memory for memory, _ in everything} == set(pool)

    @given(influence=influences, feed=feeds, order=st.randoms(use_true_random=False))
    def test_the_order_of_the_pool_does_not_matter(self, influence, feed, order):
        """Only what is in it."""
        pool, _, _ = influence.remember((), feed, now=NOW, capacity=20)
        mixed = list(pool)
        order.shuffle(mixed)
        assert influence.recall(mixed, NOW, 5) == influence.recall(pool, NOW, 5)

    def test_scores_are_influence_plus_the_nearest_cue(self):
        """To six decimals, with the cue's weight."""
        influence = weighing(recency=0.0, authenticity=0.0, relevance=1.0, cue=2.0)
        pool = (item(1, relevance=0.5), item(2, relevance=0.25))
        vectors = [np.array([1, 0], np.float32), np.array([0.6, 0.8], np.float32)]
        cues = [np.array([0, 1], np.float32), np.array([-1, 0], np.float32)]
        recalled = influence.recall(pool, NOW, 2, cues=cues, vectors=vectors)
        assert recalled == [(pool[1], 0.25 + 2 * 0.8), (pool[0], 0.5)]
        assert recalled == influence.recall(pool, NOW, 2, cues=np.array(cues), vectors=np.array(vectors))

    def test_without_weight_or_cues_it_is_the_sum_of_the_paper(self):
        """Then no vectors are needed."""
        pool = (item(1, relevance=0.5), item(2, relevance=0.25))
        plain = [(memory, round(weighing().influence(memory, NOW), 6)) for memory in pool]
        assert weighing().recall(pool, NOW, 2) == plain
        assert weighing(cue=0.0).recall(pool, NOW, 2, cues=[np.ones(2, np.float32)]) == plain

    def test_cues_without_vectors_are_an_error(self):
        """Rather than a recall that leaves them out."""
        with pytest.raises(ValueError, match="vectors of the pool"):
            weighing().recall((item(1),), NOW, 1, cues=[np.ones(2, np.float32)])

    def test_an_empty_pool_recalls_nothing(self):
        """Nor does asking for nothing."""
        assert weighing().recall((), NOW, 4) == []
        assert weighing().recall((item(1),), NOW, 0) == []


class TestCosine:
    @given(a=vector, b=vector)
    def test_cosine_is_symmetric_to_six_decimals(self, a, b):
        """Up to the last of them."""
        assert cosine(a, b) == pytest.approx(cosine(b, a), abs=1e-6)
        assert round(cosine(a, b), 6) == cosine(a, b)

    def test_cosine_of_unit_vectors(self):
        """1 with itself, 0 with nothing."""
        unit = np.array([0.6, 0.8], np.float32)
        assert (cosine(unit, unit), cosine(unit, -unit), cosine(unit, 0 * unit)) == (1.0, -1.0, 0.0)


class TestTheFastWay:
    """Only what may be among the best is rounded and ranked: the same as if all were."""

    near = st.lists(st.tuples(st.integers(-12, 12), st.integers(0, 3), st.integers(0, 8)), min_size=1, max_size=40)

    @staticmethod
    def close(steps: list[tuple[int, int, int]]) -> list[MemoryItem]:
        """Memories whose relevance differs by fractions of the sixth decimal, many of them tied."""
        return [
            item(n, tick=tick, relevance=0.5 + step * 1e-7 + coarse * 1e-6)
            for n, (step, tick, coarse) in enumerate(steps)
        ]

    @given(steps=near, k=st.integers(0, 45), half_life=st.sampled_from([0.5, 6.0, 1e9]))
    def test_what_comes_to_mind_is_what_a_full_sort_finds(self, steps, k, half_life):
        """Also where scores are equal only when rounded."""
        influence, pool = weighing(half_life), self.close(steps)
        plain = sorted(pool, key=lambda memory: key(influence, memory), reverse=True)[:k]
        found = influence.recall(pool, NOW, k)
        assert [memory for memory, _ in found] == plain
        assert [score for _, score in found] == [key(influence, memory)[0] for memory in plain]

    @given(steps=near, capacity=st.integers(0, 45), half_life=st.sampled_from([0.5, 6.0, 1e9]))
    def test_what_stays_is_what_a_full_sort_keeps(self, steps, capacity, half_life):
        """And the pool keeps its order."""
        influence, pool = weighing(half_life), self.close(steps)
        best = sorted(pool, key=lambda memory: key(influence, memory), reverse=True)[:capacity]
        kept, new, forgotten = influence.remember(pool[:5], pool[5:], now=NOW, capacity=capacity)
        assert list(kept) == [memory for memory in pool if memory in best]
        assert list(forgotten) == [memory for memory in pool if memory not in best]
        assert list(new) == [memory for memory in kept if memory not in pool[:5]]

    @given(steps=near, capacity=st.integers(0, 45), already=st.integers(0, 40))
    def test_known_scores_change_nothing(self, steps, capacity, already):
        """Neither what is kept nor what comes to mind."""
        influence, pool = weighing(), self.close(steps)
        scores, news = influence.scores(pool[:already], NOW), pool[already:]
        kept = influence.remember(pool[:already], news, now=NOW, capacity=capacity, scores=scores)
        assert kept == influence.remember(pool[:already], news, now=NOW, capacity=capacity)
        assert influence.recall(pool[:already], NOW, 5, scores=scores) == influence.recall(pool[:already], NOW, 5)
