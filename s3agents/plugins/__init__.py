"""Plugins: what installed packages offer for the extension points of a scenario, by name.

A package offers something in its ``pyproject.toml``::

    [project.entry-points."s3agents.cognition"]
    stubborn = "my_package:Stubborn"

and a scenario names it: ``stubborn``. Nothing of a package is imported before a scenario that names it is prepared.
"""

from s3agents.plugins.groups import GROUPS, Group
from s3agents.plugins.installed import PluginFacts, differing, find
from s3agents.plugins.load import called, check_made, load, make, origin

__all__ = ["GROUPS", "Group", "PluginFacts", "called", "check_made", "differing", "find", "load", "make", "origin"]
