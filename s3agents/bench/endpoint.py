"""Endpoint: who is asked in a pass: the stub, with a latency and so many slots, or whatever answers at an address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from typing import Any

from s3agents.bench.counters import read_metrics
from s3agents.testing.stub_latency import Latency
from s3agents.testing.stub_launcher import stub_process

__all__ = ["Endpoint", "Watch"]

_LOOK_SECONDS = 0.2
_RUNNING = "vllm:num_requests_running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint.

    Attributes:
        url: base address of one that is there; by default the stub is started, in a process of its own.
        model: name of the model.
        latency: of the stub, mean seconds.
        distribution: of that latency (:data:`~s3agents.testing.stub_latency.DISTRIBUTIONS`).
        shape: of that distribution.
        slots: requests that the stub serves at once.
    """

    url: str | None = None
    model: str = "stub"
    latency: float = 0.0
    distribution: str = "constant"
    shape: float | None = None
    slots: int | None = None

    @property
    def title(self) -> str:
        """How tables call it."""
        if self.url is not None:
            return f"{self.model} at {self.url}"
        kind = "" if self.distribution == "constant" else f" ({self.distribution})"
        return f"stub of {1000 * self.latency:g} ms{kind}" + (f", {self.slots} slots" if self.slots else "")

    def plain(self) -> dict[str, Any]:
        """All of it as values that JSON takes."""
        return asdict(self)

    def check(self) -> None:
        """Nothing, if there can be such an endpoint.

        Raises:
            InputError: for a latency that there is not.
        """
        Latency(mean=self.latency, distribution=self.distribution, shape=self.shape)

    def opened(self) -> AbstractContextManager[str]:
        """Its base address, for as long as it is there."""
        if self.url is not None:
            return nullcontext(self.url)
        arguments = ["--latency", repr(self.latency), "--distribution", self.distribution, "--model", self.model]
        arguments += [] if self.shape is None else ["--shape", repr(self.shape)]
        arguments += [] if self.slots is None else ["--slots", str(self.slots)]
        return stub_process(*arguments)


class Watch:
    """Looks every fifth of a second how many requests an endpoint has in its hands, where it tells.

    Args:
        url: its base address.
        most: what counts as all that it can have.
    """

    def __init__(self, url: str, most: int) -> None:
        self._url, self._most = url, most
        self._seen: list[float] = []
        self._over = threading.Event()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look on, from another thread, while the block runs."""
        thread = threading.Thread(target=self._look, name="watch", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def shares(self) -> tuple[float | None, float | None]:
        """The share of the time with all in flight, and the mean share in flight, from the first to the last."""
        busy = [n for n, seen in enumerate(self._seen) if seen]
        if not busy:
            return None, None
        seen = self._seen[busy[0] : busy[-1] + 1]
        full = sum(running >= self._most for running in seen) / len(seen)
        return full, sum(min(running, self._most) for running in seen) / self._most / len(seen)

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            if (running := read_metrics(self._url).get(_RUNNING)) is not None:
                self._seen.append(running)
