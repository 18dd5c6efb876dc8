"""For all tests: logging is as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def calm_logs() -> Iterator[None]:
    """A command under test configures logs for its own streams, which are gone afterwards."""
    yield
    structlog.reset_defaults()
