"""How a scenario names a plugin: a kind, and options that are its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from s3agents.config.section import Section

__all__ = ["KindName", "Options", "RecorderSection"]

KindName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""Name of a built-in kind, or by which an installed package offers one."""

Options = dict[str, JsonValue]
"""Keyword arguments of a kind that is not built in."""


class RecorderSection(Section):
    """A recorder beside the record.

    Attributes:
        kind: name of a plugin of ``s3agents.recorder``.
        options: keyword arguments of it.
    """

    kind: KindName
    options: Options = Field(default_factory=dict)
