"""Leftovers: streams that openings of a run have left on a server because they were killed, found by their mark."""

from __future__ import annotations

from typing import Final

import structlog
from nats.errors import Error
from nats.js.api import StreamInfo
from nats.js.errors import NotFoundError

from s3agents.bus.nats_link import NatsLink

__all__ = ["remove_leftovers"]

_PAGES: Final = 100  # of streams that are looked through, at 256 each

_log = structlog.get_logger(__name__)


async def remove_leftovers(link: NatsLink, mark: str, *, keep: str) -> None:
    """Remove every stream whose description is ``mark`` but the one named ``keep``.

    A server that does not let us see its streams keeps them: they hold nothing once their posts are too old.

    Args:
        link: the connection.
        mark: description that the streams of one run have in common, and no other run's.
        keep: name of the stream that is in use.
    """
    try:
        async with link.unbroken():
            for name in [stream for stream in await _marked(link, mark) if stream != keep]:
                await _remove(link, name)
                _log.info("removed what a killed run had left on the NATS server", stream=name)
    except (Error, OSError) as exc:
        _log.info("what killed runs have left on the NATS server stays", error=str(exc))


async def _marked(link: NatsLink, mark: str) -> list[str]:
    found: list[str] = []
    seen = 0
    for _ in range(_PAGES):
        page: list[StreamInfo] = await link.js.streams_info(seen)
        found += [str(info.config.name) for info in page if info.config.description == mark]
        seen += len(page)
        if not page:
            break
    return found


async def _remove(link: NatsLink, name: str) -> None:
    try:
        await link.js.delete_stream(name)
    except NotFoundError:
        return
