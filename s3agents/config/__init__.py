"""Scenario: what a run is asked to do, as values (:mod:`.scenario` and its sections) and as a file (:mod:`.read`)."""

from s3agents.config.scenario import Scenario

__all__ = ["Scenario"]
