"""A NATS server for the tests of workers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from s3agents.bus.nats_server import EmbeddedNats

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server that stays up for the whole session."""
    with _server(tmp_path_factory.mktemp("nats")) as url:
        yield url


@pytest.fixture(scope="module")
def own_nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of one for a module whose runs, being killed, leave streams behind."""
    with _server(tmp_path_factory.mktemp("nats")) as url:
        yield url


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    server = EmbeddedNats(folder / "store")
    asyncio.run(server.start())
    yield server.url
    asyncio.run(server.stop())
