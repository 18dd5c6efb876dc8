"""Contract suites of extension points: ours keep to them, and none of their tests passes whatever comes."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents.embed.foreign import ForeignEmbedder
from s3agents.embed.hashing import HashingEmbedder
from s3agents.network.society import Society
from s3agents.record.base import TickRecord
from s3agents.record.cut import cut_record
from s3agents.record.fingerprint import fingerprint
from s3agents.record.sqlite import SqliteRecorder
from s3agents.report.run import Run
from s3agents.testing.embedder_contract import EmbedderContract
from s3agents.testing.metric_contract import MetricContract
from s3agents.testing.recorder_contract import RecorderContract
from s3agents.testing.societies import society_of
from s3agents.testing.society_contract import SocietyReaderContract


class TestHashing(EmbedderContract):
    tolerance = 0.0

    def make_embedder(self) -> HashingEmbedder:
        """The default of scenarios."""
        return HashingEmbedder(64)


class TestForeign(EmbedderContract):
    tolerance = 0.0

    def make_embedder(self) -> ForeignEmbedder:
        """What a plugin's embedder becomes in a run."""
        return ForeignEmbedder(HashingEmbedder(64), "embedder")


class TestKarateClub(SocietyReaderContract):
    def make_society(self) -> Society:
        """A society that ships with networkx."""
        return Society.named("karate_club")


class TestMostForwards(MetricContract):
    def make_metric(self) -> Callable[[Run], Mapping[str, float | None]]:
        """A metric as the README has it."""

        def most(run: Run) -> Mapping[str, float | None]:
            sizes = run.cascades()["size"]
            return {"most": float(sizes.max()) if len(sizes) else None, "cascades": len(sizes)}

        return most


class _Lines:
    """A recorder as simple as can be: a line a tick."""

    def begin(self, folder: Path, tick: int) -> None:
        self.file = folder / "ticks.txt"
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        self.file.write_text("".join(f"{line}\n" for line in lines if int(line.split()[0]) <= tick))

    def commit(self, record: TickRecord) -> None:
        with self.file.open("a") as file:
            file.write(f"{record.tick} {len(record.posts)} {len(record.turns)}\n")

    def close(self) -> None: ...


class TestLines(RecorderContract):
    def make_recorder(self) -> _Lines:
        """The simplest."""
        return _Lines()


class _Record:
    """The record of runs, as a recorder beside itself."""

    db: SqliteRecorder | None = None

    def begin(self, folder: Path, tick: int) -> None:
        self.file = folder / "copy.sqlite"
        if self.file.exists():
            cut_record(self.file, folder / "cut.sqlite", tick=tick)
            for place in (self.file, *folder.glob("copy.sqlite-*")):
                place.unlink()
            (folder / "cut.sqlite").rename(self.file)
        self.db = SqliteRecorder(self.file)

    def commit(self, record: TickRecord) -> None:
        assert self.db is not None
        self.db.commit(record)

    def close(self) -> None:
        if self.db is not None:
            self.db.close()


class TestRecord(RecorderContract):
    def make_recorder(self) -> _Record:
        """What holds of a run is that it begins where it was cut, loses no tick, and is the same for the same ticks."""
        return _Record()

    def kept(self, recorder: Any, folder: Path) -> str:
        """What the record says."""
        return fingerprint(folder / "copy.sqlite")


class _Vectors:
    """An embedder whose vectors are what a function makes of texts."""

    name: Any = "vectors"

    def __init__(self, make: Callable[[Sequence[str]], Any]) -> None:
        self._make, self._closed = make, False

    async def embed(self, texts: Sequence[str]) -> Any:
        return self._make(texts)

    async def close(self) -> None:
        pass


class _ClosedOnce(_Vectors):
    async def close(self) -> None:
        assert not self._closed
        self._closed = True


class _Names(_Vectors):
    numbers = itertools.count()

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"vectors-{next(self.numbers)}"


def _unit(texts: Sequence[str]) -> Any:
    rows = np.array([[1.0 + len(text), 1.0 + text.count("e"), 1.0 + text.count(" ")] for text in texts])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class _Broken(_Lines):
    """A recorder with one thing wrong."""

    def __init__(self, wrong: str) -> None:
        self.wrong, self.closed, self.waiting = wrong, False, []  # type: ignore[var-annotated]
        if wrong == "early":
            Path("early.txt").write_text("made")

    def begin(self, folder: Path, tick: int) -> None:
        if self.wrong == "begins anew":
            (folder / "ticks.txt").unlink(missing_ok=True)
        super().begin(folder, 10**6 if self.wrong == "forgets nothing" else tick)

    def commit(self, record: TickRecord) -> None:
        if self.wrong == "chance":
            self.waiting.append(random.random())
            (self.file.parent / "chance").write_text(str(self.waiting))
        if self.wrong == "changes":
            object.__setattr__(record, "users", 0)
        if self.wrong == "late":
            self.waiting.append(record)
        elif self.wrong != "nothing":
            super().commit(record)

    def close(self) -> None:
        for record in self.waiting if self.wrong == "late" else ():
            super().commit(record)
        if self.wrong == "closes once" and self.closed:
            raise ValueError("closed")
        self.closed = True


def _society(wrong: str) -> Any:
    count = next(_COUNT)
    if wrong == "other":
        return society_of(3 + count % 2, [(0, 1)])
    if wrong == "nameless":
        return society_of(3, [(0, 1)], name=" ")
    if wrong == "strange":
        society = society_of(3, [(0, 1)])
        society.personas[0].extra["friends"] = [1, 2]  # type: ignore[index]
        return society
    return {"u0": ["u1"]}


_COUNT = itertools.count()


def _metric(wrong: str) -> Callable[[Run], Any]:
    def metric(run: Run) -> Any:
        posts = run.posts()
        if wrong == "words":
            return {"posts": str(len(posts))}
        if wrong == "columns":
            return posts.groupby("author").size().to_dict()
        if wrong == "counts":
            return next(_COUNT)
        (run.folder / "metric.txt").write_text("1")
        return 1.0

    return metric


BROKEN: list[tuple[type[Any], str, Callable[[], Any], str]] = [
    (EmbedderContract, "make_embedder", lambda: _Names(_unit), "test_it_has_a_name"),
    (
        EmbedderContract,
        "make_embedder",
        lambda: _Vectors(lambda t: _unit(t)[:1]),
        "test_there_is_one_vector_for_each_text",
    ),
    (EmbedderContract, "make_embedder", lambda: _Vectors(lambda t: 2 * _unit(t)), "test_vectors_have_the_length_1"),
    (
        EmbedderContract,
        "make_embedder",
        lambda: _Vectors(lambda t: np.roll(_unit(t), min(len(t), 2), axis=1)),
        "test_the_same_text_gives_the_same_vector",
    ),
    (
        EmbedderContract,
        "make_embedder",
        lambda: _Vectors(lambda t: np.eye(3)[[0] * len(t)]),
        "test_other_texts_give_other_vectors",
    ),
    (EmbedderContract, "make_embedder", lambda: _ClosedOnce(_unit), "test_closing_is_safe_to_repeat"),
    (
        RecorderContract,
        "make_recorder",
        lambda: _Broken("early"),
        "test_nothing_is_written_before_the_run_begins",
    ),
    (RecorderContract, "make_recorder", lambda: _Broken("nothing"), "test_something_is_kept_of_the_ticks"),
    (RecorderContract, "make_recorder", lambda: _Broken("chance"), "test_the_same_ticks_leave_the_same"),
    (RecorderContract, "make_recorder", lambda: _Broken("begins anew"), "test_it_goes_on_where_the_record_stands"),
    (
        RecorderContract,
        "make_recorder",
        lambda: _Broken("forgets nothing"),
        "test_a_tick_that_the_record_has_not_is_forgotten",
    ),
    (RecorderContract, "make_recorder", lambda: _Broken("late"), "test_a_crash_loses_no_tick"),
    (RecorderContract, "make_recorder", lambda: _Broken("changes"), "test_what_it_is_told_stays_as_it_is"),
    (RecorderContract, "make_recorder", lambda: _Broken("closes once"), "test_closing_is_safe_to_repeat"),
    (SocietyReaderContract, "make_society", lambda: _society("none"), "test_it_makes_a_society"),
    (SocietyReaderContract, "make_society", lambda: _society("nameless"), "test_it_makes_a_society"),
    (SocietyReaderContract, "make_society", lambda: _society("other"), "test_it_makes_the_same_society_again"),
    (SocietyReaderContract, "make_society", lambda: _society("strange"), "test_attributes_are_plain"),
    (SocietyReaderContract, "make_society", lambda: _society("none"), "test_it_can_be_played"),
    (MetricContract, "make_metric", lambda: _metric("words"), "test_it_gives_numbers"),
    (MetricContract, "make_metric", lambda: _metric("columns"), "test_a_run_in_which_nothing_happens_is_measured"),
    (MetricContract, "make_metric", lambda: _metric("counts"), "test_the_same_run_gives_the_same_numbers"),
    (MetricContract, "make_metric", lambda: _metric("writes"), "test_it_changes_nothing"),
]
"""A suite, the method that makes what it tests, a double with something wrong, and the test that has to find it."""


@pytest.mark.parametrize(
    ("suite", "method", "make", "test"), BROKEN, ids=[f"{s.__name__}-{t}" for s, _, _, t in BROKEN]
)
def test_a_double_with_something_wrong_is_found_out(
    suite: type[Any], method: str, make: Callable[[], Any], test: str, run_suite: Any
) -> None:
    """A suite that cannot fail is a defect."""
    with pytest.raises((AssertionError, AttributeError, ValueError)):
        run_suite(suite, method, make, test)


@pytest.mark.parametrize("suite", list(dict.fromkeys(suite for suite, *_ in BROKEN)), ids=lambda suite: suite.__name__)
def test_every_test_of_a_suite_can_fail(suite: type[Any]) -> None:
    """There is a double that fails it."""
    tests = {name for name in dir(suite) if name.startswith("test_")}
    assert tests == {test for one, _, _, test in BROKEN if one is suite}
