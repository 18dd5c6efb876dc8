"""Figures: what a pair of passes says, name by name, of the bare loop and of the society."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from s3agents.bench.counters import Counters
from s3agents.bench.outcomes import BareOutcome, SocietyOutcome
from s3agents.bench.passes import BarePass, Pair, SocietyPass

__all__ = ["Figure", "Unit", "pair_figures"]

_NO_LOOP = BareOutcome(requests=0, failed=0, sent=0, wall=0.0, cpu=0.0)
Unit = Literal["", "s", "ms", "/s", "MB", "KB", "%", "x"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A line of the table: shares as such, bytes as such.

    Attributes:
        name: what it is.
        unit: it is shown in.
        bare: of the bare loop; ``None`` where there is none or it is unknown.
        society: of the society; likewise.
    """

    name: str
    unit: Unit
    bare: float | None = None
    society: float | None = None


def pair_figures(pair: Pair) -> Iterator[Figure]:
    """All figures of ``pair``; those that nobody knows are blank on both sides."""
    bare, society = pair.bare.outcome if pair.bare else _NO_LOOP, pair.society.outcome
    alone = pair.bare is None
    yield Figure(name="requests", unit="", bare=None if alone else bare.requests, society=society.calls)
    yield Figure(name="turns", unit="", society=society.turns)
    yield Figure(name="failed", unit="", bare=None if alone else bare.failed, society=society.faults)
    yield Figure(name="wall time", unit="s", bare=None if alone else bare.wall, society=society.wall)
    yield Figure(name="  as a ratio to the bare loop", unit="x", bare=None if alone else 1.0, society=pair.ratio)
    yield Figure(name="requests or turns a second", unit="/s", bare=bare.rate, society=society.rate)
    yield from _cpu(pair, bare, society)
    yield Figure(name="peak memory", unit="MB", society=society.peak)
    if society.chroma_peak:
        yield Figure(name="  of the process of Chroma", unit="MB", society=society.chroma_peak)
    yield Figure(name="memory of an agent more", unit="KB", society=pair.agent_bytes)
    yield from _endpoint(pair.bare, pair.society)


def _cpu(pair: Pair, bare: BareOutcome, society: SocietyOutcome) -> Iterator[Figure]:
    whose = "a request or turn" if pair.load.workers is None else "a request, or of the coordinator a turn"
    yield Figure(name=f"CPU of {whose}", unit="ms", bare=bare.cpu_ms, society=society.cpu_ms)
    loops = None if bare.cpu_ms is None or society.cpu_ms is None else society.cpu_ms / bare.cpu_ms
    yield Figure(name="  as a ratio to the bare loop's", unit="x", bare=None if loops is None else 1.0, society=loops)
    for stage, seconds in society.stages.items():
        yield Figure(name=f"  {stage}", unit="ms", society=_each(seconds, society.turns))
    if society.ticks and not society.lookahead:
        first, last = society.ticks[0], society.ticks[-1]
        yield Figure(name=f"  in tick {first.tick}", unit="ms", society=first.cpu_ms)
        yield Figure(name=f"  in tick {last.tick}", unit="ms", society=last.cpu_ms)
    if society.bus == "nats":
        yield Figure(name="CPU of the NATS server", unit="ms", society=_each(society.nats_cpu, society.turns))
    if society.chroma_cpu is not None:
        name = "CPU of the process of Chroma, which writes on after the last tick"
        yield Figure(name=name, unit="ms", society=_each(society.chroma_cpu, society.turns))
    if pair.load.workers is not None:
        yield Figure(name="CPU of the workers", unit="ms", society=_each(society.workers_cpu, society.turns))
    yield Figure(
        name="CPU of the endpoint",
        unit="ms",
        bare=_each(pair.bare.counters.cpu_seconds, bare.requests) if pair.bare else None,
        society=_each(pair.society.counters.cpu_seconds, society.turns),
    )


def _endpoint(bare: BarePass | None, society: SocietyPass) -> Iterator[Figure]:
    loop, own = _told(bare, bare.outcome.requests if bare else 0), _told(society, society.outcome.turns)
    for name, (unit, value) in own.items():
        yield Figure(name=name, unit=unit, bare=loop[name][1], society=value)


def _told(made: BarePass | SocietyPass | None, count: int) -> dict[str, tuple[Unit, float | None]]:
    """What the endpoint and the machine said while ``count`` requests or turns went on."""
    told = made.counters if made is not None else Counters()
    return {
        "endpoint full, of the wall time": ("%", made.full if made else None),
        "endpoint in use, mean share": ("%", made.load if made else None),
        "prefix-cache hits": ("%", told.hit_rate),
        "prompt tokens of a request or turn": ("", _each(told.prompt_tokens, count, 1.0)),
        "reply tokens of a request or turn": ("", _each(told.reply_tokens, count, 1.0)),
        "processors busy with other things": ("", made.others if made else None),
    }


def _each(sum_: float | None, count: int, factor: float = 1000.0) -> float | None:
    return None if sum_ is None or not count else factor * sum_ / count
