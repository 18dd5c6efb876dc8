"""A society's pass: one run, in the process that measures it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from s3agents import wiring
from s3agents.bench.load import Load
from s3agents.bench.outcomes import SocietyOutcome, TickCost
from s3agents.bench.sampling import CpuSampler, Sampled
from s3agents.bench.usage import descendants_cpu, descendants_peak, peak_bytes, resident_bytes
from s3agents.cognition.base import Usage
from s3agents.config import Scenario
from s3agents.coordinator.coordinator import Progress
from s3agents.llm.base import ChatCompletionClient, ModelWrapper, Request, forward
from s3agents.llm.wire import request_body
from s3agents.record.base import TickRecord
from s3agents.simulation import Simulation

__all__ = ["society_pass"]

_EVERY = 64
_NATS, _CHROMA = "nats-server", "s3agents-chroma"


def society_pass(job: dict[str, Any], tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Run the society of a load.

    Args:
        job: ``load``, ``url`` and ``model`` of the endpoint, ``folder`` of the run, ``bodies`` (a file that the bodies
            of requests are noted in, or nothing).
        tell: told how many turns are done, of about how many.
    """
    load = Load.from_plain(job["load"])
    base, begun, cpu = resident_bytes(), time.perf_counter(), time.process_time()
    society = load.society()
    scenario = load.scenario(society, url=job["url"], model=job["model"])
    marks = _Marks(load, len(society.ids), tell)
    with _noting(scenario, job["bodies"]) as client:
        own = None if load.workers is not None else society  # workers make it anew
        simulation = Simulation(scenario, own, out=Path(job["folder"]), client=client, workers=load.workers)
        run = simulation.run(on_progress=marks)
    marks.began(begun, cpu)
    told = {"bus": simulation.bus_kind.partition(":")[0], "fingerprint": run.fingerprint()}
    lookahead = scenario.limits.lookahead if wiring.uses_model(scenario) and load.workers is None else 0
    return {**marks.outcome(base=base), **told, "lookahead": lookahead}


class _Marks:
    """Looks at the clocks whenever a tick is committed, and samples from the first commit to the last."""

    def __init__(self, load: Load, users: int, tell: Callable[[int, int], None]) -> None:
        self._users, self._tell, self._last = users, tell, load.ticks
        self._due = round(users * min(1.0, load.active)) * load.ticks
        self._clocks: list[tuple[float, float]] = []
        self._others: list[dict[str, float] | None] = []
        self._turns: list[int] = []
        self._faults, self._usage = 0, Usage()
        self._sampler = CpuSampler()
        self._sampled: Sampled | None = None
        self._start = (0.0, 0.0)
        self._before = self._told = self._chroma_peak = 0

    def __call__(self, progress: Progress) -> None:
        record = progress.committed
        if record is None:
            done = self._before + progress.done
            if progress.tick and done >= self._told + _EVERY:
                self._told = done
                self._tell(done, max(done, self._due))
            return
        self._turns.append(len(record.turns))
        if progress.tick == 0:
            self._others.append(descendants_cpu())  # a look at all processes there are: 0.1 s where they are many
            self._sampler.start()
        self._clocks.append((time.perf_counter(), time.process_time()))
        if progress.tick == self._last:
            self._sampled = self._sampler.stop()
            self._others.append(descendants_cpu())
            self._chroma_peak = descendants_peak(_CHROMA)
        if progress.tick:
            self._count(record)

    def began(self, wall: float, cpu: float) -> None:
        """Say when everything began."""
        self._start = (wall, cpu)

    def outcome(self, *, base: int) -> dict[str, Any]:
        """All figures of the pass."""
        (first_wall, first_cpu), (last_wall, last_cpu) = self._clocks[0], self._clocks[-1]
        nats, chroma, workers = self._others_cpu()
        sampled = self._sampled or Sampled(seconds={}, samples=0)
        modules = sorted(sampled.seconds.items(), key=lambda pair: -pair[1])
        return SocietyOutcome(
            users=self._users,
            turns=sum(self._turns[1:]),
            wall=last_wall - first_wall,
            cpu=last_cpu - first_cpu,
            start_wall=first_wall - self._start[0],
            start_cpu=first_cpu - self._start[1],
            nats_cpu=nats,
            workers_cpu=workers,
            chroma_cpu=chroma,
            chroma_peak=self._chroma_peak,
            peak=peak_bytes(),
            base=base,
            ticks=tuple(self._costs()),
            modules={name or "(event loop)": round(seconds, 6) for name, seconds in modules},
            stages=sampled.stages() if sampled.samples else {},
            samples=sampled.samples,
            calls=self._usage.calls,
            faults=self._faults,
            prompt_tokens=self._usage.prompt_tokens,
            reply_tokens=self._usage.reply_tokens,
        ).plain()

    def _others_cpu(self) -> tuple[float | None, float | None, float | None]:
        """What other processes spent from the first commit to the last: NATS server, Chroma, all others together."""
        before, after = self._others[0], self._others[-1]
        if before is None or after is None:
            return None, None, None
        spent = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
        nats, chroma = spent.pop(_NATS, 0.0), spent.pop(_CHROMA, None)
        return nats, chroma, sum(spent.values())

    def _costs(self) -> list[TickCost]:
        pairs = zip(self._clocks, self._clocks[1:], strict=False)
        return [
            TickCost(tick=tick, turns=self._turns[tick], wall=after[0] - before[0], cpu=after[1] - before[1])
            for tick, (before, after) in enumerate(pairs, start=1)
        ]

    def _count(self, record: TickRecord) -> None:
        self._before += len(record.turns)
        self._faults += sum(turn.fault is not None for turn in record.turns)
        for turn in record.turns:
            self._usage += turn.usage


class _NotingClient(ModelWrapper):
    """Writes the body of every request into a file, one a line, in the order in which they are sent."""

    def __init__(self, inner: ChatCompletionClient, model: str, file: BinaryIO) -> None:
        super().__init__(inner)
        self._model, self._file = model, file

    async def ask(self, request: Request) -> Any:
        """The wrapped client's reply."""
        self._file.write(request_body(self._model, request) + b"\n")
        return await forward(self.inner, request)


class _Noting(AbstractContextManager["_NotingClient"]):
    def __init__(self, scenario: Scenario, path: str) -> None:
        self._scenario, self._path = scenario, path

    def __enter__(self) -> _NotingClient:
        self._file = Path(self._path).open("wb", buffering=1 << 20)
        return _NotingClient(wiring.build_client(self._scenario.model), self._scenario.model.name, self._file)

    def __exit__(self, *exc: object) -> None:
        self._file.close()


def _noting(scenario: Scenario, path: str | None) -> AbstractContextManager[ChatCompletionClient | None]:
    return nullcontext() if path is None else _Noting(scenario, path)
