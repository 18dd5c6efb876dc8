"""What is told of a society: counts, what is known and what was inferred, classes; and its figure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from s3agents import Persona, Society
from s3agents.config.classes import ClassThresholds
from s3agents.errors import InputError
from s3agents.network.graph import FollowGraph
from s3agents.report.description import Attribute, Description, describe
from s3agents.report.drawing import DRAWN, layout, representatives
from s3agents.report.plot_file import check_plot, write_plot
from s3agents.report.society_figure import society_figure


def _society(people: list[dict[str, Any]], edges: list[tuple[int, int]], **more: Any) -> Society:
    personas = [Persona(id=f"u{i}", **about) for i, about in enumerate(people)]
    ends = np.array(edges, dtype=np.int32).reshape(-1, 2)
    return Society(personas, FollowGraph.from_edges(len(people), ends[:, 0], ends[:, 1]), **more)


def _attribute(description: Description, name: str) -> Attribute:
    return next(attribute for attribute in description.attributes if attribute.name == name)


@pytest.fixture
def small() -> Society:
    """Four users: two agree and follow each other, one disagrees, one says nothing."""
    people: list[dict[str, Any]] = [
        {"gender": "female", "age": 31, "occupation": "Engineer", "attitude": "positive"},
        {"gender": "male", "age": 39, "attitude": "positive", "extra": {"gender_method": "learnt/a"}},
        {
            "gender": "female",
            "age": 8,
            "attitude": "negative",
            "extra": {"gender_method": "llm/b", "gender_confidence": 0.75},
        },
        {"extra": {"gender_method": "llm/b", "gender_confidence": 0.1}},
    ]
    edges = [(0, 1), (1, 0), (2, 0), (3, 0)]
    return _society(people, edges, history={"u0": ["one", "two"], "u2": ["three"], "u3": []}, name="small")


def test_the_row_of_table_1(small: Society) -> None:
    """Users, relations and posts; and how many wrote any."""
    told = describe(small)
    assert (told.name, told.users, told.relations, told.posts, told.authors) == ("small", 4, 4, 3, 2)


def test_what_is_known_and_what_was_inferred(small: Society) -> None:
    """Inferred values are counted by method; a prediction without a value is not one."""
    told = describe(small)
    assert _attribute(told, "gender") == Attribute(
        name="gender",
        known=3,
        distinct=2,
        values={"female": 2, "male": 1},
        inferred=2,
        methods={"learnt/a": 1, "llm/b": 1},
        confidence=0.75,
    )
    assert list(_attribute(told, "age").values.items()) == [("0-9", 1), ("30-39", 2)]
    assert told.ages is not None
    assert (told.ages.mean, told.ages.median, told.ages.lowest, told.ages.highest) == (26.0, 31.0, 8, 39)
    assert _attribute(told, "occupation").known == 1
    assert _attribute(told, "attitude").values == {"positive": 2, "negative": 1}


def test_only_the_most_frequent_values_are_listed() -> None:
    """Ten of them, and how many there are; equally frequent ones by the alphabet."""
    people = [{"occupation": f"job {i:02d}"} for i in range(30)] + [{"occupation": "job 29"}]
    jobs = _attribute(describe(_society(people, [])), "occupation")
    assert list(jobs.values) == ["job 29", *(f"job {i:02d}" for i in range(9))]
    assert (jobs.known, jobs.distinct) == (31, 30)


def test_attitudes_mix_where_they_are_known(small: Society) -> None:
    """Of three edges between known attitudes, two are between equals: by hand, -1/5."""
    told = describe(small)
    # e = [[2, 0], [1, 0]] / 3: trace 2/3, by chance (2*3 + 1*0) / 9
    assert told.attitude_edges == 3
    assert told.attitude_assortativity == pytest.approx((2 / 3 - 6 / 9) / (1 - 6 / 9))


def test_classes_have_medians_and_thresholds_move_them(small: Society) -> None:
    """What the classes go by is told with them."""
    told = describe(Society.named("karate_club"))
    assert [row.users for row in told.classes] == [2, 20, 12]
    influential = told.classes[0]
    assert (influential.followers, influential.followees, influential.posts, influential.reciprocity) == (
        16.5,
        16.5,
        None,
        1.0,
    )
    assert (told.ties_from, told.posts_from) == ("graph", "unknown")
    limits = ClassThresholds(influential_share=0.0)
    assert describe(Society.named("karate_club"), limits).classes[0].users == 0
    assert describe(Society.named("karate_club"), limits).thresholds == limits
    row = describe(small).classes[2]
    assert (row.users, row.followers, row.posts, row.reciprocity) == (2, 0.0, 0.5, 0.0)


@pytest.mark.parametrize(
    "society",
    [
        Society.empty(),
        _society([{}], []),
        _society([{"age": 3}] * 3, []),
        _society([{}] * 2, [(0, 1)]),
        Society.named("karate_club"),
    ],
    ids=["nobody", "one", "no edges", "one edge", "club"],
)
def test_any_society_can_be_described_and_drawn(society: Society, tmp_path: Path) -> None:
    """Blank instead of NaN, in JSON and in the figure."""
    told = describe(society)
    text = json.dumps(told.to_dict(), allow_nan=False)
    assert json.loads(text)["users"] == len(society)
    write_plot(society_figure(society, told), tmp_path / "plot.html")


def test_equal_societies_are_described_and_drawn_alike(tmp_path: Path) -> None:
    """Nothing but society and seed matters."""
    first, second = (_random(900) for _ in range(2))
    assert describe(first, seed=4) == describe(second, seed=4)
    for name, society in (("a", first), ("b", second)):
        write_plot(society_figure(society, describe(society, seed=4)), tmp_path / f"{name}.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def _random(n: int) -> Society:
    rng = np.random.default_rng(0)
    edges = [(int(a), int(b)) for a, b in rng.integers(0, n, (2 * n, 2)) if a != b]
    sides, genders = ("positive", "negative", None), ("female", "male", "<i>x</i>", None)
    people = [{"attitude": sides[i % 3], "gender": genders[i % 4], "age": i % 100} for i in range(n)]
    return _society(people, edges, name="<b>ours</b>")


def test_the_page_holds_all_it_needs_and_no_markup_of_users(tmp_path: Path) -> None:
    """Plotly's script is inside, nothing is fetched, names are text; and no part is left behind."""
    society = _random(50)
    write_plot(society_figure(society, describe(society)), tmp_path / "plot.html")
    page = (tmp_path / "plot.html").read_text(encoding="utf-8")
    assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", page[:3000] + page[-200_000:]) == []
    assert len(page) > 3_000_000
    assert "<b>ours" not in page
    assert [file.name for file in tmp_path.iterdir()] == ["plot.html"]


def test_the_figure_shows_what_the_description_tells() -> None:
    """Classes, ages by gender, and every user of a small society once, by attitude."""
    society = _random(300)
    figure = society_figure(society, told := describe(society))
    traces = {trace.name: trace for trace in figure.data if trace.name}
    assert sum(len(traces[f"attitude {side}"].x) for side in ("positive", "negative", "unknown")) == 300
    assert -sum(traces["female"].x) == _attribute(told, "gender").values["female"]
    assert sum(map(sum, (traces[name].x for name in ("male", "other", "unknown")))) == 225
    bars = next(trace for trace in figure.data if trace.type == "bar" and not trace.name)
    assert dict(zip(bars.y, bars.x, strict=True)) == {row.name.replace("_", "-"): row.share for row in told.classes}
    assert traces["followers"].y[0] == np.mean([len(society.followers(user)) > 0 for user in society.ids])


def test_a_large_network_is_drawn_by_a_connected_part() -> None:
    """Users met on walks through the largest component; the same ones for one seed."""
    n = 2000
    graph = FollowGraph.from_edges(n, np.arange(n - 500), (np.arange(n - 500) + 1) % (n - 500))
    shown = representatives(graph, seed=1)
    assert len(shown) == len(set(shown.tolist())) == DRAWN
    assert shown.max() < n - 500
    part = graph.subgraph(shown)
    assert part.edges == DRAWN - 1
    assert shown.tolist() == representatives(graph, seed=1).tolist()
    assert representatives(FollowGraph.from_edges(3, [0], [1]), seed=1).tolist() == [0, 1, 2]
    assert len(representatives(FollowGraph.from_edges(n, [], []), seed=1)) == 1


def test_ties_are_drawn_short() -> None:
    """Two groups of friends with one tie between them stand apart."""
    groups = [(i, j) for base in (0, 8) for i in range(base, base + 8) for j in range(base, base + 8) if i != j]
    places = layout(FollowGraph.from_edges(16, *np.array([*groups, (0, 8)]).T), seed=0)
    assert np.abs(places).max() == 1.0
    inner = np.linalg.norm(places[:8] - places[:8].mean(axis=0), axis=1).max()
    assert np.linalg.norm(places[:8].mean(axis=0) - places[8:].mean(axis=0)) > 2 * inner


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("plot.png", r"ends in \.html, got \.png"),
        ("plot", "got no ending"),
        ("no/plot.html", "folder that exists"),
        ("there.html", "--overwrite"),
        ("folder.html", "got a folder"),
    ],
)
def test_a_plot_that_cannot_be_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """Before any work."""
    (tmp_path / "there.html").write_text("mine", encoding="utf-8")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError, match=message):
        check_plot(tmp_path / name, overwrite=False)
    check_plot(tmp_path / "new.HTML", overwrite=False)
    check_plot(tmp_path / "there.html", overwrite=True)


def test_plots_need_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without plotly the message says how to get it."""
    monkeypatch.setitem(__import__("sys").modules, "plotly.graph_objects", None)
    with pytest.raises(InputError, match=r"pip install 's3agents\[plots\]'"):
        check_plot(tmp_path / "plot.html", overwrite=False)


def test_a_plot_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The folder went away, or the name is too long: one message."""
    society = Society.empty()
    figure = society_figure(society, describe(society))
    for path in (tmp_path / "gone" / "plot.html", tmp_path / ("x" * 300 + ".html")):
        check_plot(tmp_path / path.name, overwrite=False)
        with pytest.raises(InputError, match="a file that can be written"):
            write_plot(figure, path)
    assert list(tmp_path.iterdir()) == []
