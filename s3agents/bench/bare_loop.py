"""The bare loop: the least that asking an endpoint can cost: bodies that are ready, sent with nothing around them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from s3agents.bench.load import trial_name
from s3agents.bench.outcomes import BareOutcome

__all__ = ["bare_pass", "read_bodies"]

_EVERY = 256


def bare_pass(job: dict[str, Any], tell: Callable[[int, int], None]) -> dict[str, Any]:
    """Send the bodies of a file to an endpoint, so many at a time.

    Args:
        job: ``url``, ``bodies`` (a file), ``concurrency``, ``timeout``, ``key_env``, and ``was`` and ``trial``, the
            numbers of the trial in which the bodies were first sent and of this one.
        tell: told how many are done, of how many.
    """
    bodies = read_bodies(Path(job["bodies"]), was=job["was"], trial=job["trial"])
    key = os.environ.get(job["key_env"])
    sending = _send(job["url"], bodies, concurrency=job["concurrency"], timeout=job["timeout"], key=key, tell=tell)
    return asyncio.run(sending).plain()


def read_bodies(file: Path, *, was: int, trial: int) -> list[bytes]:
    """The bodies of a file, one a line, with the name of one trial in the place of that of another."""
    old, new = trial_name(was).encode(), trial_name(trial).encode()
    return [line.replace(old, new) for line in file.read_bytes().splitlines()]


async def _send(
    url: str,
    bodies: Sequence[bytes],
    *,
    concurrency: int,
    timeout: float,  # noqa: ASYNC109  # of each request, not of the call
    key: str | None,
    tell: Callable[[int, int], None],
) -> BareOutcome:
    import aiohttp

    waiting, done, failed = iter(bodies), 0, 0
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key.strip()}"} if key else {})
    limits = aiohttp.ClientTimeout(total=timeout)
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=limits) as session:

        async def work() -> None:
            nonlocal done, failed
            for body in waiting:
                try:
                    async with session.post(f"{url}/chat/completions", data=body) as answer:
                        await answer.read()
                        failed += answer.status != 200
                except (aiohttp.ClientError, TimeoutError, OSError):
                    failed += 1
                done += 1
                if done % _EVERY == 0:
                    tell(done, len(bodies))

        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(work() for _ in range(concurrency)))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return BareOutcome(requests=len(bodies), failed=failed, sent=sum(map(len, bodies)), wall=wall, cpu=cpu)
