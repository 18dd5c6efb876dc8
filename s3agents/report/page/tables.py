"""Tables of a report: posts, cascades, faults, outcomes and scores."""

from __future__ import annotations

import sqlite3

from s3agents.prompts.quoting import tidy
from s3agents.report.comparison import Comparison
from s3agents.report.page.markup import Html, element, join, table
from s3agents.report.summary import Summary

__all__ = ["cascade_table", "comparison_table", "fault_table", "post_table", "steered_table"]

_TEXT = 200
_FAULTS = """
SELECT cause, stage, count(*), min(tick), max(tick), min(message) FROM faults
GROUP BY cause, stage ORDER BY 3 DESC, 1, 2
"""


def post_table(summary: Summary) -> Html:
    """The posts that were forwarded most."""
    if not summary.top_posts:
        return element("p", "No post was forwarded.")
    rows = [(post.forwards, post.author, post.tick, _text(post.text)) for post in summary.top_posts]
    note = "The posts that were forwarded most, by those who read them there."
    return join((table(("forwards", "author", "tick", "text"), rows), element("p", note, class_="told")))


def cascade_table(summary: Summary) -> Html:
    """The biggest cascades."""
    if not summary.cascades:
        return element("p", "No cascade has more than its first post.")
    rows = [(c.size, c.depth, c.breadth, c.author, c.tick, _text(c.text)) for c in summary.cascades]
    note = "The biggest cascades: posts in each, most steps from the first one, most posts at one distance from it."
    heads = ("size", "depth", "breadth", "author", "tick", "text")
    return join((table(heads, rows), element("p", note, class_="told")))


def fault_table(db: sqlite3.Connection) -> Html:
    """Failed turns by cause, those that ended the run included."""
    rows = [
        (cause, stage, n, f"{first} to {last}", _text(said))
        for cause, stage, n, first, last, said in db.execute(_FAULTS)
    ]
    if not rows:
        return element("p", "No turn failed.")
    return table(("cause", "stage", "turns", "ticks", "one message"), rows)


def steered_table(summary: Summary) -> Html:
    """What interventions and channels came to."""
    rows = [
        (
            f"{one.section}.{one.number}",
            one.kind,
            f"{one.first_tick} to {one.last_tick}",
            *(one.posts, one.deliveries, one.accounts, one.edges),
        )
        for one in summary.steered
    ]
    note = "Posts removed, labelled, down-ranked, withheld, brought in or recommended; deliveries that did not come "
    note += "about, came with a mark, or came about through it; accounts suspended or served, the most in a tick."
    heads = ("", "kind", "ticks", "posts", "deliveries", "accounts", "edges")
    return join((table(heads, rows), element("p", note, class_="told")))


def comparison_table(comparison: Comparison) -> Html:
    """Final attitudes against what really happened."""
    sides = ("positive", "negative")
    rows = [(f"simulated {side}", *(comparison.confusion[real][side] for real in sides)) for side in sides]
    if comparison.accuracy is None or comparison.majority is None:
        note = f"None of the {comparison.known:,} users whose outcome is known had a turn."
    else:
        note = f"{comparison.accuracy:.0%} of the {comparison.compared:,} users whose outcome is known and who had a "
        note += f"turn are right; the larger side for everybody would get {comparison.majority:.0%}."
    return join((table(("", "really positive", "really negative"), rows), element("p", note, class_="told")))


def _text(said: str) -> Html:
    return element("span", tidy(said, _TEXT), class_="text")
