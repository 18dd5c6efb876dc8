"""Doubles for tests of simulations, models and plug-ins: public, small, and honest about what they double.

Imported on first use, so that one double does not cost the import of the others::

    from s3agents.testing import StubEndpoint
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["ScriptedClient", "StubEndpoint", "stub_process"]

_HOMES = {
    "ScriptedClient": "s3agents.testing.scripted_client",
    "StubEndpoint": "s3agents.testing.stub_endpoint",
    "stub_process": "s3agents.testing.stub_launcher",
}

if TYPE_CHECKING:
    from s3agents.testing.scripted_client import ScriptedClient
    from s3agents.testing.stub_endpoint import StubEndpoint
    from s3agents.testing.stub_launcher import stub_process


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
