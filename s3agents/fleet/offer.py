"""Offers: a run that wants workers, told to whoever asks: where it is, and what a worker must have the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import orjson
import structlog
from nats.aio.msg import Msg

from s3agents.bus.nats_link import NatsLink
from s3agents.errors import BusError, explain
from s3agents.fleet.names import OFFERS

__all__ = ["Offer", "ask_for_offers", "make_offers"]

_VERSION: Final = 1
_ANSWER_SECONDS: Final = 0.5

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A run that wants workers.

    Attributes:
        run: how workers call it: the same whenever it goes on.
        opening: the opening of the run that is under way, as the bus calls it.
        scenario: as :meth:`s3agents.config.Scenario.dump` gives it, without seed posts.
        around: authors around whom the society is sampled.
        digest: of what of the scenario shapes the record.
        society: digest of the society.
        order: digest of the order of its users.
        packs: digests of prompt packs, by the name that the scenario gives them.
        embedder: kind, model and size.
        plugins: package and version of what the scenario names of installed packages, by extension point and name.
        lanes: of orders.
        lease: seconds for which an order is a worker's.
        concurrency: requests to the model that a worker may have in flight, where it is told nothing else.
        version: of this message.
    """

    run: str
    opening: str
    scenario: dict[str, Any]
    around: tuple[str, ...]
    digest: str
    society: str
    order: str
    packs: dict[str, str]
    embedder: str
    lanes: int
    lease: float
    concurrency: int
    plugins: dict[str, str] = field(default_factory=dict)
    version: int = _VERSION

    def encode(self) -> bytes:
        """As a message."""
        return orjson.dumps(asdict(self))


def _decoded(data: bytes) -> Offer | None:
    """The offer that ``data`` is; ``None`` if it comes from another version."""
    try:
        values = orjson.loads(data)
        if values.get("version") != _VERSION:
            return None
        return Offer(**{**values, "around": tuple(values["around"])})
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


async def make_offers(link: NatsLink, offer: Offer) -> Callable[[], object]:
    """Tell ``offer`` to whoever asks, until what is returned is called and awaited.

    Raises:
        BusError: if it is too long for the server, or that is gone.
    """
    data = offer.encode()
    if len(data) > link.max_payload:
        wanted, got = f"a scenario of at most {link.max_payload} bytes without its seeds", f"{len(data)}"
        remedy = "name users of groups by an attribute, or raise max_payload of the server"
        raise BusError(explain("offer to workers", wanted=wanted, got=got, remedy=remedy))

    async def answer(message: Msg) -> None:
        if message.reply:
            await link.client.publish(message.reply, data)

    with link.translated("offer work"):
        subscription = await link.client.subscribe(OFFERS, cb=answer)
        await link.client.flush()
    return subscription.unsubscribe


async def ask_for_offers(link: NatsLink) -> list[Offer]:
    """The runs that want workers now, each once.

    Raises:
        BusError: if the server is gone.
    """
    found: dict[str, Offer] = {}

    async def hear(message: Msg) -> None:
        offer = _decoded(message.data)
        if offer is not None:
            found[offer.opening] = offer
        elif message.data:
            _log.warning("an offer of another version of s3agents, or of another program, is passed over")

    await link.usable()
    with link.translated("ask for work"):
        inbox = link.client.new_inbox()
        subscription = await link.client.subscribe(inbox, cb=hear)
        await link.client.publish(OFFERS, b"", reply=inbox)
        await asyncio.sleep(_ANSWER_SECONDS)
        await subscription.unsubscribe()
    return [found[opening] for opening in sorted(found)]
