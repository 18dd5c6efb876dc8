"""Plots: the figures of one run, for notebooks."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from s3agents.network.society import Society
from s3agents.record.connection import reading
from s3agents.report.figures.cascade import cascade_exhibit
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.figures.course import Course
from s3agents.report.figures.curves import curves_figure
from s3agents.report.figures.futures import futures_exhibit
from s3agents.report.figures.memory import pools_exhibit
from s3agents.report.figures.network import network_exhibit
from s3agents.report.figures.stacks import attitude_exhibit, emotion_exhibit
from s3agents.report.futures import Played, compare_runs
from s3agents.report.manifest import Manifest

if TYPE_CHECKING:
    import sqlite3

    import pandas as pd
    from plotly.graph_objects import Figure

    from s3agents.observed.curve import Truth

__all__ = ["Plots"]


class Plots(ABC):
    """What :class:`s3agents.report.run.Run` draws of itself.

    A figure of which there is nothing to draw is empty and says why. The methods need plotly, which comes with the
    extra ``plots``.
    """

    manifest: Manifest

    @property
    @abstractmethod
    def record(self) -> Path:
        """The SQLite file of its record."""

    @property
    @abstractmethod
    def folder(self) -> Path:
        """Where it lies."""

    @abstractmethod
    def curves(self) -> pd.DataFrame:
        """The curves of the run."""

    @abstractmethod
    def cascades(self) -> pd.DataFrame:
        """The cascades of the run, the biggest first."""

    def course(self) -> Course:
        """The curves in time, for :mod:`s3agents.report.figures`."""
        minutes = tick_minutes(self.manifest.scenario)
        return Course(name=self.manifest.name, minutes=minutes, replicates=(self.curves(),))

    def plot_curves(self, truth: Truth | None = None) -> Figure:
        """Aware users, forwards, emotion and positive attitudes over time, beside what really happened.

        Args:
            truth: as :func:`s3agents.observed.truth.read_truth` gives it; its minute 0 is tick 0.

        Raises:
            InputError: if plotly is not installed; so do all of these methods.
            RecordError: if the record cannot be read; so do all of these methods.
        """
        return curves_figure((self.course(),), truth).shown()

    def plot_emotion(self) -> Figure:
        """The shares of calm, moderate and intense among the turns of each tick."""
        with self._open() as (db, ticks, minutes):
            return emotion_exhibit(db, ticks=ticks, minutes=minutes).shown()

    def plot_attitude(self) -> Figure:
        """Users by the attitude of their last turn so far."""
        with self._open() as (db, ticks, minutes):
            users = self.manifest.society.users
            return attitude_exhibit(db, ticks=ticks, minutes=minutes, users=users).shown()

    def plot_cascade(self, root: str | None = None) -> Figure:
        """A cascade as a tree in time.

        Args:
            root: id of its first post; the biggest cascade by default.
        """
        biggest = self.cascades()["root"].tolist()[:1] if root is None else [root]
        with self._open() as (db, _, minutes):
            return cascade_exhibit(db, biggest[0] if biggest else None, minutes=minutes).shown()

    def plot_network(self, society: Society | None = None) -> Figure:
        """Who follows whom, coloured by the attitude at the end.

        Args:
            society: over which the run went; without it, who forwarded posts of whom.
        """
        with self._open() as (db, _, _):
            return network_exhibit(db, society).shown()

    def plot_futures(self, other: Played) -> Figure:
        """The curves of this run and another, above all of a fork of it, and their difference: other less this."""
        return futures_exhibit(compare_runs(self, other)).shown()

    def plot_memory(self) -> Figure:
        """Users by the number of posts that they remember at the end."""
        with self._open() as (db, _, _):
            return pools_exhibit(db).shown()

    def _repr_html_(self) -> str:
        """A small table of what came of the run, for notebooks."""
        manifest, curves = self.manifest, self.curves()
        last = curves.iloc[-1] if len(curves) else None
        rows = {"status": manifest.status, "question": str(manifest.scenario["question"])}
        rows["users, follow edges"] = f"{manifest.society.users:,}, {manifest.society.edges:,}"
        rows["ticks"] = f"{len(curves):,} of {int(manifest.scenario['ticks']):,}"
        if last is not None:
            rows["aware of the topic"] = f"{int(last['aware']):,}"
            rows["posts, forwards"] = f"{int(last['posts_total']):,}, {int(last['forwards_total']):,}"
            share = last["share_positive"]
            rows["share positive at the end"] = "-" if share != share else f"{share:.0%}"  # noqa: PLR0124  # a gap is NaN
        cells = (f"<tr><th>{name}</th><td>{html.escape(value)}</td></tr>" for name, value in rows.items())
        return f"<table><caption>{html.escape(manifest.name)}</caption>{''.join(cells)}</table>"

    @contextmanager
    def _open(self) -> Iterator[tuple[sqlite3.Connection, int, float]]:
        """The record, with its number of ticks and the minutes in one."""
        with reading(self.record) as db:
            ticks = db.execute("SELECT coalesce(max(tick), -1) + 1 FROM ticks").fetchone()[0]
            yield db, ticks, tick_minutes(self.manifest.scenario)
