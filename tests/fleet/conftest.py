"""A NATS server for the tests of workers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3agents.bus.nats_server import EmbeddedNats

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server that stays up for the whole session."""
    server = EmbeddedNats(Path(tmp_path_factory.mktemp("nats")) / "store")
    asyncio.run(server.start())
    yield server.url
    asyncio.run(server.stop())
