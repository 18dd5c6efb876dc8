"""The society of a run, found again where its scenario has it, for a run holds none of its edges."""

from __future__ import annotations

from pydantic import ValidationError

from s3agents.errors import S3AgentsError
from s3agents.report.page.sections import Place
from s3agents.report.run import Run
from s3agents.scenarios import parse_scenario
from s3agents.wiring import build_society

__all__ = ["SocietyFinder", "find_society"]


def find_society(run: Run) -> Place:
    """The society that the scenario of ``run`` names or makes, if it is still the one that the run went over."""
    try:
        scenario = parse_scenario(run.scenario, origin=str(run.folder))
        society = build_society(scenario.society, around=scenario.around)
    except (S3AgentsError, ValidationError):
        return Place(why=f"the society {run.manifest.society.name} cannot be read where the scenario has it")
    if society.digest != run.manifest.society.digest:
        return Place(why=f"the society {run.manifest.society.name} is no longer the one that the run went over")
    return Place(society=society)


class SocietyFinder:
    """Finds the societies of several runs, each society once, for making one may take seconds."""

    def __init__(self) -> None:
        self._found: dict[str, Place] = {}

    def __call__(self, run: Run) -> Place:
        """As :func:`find_society`."""
        digest = run.manifest.society.digest
        if digest not in self._found:
            self._found[digest] = find_society(run)
        return self._found[digest]
