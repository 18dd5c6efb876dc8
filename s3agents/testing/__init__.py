"""Doubles for tests of simulations, models and plug-ins: public, small, and honest about what they double.

And contract suites: what a part of your own has to keep to, as tests. Imported on first use, so that one of them does
not cost the import of the others::

    from s3agents.testing import CognitionContract, StubEndpoint
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "ActionContract",
    "AgentContract",
    "BusContract",
    "ChannelContract",
    "CognitionContract",
    "EmbedderContract",
    "InterventionContract",
    "MetricContract",
    "RecorderContract",
    "ScriptedClient",
    "SocietyReaderContract",
    "StubEndpoint",
    "TextStoreContract",
    "stub_process",
]

_HOMES = {
    "ActionContract": "s3agents.testing.action_contract",
    "AgentContract": "s3agents.testing.agent_contract",
    "BusContract": "s3agents.testing.bus_contract",
    "ChannelContract": "s3agents.testing.channel_contract",
    "CognitionContract": "s3agents.testing.cognition_contract",
    "EmbedderContract": "s3agents.testing.embedder_contract",
    "InterventionContract": "s3agents.testing.intervention_contract",
    "MetricContract": "s3agents.testing.metric_contract",
    "RecorderContract": "s3agents.testing.recorder_contract",
    "ScriptedClient": "s3agents.testing.scripted_client",
    "SocietyReaderContract": "s3agents.testing.society_contract",
    "StubEndpoint": "s3agents.testing.stub_endpoint",
    "TextStoreContract": "s3agents.testing.memory_contract",
    "stub_process": "s3agents.testing.stub_launcher",
}

if TYPE_CHECKING:
    from s3agents.testing.action_contract import ActionContract
    from s3agents.testing.agent_contract import AgentContract
    from s3agents.testing.bus_contract import BusContract
    from s3agents.testing.channel_contract import ChannelContract
    from s3agents.testing.cognition_contract import CognitionContract
    from s3agents.testing.embedder_contract import EmbedderContract
    from s3agents.testing.intervention_contract import InterventionContract
    from s3agents.testing.memory_contract import TextStoreContract
    from s3agents.testing.metric_contract import MetricContract
    from s3agents.testing.recorder_contract import RecorderContract
    from s3agents.testing.scripted_client import ScriptedClient
    from s3agents.testing.society_contract import SocietyReaderContract
    from s3agents.testing.stub_endpoint import StubEndpoint
    from s3agents.testing.stub_launcher import stub_process


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name.endswith("Contract"):
        _told_by_pytest(_HOMES[name])
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__


def _told_by_pytest(module: str) -> None:
    """Have pytest tell of what failed in a suite as it does in any file of tests."""
    if module not in sys.modules:
        import pytest

        pytest.register_assert_rewrite(module)
