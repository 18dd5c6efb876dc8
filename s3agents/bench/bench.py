"""Bench: makes passes, each once: a society's over an endpoint, and the bare loop's over the same with the same bodies.

With the stub, the bodies come from a pass that is not measured, over a stub of no latency: its replies hang on the
request alone, so that any further pass sends the same. At any other endpoint they are noted in the measured pass
itself (a few microseconds a turn), and the bare loop sends them under the name of another trial; before both, a small
society warms the endpoint up, for vLLM prepares a grammar for each schema of replies when it first sees it. What
workers send is not noted: there the bodies are those of the same society in one process, in a pass of its own, which
are as many and as long, and not the same, for its replies are others.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from s3agents.bench.counters import Counters, read_metrics
from s3agents.bench.endpoint import Endpoint, Watch
from s3agents.bench.load import Load
from s3agents.bench.outcomes import BareOutcome, SocietyOutcome
from s3agents.bench.passes import BarePass, Pair, SocietyPass
from s3agents.bench.processes import run_child
from s3agents.bench.usage import machine_busy_seconds

__all__ = ["Bench", "Bodies"]

Tell = Callable[[str, int, int], None]

_TIMEOUT = 600.0
_WARM_USERS = 64
_KEY_ENV = "OPENAI_API_KEY"


class Bodies(NamedTuple):
    """Bodies of requests.

    Attributes:
        path: a file of them, one a line.
        trial: in which they were sent.
    """

    path: Path
    trial: int


class Bench:
    """Makes the passes of one command; a context manager that owns the folder they work in.

    Args:
        endpoint: of the passes that name no other.
        given: fields of :class:`~s3agents.bench.load.Load` that are the same in all passes.
        repeats: how often each is measured; the one of median wall time counts.
        tell: told what is done, how much of it, of how much.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        given: Mapping[str, Any],
        repeats: int = 1,
        tell: Tell = lambda part, done, of: None,
    ) -> None:
        self.endpoint, self._given, self._repeats, self._tell = endpoint, dict(given), repeats, tell
        self._stack = ExitStack()
        self._trials = self._files = 0
        self._societies: dict[tuple[Load, Endpoint], SocietyPass] = {}
        self._noted: dict[Load, Bodies] = {}
        self._warm: set[Endpoint] = set()
        self._pairs: dict[tuple[Load, Endpoint], Pair] = {}

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="s3agents-bench-")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def pairs(self) -> list[Pair]:
        """What has been measured so far: pairs, and societies that were measured by themselves."""
        alone = [
            Pair(load=load, endpoint=endpoint, society=society)
            for (load, endpoint), society in self._societies.items()
            if (load, endpoint) not in self._pairs
        ]
        return [*self._pairs.values(), *alone]

    def load(self, *, overrides: tuple[str, ...] = (), **fields: Any) -> Load:
        """A load: what was given to all, else ``fields``, else the defaults; overrides are added to those given."""
        given = {**fields, **self._given}
        return Load(**{**given, "overrides": (*overrides, *given.get("overrides", ()))})

    def pair(self, load: Load, endpoint: Endpoint | None = None) -> Pair:
        """The society of ``load`` and the bare loop, over ``endpoint``.

        Raises:
            S3AgentsError: if a pass fails.
        """
        endpoint = endpoint or self.endpoint
        if (load, endpoint) not in self._pairs:
            if endpoint.url is None:
                bodies, society = self._rehearsed(load), self.society(load, endpoint)
            else:
                society = self.society(load, endpoint)
                bodies = self._noted[load]
            bare = _median([self._bare(load, endpoint, bodies) for _ in range(self._repeats)])
            self._pairs[load, endpoint] = Pair(load=load, endpoint=endpoint, bare=bare, society=society)
        return self._pairs[load, endpoint]

    def society(self, load: Load, endpoint: Endpoint | None = None) -> SocietyPass:
        """The society of ``load`` over ``endpoint``."""
        endpoint = endpoint or self.endpoint
        if (load, endpoint) not in self._societies:
            self._societies[load, endpoint] = _median([self._trial(load, endpoint) for _ in range(self._repeats)])
        return self._societies[load, endpoint]

    def aside(self, load: Load) -> SocietyPass:
        """The society of ``load``, measured for the sake of another: it is none of :attr:`pairs`."""
        return self._trial(load, self.endpoint)

    def _trial(self, load: Load, endpoint: Endpoint) -> SocietyPass:
        """A measured run. At an endpoint that is not ours it has a name of its own, and its bodies are noted."""
        if endpoint.url is None or load.mode != "llm":
            return self._run(load, endpoint, None)
        self._warm_up(load, endpoint)
        if load.workers is not None:
            if load not in self._noted:
                self._noted[load] = bodies = self._new_bodies()
                alone = replace(load, workers=None, trial=bodies.trial)
                self._run(alone, endpoint, bodies, part="rehearsal")
            return self._run(replace(load, trial=self._next_trial()), endpoint, None)
        bodies = self._noted[load] = self._new_bodies()
        return self._run(replace(load, trial=bodies.trial), endpoint, bodies)

    def _warm_up(self, load: Load, endpoint: Endpoint) -> None:
        if endpoint in self._warm:
            return
        small = replace(load, users=min(load.users, _WARM_USERS), ticks=1, like=None, relations=None, posts=None)
        small = replace(small, workers=None)
        self._run(replace(small, trial=self._next_trial()), endpoint, None, part="warming up")
        self._warm.add(endpoint)

    def _rehearsed(self, load: Load) -> Bodies:
        """The bodies that the society of ``load`` sends to the stub, however many at once."""
        load = replace(load, workers=None)
        same = replace(load, concurrency=1)
        if same not in self._noted:
            self._noted[same] = bodies = self._new_bodies(load.trial)
            self._run(load, Endpoint(), bodies, part="rehearsal")
        return self._noted[same]

    def _run(self, load: Load, endpoint: Endpoint, bodies: Bodies | None, *, part: str = "") -> SocietyPass:
        part = part or f"society, {endpoint.title if load.mode == 'llm' else load.mode}"
        asked = endpoint.opened() if load.mode == "llm" else nullcontext("")
        with tempfile.TemporaryDirectory(dir=self._folder) as folder, asked as url:
            job: dict[str, Any] = {"kind": "society", "load": load.plain(), "url": url, "model": endpoint.model}
            job |= {"folder": f"{folder}/run", "bodies": str(bodies.path) if bodies else None}
            result, measured = self._measured(job, url, part, load.concurrency if endpoint.url else None)
        outcome = SocietyOutcome.from_plain(result)
        return SocietyPass(outcome=outcome, **_shares(measured, endpoint, outcome.wall))

    def _bare(self, load: Load, endpoint: Endpoint, bodies: Bodies) -> BarePass:
        trial = bodies.trial if endpoint.url is None else self._next_trial()
        part = f"bare loop, {endpoint.title}"
        with endpoint.opened() as url:
            job: dict[str, Any] = {
                "kind": "bare",
                "url": url,
                "bodies": str(bodies.path),
                "was": bodies.trial,
                "trial": trial,
            }
            job |= {"concurrency": load.concurrency, "timeout": _TIMEOUT, "key_env": _KEY_ENV}
            result, measured = self._measured(job, url, part, load.concurrency if endpoint.url else None)
        outcome = BareOutcome(**result)
        return BarePass(outcome=outcome, **_shares(measured, endpoint, outcome.wall))

    def _measured(
        self, job: Mapping[str, Any], url: str, part: str, most: int | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a child makes of ``job``, and what was measured around it; of ``most`` requests if it is watched."""
        watch = Watch(url, most or 1)
        before, busy, own = read_metrics(url) if url else {}, machine_busy_seconds(), _own_cpu()
        begun = time.perf_counter()
        with watch.looking() if most else nullcontext():
            result = run_child(job, lambda done, of: self._tell(part, done, of))
        wall = time.perf_counter() - begun
        counters = Counters.between(before, read_metrics(url) if url else {})
        others = None
        if busy is not None and (now := machine_busy_seconds()) is not None:
            ours = _own_cpu() - own + (counters.cpu_seconds or 0.0)
            others = max(0.0, now - busy - ours) / wall
        return result, {"counters": counters, "others": others, "watched": watch.shares()}

    def _new_bodies(self, trial: int | None = None) -> Bodies:
        self._files += 1
        return Bodies(self._folder / f"{self._files}.bodies", self._next_trial() if trial is None else trial)

    def _next_trial(self) -> int:
        self._trials += 1
        return self._trials


def _own_cpu() -> float:
    """Seconds of processor time of this process and of those it has waited for."""
    return sum(os.times()[:4])


def _shares(measured: Mapping[str, Any], endpoint: Endpoint, wall: float) -> dict[str, Any]:
    """What is known of how busy an endpoint was: exactly from a stub with slots, else by looking now and then."""
    counters: Counters = measured["counters"]
    full, load = measured["watched"]
    if counters.full_seconds is not None and counters.slot_seconds is not None:
        exact = bool(endpoint.slots and endpoint.latency)
        full = counters.full_seconds / wall if exact else None
        load = counters.slot_seconds / wall / (endpoint.slots or 1) if exact else None
    return {"counters": counters, "others": measured["others"], "full": full, "load": load}


def _median(passes: list[Any]) -> Any:
    return sorted(passes, key=lambda each: each.outcome.wall)[len(passes) // 2]
