"""For all tests: logging is as it was, and the contracts of ports tell what failed in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

pytest.register_assert_rewrite("s3agents.testing.bus_contract", "s3agents.testing.memory_contract")


@pytest.fixture(autouse=True)
def calm_logs() -> Iterator[None]:
    """A command under test configures logs for its own streams, which are gone afterwards."""
    yield
    structlog.reset_defaults()
