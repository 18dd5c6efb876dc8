"""The report as a page: whole, self-contained, true to the run, and safe from what users write."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from s3agents.errors import InputError
from s3agents.ids import UserId
from s3agents.record.base import TickRecord
from s3agents.report.page.build import MOST_DETAILED, build_page
from s3agents.report.page.costs import Prices
from s3agents.report.page.markup import element, table, text
from s3agents.report.run import Run

WriteRun = Callable[..., Run]
Story = tuple[TickRecord, ...]
MARKUP = "</script><script>window.broken = 1</script><img src=x onerror=window.broken=1>"
VOID = {"meta", "link", "br", "img"}


class Page(HTMLParser):
    """What a parser makes of a page.

    Attributes:
        tags: every element, with its attributes.
        words: text outside of scripts and styles.
        figures: the figures in it.
    """

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words, self.figures = "", list[Any]()
        self._open: list[str] = []
        self._json = ""
        self.feed(source)
        self.close()
        assert self._open == []
        self.figures = json.loads(self._json, parse_constant=pytest.fail)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Each element but the void ones must be closed."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Elements close in the order in which they opened."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep words and figures."""
        if self._open[-1:] == ["script"]:
            self._json += data if dict(self.tags[-1][1]).get("id") == "figures" else ""
        elif self._open[-1:] != ["style"]:
            self.words += data


@pytest.fixture
def page(run: Run) -> Page:
    """The page of the story."""
    return Page(build_page([run]))


def test_a_page_tells_the_story(page: Page) -> None:
    """Name, question, status, key figures, top posts, faults and manifest."""
    for told in ("bridge", "Closed?", "done", "5 users, 7 follow edges", "50% → 33%", "timeout of cat", "ann"):
        assert told in page.words
    assert "The bridge is closed." in page.words
    assert '"scenario_digest"' in page.words
    assert "No price was given" in page.words


def test_every_figure_is_in_the_page(page: Page) -> None:
    """A place for each, in their order; every one has axes and a sentence."""
    places = [attrs["id"] for tag, attrs in page.tags if attrs.get("class") == "drawing"]
    assert places == [f"figure-{n}" for n in range(len(page.figures))]
    assert len(places) == 9
    assert sum(tag == "figcaption" for tag, _ in page.tags) == 11
    for figure in page.figures:
        assert "title" not in figure["layout"] or not figure["layout"]["title"].get("text")


def test_curves_in_the_page_are_those_of_the_run(page: Page, run: Run) -> None:
    """As JSON, they are what the tables say."""
    drawn = page.figures[0]["data"][0]["y"]
    import base64

    import numpy as np

    values = np.frombuffer(base64.b64decode(drawn["bdata"]), drawn["dtype"]) if isinstance(drawn, dict) else drawn
    assert list(values) == run.curves()["aware"].tolist()


def test_nothing_is_fetched(page: Page) -> None:
    """No address in any attribute, and a policy that forbids the browser to go anywhere."""
    for tag, attrs in page.tags:
        assert attrs.get("src") is None
        assert tag != "link" or attrs["href"] == "data:,"
        assert not any("http:" in (value or "") or "https:" in (value or "") for value in attrs.values())
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_what_users_write_stays_text(tmp_path: Path, write_run: WriteRun, story: Story, run: Run) -> None:
    """A post that ends a script element is shown as it was written, and begins nothing."""
    first = replace(story[0].posts[0], text=MARKUP, author=UserId(MARKUP))
    ticks = (replace(story[0], posts=(first,)), replace(story[1], posts=(replace(story[1].posts[0], text=MARKUP),)))
    scenario = {**run.scenario, "question": MARKUP, "topic": MARKUP}
    hostile = write_run(tmp_path / "run", ticks, scenario=scenario, failure=MARKUP, status="failed")
    found = Page(build_page([hostile]))
    assert sum(tag == "script" for tag, _ in found.tags) == 3
    assert not any(tag == "img" for tag, _ in found.tags)
    assert "window.broken = 1" in found.words
    assert "<script" not in json.dumps(found.figures)


def test_an_empty_run_has_sentences_instead_of_figures(tmp_path: Path, write_run: WriteRun) -> None:
    """Each says why, there is no figure, and no script to draw one either."""
    source = build_page([write_run(tmp_path / "run", ())])
    found = Page(source)
    assert found.figures == []
    assert found.words.count("Nothing to draw") == 10
    assert len(source) < 100_000


def test_a_run_that_failed_says_why(tmp_path: Path, write_run: WriteRun, story: Story, unfinished: TickRecord) -> None:
    """The cause is at the top, and the faults of the tick that was never committed are in the table."""
    run = write_run(tmp_path / "run", story, failed=unfinished, status="failed", failure="too many faults")
    words = Page(build_page([run])).words
    assert "too many faults" in words
    assert "status_500" in words


def test_replicates_share_their_curves(tmp_path: Path, write_run: WriteRun, story: Story, sequel: TickRecord) -> None:
    """One scenario, two seeds: tiles with means and ends, a row a run, and the first in detail."""
    first = write_run(tmp_path / "a", story)
    second = write_run(tmp_path / "b", (*story, sequel), scenario={**first.scenario, "seed": 2})
    words = Page(build_page([first, second])).words
    assert "4 to 5 in 2 runs" in words
    assert "In detail: bridge, seed 0 (the first of 2 runs)" in words


def test_of_many_scenarios_a_few_are_shown_in_detail(tmp_path: Path, write_run: WriteRun, story: Story) -> None:
    """All have their curves and a row; the page says which are not shown in detail."""
    base = write_run(tmp_path / "r0", story)
    others = [write_run(tmp_path / f"r{n}", story, scenario={**base.scenario, "ticks": 5 + n}) for n in range(1, 7)]
    words = Page(build_page([base, *others])).words
    assert words.count("In detail:") == MOST_DETAILED
    assert "Not shown in detail: r4, r5, r6." in words


def test_tokens_have_a_price(run: Run) -> None:
    """600 prompt and 60 reply tokens, at 1,000 and 10,000 a million."""
    words = Page(build_page([run], prices=Prices(prompt=1000, reply=10_000))).words
    assert "Cost at 1000 a million prompt tokens and 10000 a million reply tokens." in words
    assert Prices(prompt=1000, reply=10_000).cost(300, 30) == pytest.approx(0.6)


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf")])
def test_a_price_that_is_none_is_refused(price: float) -> None:
    """A cost must be a number."""
    with pytest.raises(InputError, match="price of prompt tokens: wanted a number of 0 or more"):
        Prices(prompt=price)


def test_a_report_needs_a_run() -> None:
    """Nothing is not shown."""
    with pytest.raises(InputError, match="at least one run"):
        build_page([])


def test_elements_escape_what_is_put_into_them() -> None:
    """Content and attributes; what is markup already stays markup."""
    assert str(element("p", "<b>", title='"')) == '<p title="&quot;">&lt;b&gt;</p>'
    assert str(element("p", element("b", 1))) == "<p><b>1</b></p>"
    assert "<td>&lt;i&gt;</td>" in str(table(["a"], [["<i>"]]))
    assert str(text("a\x00\u202eb")) == "ab"
