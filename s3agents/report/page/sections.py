"""Sections of a report: the curves of all runs, and one run in detail."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from s3agents.network.society import Society
from s3agents.observed.curve import Truth
from s3agents.record.connection import reading
from s3agents.report.figures.cascade import cascade_exhibit
from s3agents.report.figures.clock import tick_minutes
from s3agents.report.figures.course import Course
from s3agents.report.figures.curves import PANELS, curve_exhibit
from s3agents.report.figures.memory import flow_exhibit, pools_exhibit
from s3agents.report.figures.network import network_exhibit
from s3agents.report.figures.stacks import attitude_exhibit, emotion_exhibit
from s3agents.report.figures.tokens import tokens_exhibit
from s3agents.report.page.costs import Prices, mode_table
from s3agents.report.page.drawings import Drawings
from s3agents.report.page.markup import Html, element, join, verbatim
from s3agents.report.page.tables import cascade_table, comparison_table, fault_table, post_table, steered_table
from s3agents.report.run import Run
from s3agents.report.summary import Summary

__all__ = ["Place", "curve_section", "detail_section"]

_TREES, _GROVE = 2, 10
_LIST, _STRING = 40, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The society of a run, or why it is not at hand.

    Attributes:
        society: over which the run went.
        why: there is none.
    """

    society: Society | None = None
    why: str = ""


def curve_section(courses: Sequence[Course], truth: Truth | None, drawings: Drawings) -> Html:
    """The curves of S3's Figures 2 and 3."""
    title = "Real and simulated" if truth is not None else "Over time"
    shown = [drawings.add(curve_exhibit(name, courses, truth)) for name in PANELS]
    return element("section", element("h2", title), element("div", *shown, class_="grid"))


def detail_section(
    run: Run, summary: Summary, drawings: Drawings, *, place: Place, prices: Prices | None, title: str
) -> Html:
    """One run in all that is told of it.

    Args:
        run: which.
        summary: of it.
        drawings: of the page.
        place: its society.
        prices: of tokens.
        title: of what comes before the first heading; empty where the page is about this run alone.
    """
    minutes = tick_minutes(run.scenario)
    with reading(run.record) as db:
        ticks: int = db.execute("SELECT coalesce(max(tick), -1) + 1 FROM ticks").fetchone()[0]
        people = (
            emotion_exhibit(db, ticks=ticks, minutes=minutes),
            attitude_exhibit(db, ticks=ticks, minutes=minutes, users=summary.users),
        )
        memory = (pools_exhibit(db), flow_exhibit(db, ticks=ticks, minutes=minutes))
        parts = [
            _section("Emotion and attitude", _grid(drawings.add(one) for one in people), *_outcome(summary)),
            _section("Cascades", *_cascades(db, summary, drawings, minutes=minutes), cascade_table(summary)),
            _section("Top posts", post_table(summary)),
            *([_section("Interventions and channels", steered_table(summary))] if summary.steered else ()),
            _section("Network", drawings.add(network_exhibit(db, place.society, why=place.why), wide=True)),
            _section("Memory", _grid(drawings.add(one) for one in memory)),
            _section("Turns, tokens and cost", *_costs(db, prices), drawings.add(tokens_exhibit(db, minutes=minutes))),
            _section("Failed turns", fault_table(db)),
            _section("Manifest", _manifest(run)),
        ]
    head = element("h2", title, class_="part") if title else ""
    return join((head, *parts))


def _section(title: str, *parts: object) -> Html:
    return element("section", element("h2", title), *parts)


def _grid(parts: Iterator[Html]) -> Html:
    return element("div", *parts, class_="grid")


def _outcome(summary: Summary) -> Iterator[Html]:
    if summary.comparison is not None:
        yield element("h3", "Attitudes at the end against what really happened")
        yield comparison_table(summary.comparison)


def _cascades(db: sqlite3.Connection, summary: Summary, drawings: Drawings, *, minutes: float) -> Iterator[Html]:
    """The biggest cascade, and the next if it is a cascade worth the name."""
    roots = [cascade.root for cascade in summary.cascades[:_TREES] if cascade.size >= _GROVE]
    for root in roots or [cascade.root for cascade in summary.cascades[:1]]:
        yield drawings.add(cascade_exhibit(db, root, minutes=minutes), wide=True)


def _costs(db: sqlite3.Connection, prices: Prices | None) -> Iterator[Html]:
    yield mode_table(db, prices) or element("p", "Nobody had a turn.")
    priced = f"Cost {prices.told()}." if prices is not None else "No price was given, so no cost is told."
    yield element("p", f"Turns by mode of cognition; a seed post is a turn of mode seed. {priced}", class_="told")


def _manifest(run: Run) -> Html:
    found = _shortened(json.loads(run.manifest.model_dump_json()))
    written = json.dumps(found, indent=2, ensure_ascii=False)
    note = "What was run, with which versions. Long lists and texts are cut here, and whole in the run's folder."
    lines = element("pre", verbatim(written), tabindex="0")
    return element("details", element("summary", "manifest.json"), element("p", note, class_="told"), lines)


def _shortened(value: Any) -> Any:
    """``value`` with the beginnings of long lists, mappings and texts."""
    if isinstance(value, dict):
        kept = {key: _shortened(item) for key, item in list(value.items())[:_LIST]}
        return kept if len(value) <= _LIST else {**kept, "…": f"{len(value) - _LIST:,} more"}
    if isinstance(value, list):
        kept_items = [_shortened(item) for item in value[:_LIST]]
        return kept_items if len(value) <= _LIST else [*kept_items, f"… {len(value) - _LIST:,} more"]
    if isinstance(value, str) and len(value) > _STRING:
        return f"{value[:_STRING]}… {len(value) - _STRING:,} more characters"
    return value
