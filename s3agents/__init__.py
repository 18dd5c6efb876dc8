"""s3agents: a simulator of social networks whose users are language-model agents.

The public names, imported on first use so that ``import s3agents`` stays quick::

    from s3agents import Scenario, Simulation, Society
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = [
    "Persona",
    "Post",
    "Run",
    "Scenario",
    "Simulation",
    "SocialAgent",
    "Society",
    "SocietyMember",
    "__version__",
    "compare_runs",
    "evaluate_population",
    "fork_run",
    "load_scenario",
    "make_agent",
]

__version__ = "0.1.0"

_HOMES = {
    "Persona": "s3agents.persona",
    "Post": "s3agents.events",
    "Run": "s3agents.report.run",
    "Scenario": "s3agents.config",
    "Simulation": "s3agents.simulation",
    "SocialAgent": "s3agents.agents.social_agent",
    "Society": "s3agents.network.society",
    "SocietyMember": "s3agents.tools.team",
    "compare_runs": "s3agents.report.futures",
    "evaluate_population": "s3agents.population",
    "fork_run": "s3agents.fork",
    "load_scenario": "s3agents.scenarios",
    "make_agent": "s3agents.standalone",
}

if TYPE_CHECKING:
    from s3agents.agents.social_agent import SocialAgent
    from s3agents.config import Scenario
    from s3agents.events import Post
    from s3agents.fork import fork_run
    from s3agents.network.society import Society
    from s3agents.persona import Persona
    from s3agents.population import evaluate_population
    from s3agents.report.futures import compare_runs
    from s3agents.report.run import Run
    from s3agents.scenarios import load_scenario
    from s3agents.simulation import Simulation
    from s3agents.standalone import make_agent
    from s3agents.tools.team import SocietyMember


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
