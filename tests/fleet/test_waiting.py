"""Who waits says so, and not for ever."""

from __future__ import annotations

from s3agents.fleet.waiting import Waiting


class Clock:
    """A time that is set."""

    now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_it_is_said_at_once_and_once_a_minute() -> None:
    """Not every second, and again as soon as it is something else that is waited for."""
    clock, said = Clock(), list[str]()
    waiting = Waiting(600.0, clock=clock, tell=said.append)
    for _ in range(59):
        waiting.note("the server", "it is off")
        clock.now += 1.0
    assert said == ["waiting for the server, 600 s more at most (--wait): it is off"]
    waiting.note("a run", "there is none")
    clock.now += 61.0
    waiting.note("a run", "there is none")
    assert [text[:40] for text in said[1:]] == [
        "waiting for a run, 541 s more at most (-",
        "waiting for a run, 480 s more at most (-",
    ]


def test_patience_is_counted_from_when_it_last_was_there() -> None:
    """And what is lost again is told again."""
    clock, said = Clock(), list[str]()
    waiting = Waiting(10.0, clock=clock, tell=said.append)
    waiting.note("a run", "there is none")
    clock.now += 10.0
    assert not waiting.over
    clock.now += 1.0
    assert waiting.over
    waiting.begin()
    assert not waiting.over
    waiting.note("a run", "there is none")
    assert len(said) == 2
