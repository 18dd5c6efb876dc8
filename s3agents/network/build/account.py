"""BuildAccount: every count from raw records to the society, so that nothing is lost in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from s3agents.network.build.cleaning import Criterion
from s3agents.network.build.neighbourhood import Growth
from s3agents.network.load_report import FileReport, LoadReport

__all__ = ["BuildAccount", "Funnel", "Loss", "Tally", "tally"]

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Loss:
    """What was left out for one reason, with the first three cases as ``FILE:LINE VALUE`` where they are known."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the records of some files: ``read`` is what is usable plus ``helpers`` plus all of ``unusable``.

    Attributes:
        read: records read.
        helpers: those that are none of their own and say how to read the others, such as the cases of cascades.
        unusable: records that cannot be used.
        values: values that cannot be used, of records that can.
    """

    read: int = 0
    helpers: int = 0
    unusable: tuple[Loss, ...] = ()
    values: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel(Tally):
    """The way of users, edges or posts: ``read + met == helpers + kept + all of unusable + all of left_out``.

    Attributes:
        met: users that the data have no record of, met as authors or as ends of edges.
        left_out: what can be used and is not wanted.
        kept: what the society has.
    """

    met: int = 0
    left_out: tuple[Loss, ...] = ()
    kept: int = 0

    @property
    def usable(self) -> int:
        """Of what was read or met, what can be used."""
        return self.read + self.met - self.helpers - sum(loss.count for loss in self.unusable)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildAccount:
    """The account of a build.

    Attributes:
        name: of the scenario, for the row of the table.
        layout: of the raw data.
        files: how many were read.
        file_names: of the first twenty; none where names are pseudonymised.
        users: from raw to kept.
        follows: likewise.
        posts: likewise.
        on_topic: usable posts on the topic.
        kept_on_topic: those of them that the society has.
        growth: how the society grew from its core.
        criteria: of the clean-up, with what each found among all users.
        spared: verified users who meet one.
        demographics: how many users have a known ``gender``, ``age`` and ``occupation``.
        classes: users by class.
        ties_from: what tells the classes: counts of the ``platform``, or the ``graph``.
        posts_from: likewise: the ``platform``, the ``posts`` written here, or ``unknown``.
        columns_replaced: columns of the data whose place a column of the build took, with the number of values.
        columns_left_out: columns that pseudonymised users must not have, with the number of values.
        notes: what is not wrong, and may still surprise.
    """

    name: str
    layout: str
    files: int
    file_names: tuple[str, ...] = ()
    users: Funnel
    follows: Funnel
    posts: Funnel
    on_topic: int
    kept_on_topic: int
    growth: tuple[Growth, ...]
    criteria: tuple[Criterion, ...]
    spared: int
    demographics: Mapping[str, int]
    classes: Mapping[str, int]
    ties_from: str
    posts_from: str
    columns_replaced: Mapping[str, int] = field(default_factory=dict)
    columns_left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def dump(self) -> dict[str, Any]:
        """The account as plain values that JSON takes."""
        steps = [step._asdict() for step in self.growth]
        criteria = [criterion._asdict() for criterion in self.criteria]
        return {**asdict(self), "growth": steps, "criteria": criteria}


def tally(report: LoadReport, usable: int, *, hide: bool) -> Tally:
    """What became of the records of ``report``, over all of its files.

    Args:
        report: its files are numbered from 1 in their order.
        usable: how many of the records can be used; whatever else was kept helped to read them.
        hide: whether examples name neither files nor values, but ``file NUMBER:LINE``, or the number alone
            for one of many small files.
    """
    rows: dict[str, Loss] = {}
    values: dict[str, Loss] = {}
    for number, file in enumerate(report.files, start=1):
        for losses, drops in ((rows, file.rows), (values, file.values)):
            for reason, found in drops.items():
                before = losses.get(reason, Loss(reason, 0))
                shown = tuple(_hidden(found.examples, file, number)) if hide else tuple(found.examples)
                examples = (before.examples + shown)[:_EXAMPLES]
                losses[reason] = Loss(reason, before.count + found.count, examples)
    read = sum(file.read for file in report.files)
    helpers = sum(file.kept for file in report.files) - usable
    return Tally(read=read, helpers=helpers, unusable=tuple(rows.values()), values=tuple(values.values()))


def _hidden(examples: list[str], file: FileReport, number: int) -> Iterator[str]:
    for example in examples:
        head, found, rest = example.partition(f"{file.file}:")
        line = rest.partition(" ")[0] if found and not head else ""
        yield f"file {number}:{line}" if line.isdecimal() else f"file {number}"
