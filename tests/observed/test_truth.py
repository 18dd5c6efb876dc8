"""What really happened, read from whatever tells it; what cannot be read is told with file, line and column."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3agents.errors import InputError
from s3agents.observed.cascades import read_cascades
from s3agents.observed.curve import CURVES
from s3agents.observed.derived_truth import derived_curves
from s3agents.observed.truth import Curve, Truth, read_truth

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Makes a file of lines that are separated by blanks in the text."""

    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(text.split()) + "\n")
        return path

    return put


def _values(truth: Truth, name: str) -> list[float]:
    values: list[float] = truth.curves[name].values.tolist()
    return values


CASCADES = """
case_id,t_min,n_forward,n_forward_explained,n_reply,n_aware
a,0,0,0,0,5 a,5,2,1,1,9
b,0,0,0,,3 b,5,4,2,,8
"""


def test_a_case_of_cascades(write: Write) -> None:
    """Forwards, aware users and posts, the first one included; replies that are not known make no curve."""
    file = write("data/dev/truth.csv", CASCADES)
    write("data/cases.csv", "case_id a b")
    a, b = read_truth(file, case="a"), read_truth(file, case="b")
    assert (a.name, a.split, a.case) == ("truth", "dev", "a")
    assert {name: _values(a, name) for name in a.curves} == {"aware": [5, 9], "forwards": [0, 2], "posts": [1, 2]}
    assert set(b.curves) == {"aware", "forwards"}
    assert a.curves["aware"].minutes.tolist() == [0, 5]


def test_reposts_are_forwards_and_users_who_reposted_are_not_aware(write: Write) -> None:
    """A table of reposts tells forwards alone; one case needs no name."""
    truth = read_truth(write("truth.csv", "case_id,t_min,n_repost,n_users c,0,0,0 c,5,6,5"))
    assert (set(truth.curves), truth.case, truth.split) == ({"forwards"}, "c", "all")


EVENTS = """
event,scope,t_min,n_seeds,n_forward,n_aware,replies_support,replies_deny,replies_query,replies_comment
e,all,0,1,0,9,0,0,0,0 e,all,30,2,7,19,3,1,1,2
e,dev,0,1,0,4,0,0,0,0
f,dev,0,1,0,4,0,2,0,0
"""


def test_an_event_with_the_share_of_supporting_replies(write: Write) -> None:
    """Support against deny so far, no point before any; an event is its scope ``all``, or its only one."""
    file = write("event_truth.csv", EVENTS)
    e = read_truth(file, case="e")
    assert (e.case, e.split) == ("e/all", "all")
    assert (_values(e, "share_positive"), e.curves["share_positive"].minutes.tolist()) == ([0.75], [30])
    assert _values(e, "posts") == [1, 9]
    f = read_truth(file, case="f")
    assert (f.case, f.split, _values(f, "share_positive")) == ("f/dev", "dev", [0.0])
    assert read_truth(file.parent, case="e/dev").case == "e/dev"


def test_columns_named_as_the_curves(write: Write) -> None:
    """Times are minutes, dates or ticks of a stated length; totals go before the counts of a tick."""
    minutes = read_truth(write("m.csv", "minute,aware,emotion_level,share_positive 0,1,0.5, 10,3,,0.25"))
    assert minutes.curves["share_positive"].minutes.tolist() == [10]
    assert minutes.curves["emotion_level"].minutes.tolist() == [0]
    dates = read_truth(write("d.csv", "time,aware 2020-01-01T00:30:00,1 2020-01-01T01:00:00+00:00,4"))
    assert dates.curves["aware"].minutes.tolist() == [0, 30]
    ticks = read_truth(write("t.csv", "tick,forwards,forwards_total 0,3,3 2,1,4"), tick_minutes=15)
    assert (ticks.curves["forwards"].minutes.tolist(), _values(ticks, "forwards")) == ([0, 30], [3, 4])


POSTS = [
    {"t_min": 0, "user_id": "a", "emotion": "calm", "attitude": "positive", "kind": "source"},
    {"t_min": 61, "user_id": "b", "emotion": "intense", "attitude": "negative", "kind": "forward"},
    {"t_min": 62, "user_id": "a", "emotion": "moderate", "attitude": "deny", "kind": "reply"},
    {"t_min": 130, "user_id": "c", "attitude": "comment", "kind": "reply"},
    {"t_min": 130, "user_id": "c", "emotion": "intense", "attitude": "support", "kind": "retweet"},
]


def _write_posts(path: Path, posts: list[dict[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(post) + "\n" for post in posts))
    return path


def test_labelled_posts(tmp_path: Path) -> None:
    """Emotion by bins; the last attitude of everybody who has posted; posts and forwards at their own times."""
    truth = read_truth(_write_posts(tmp_path / "posts.jsonl", list(POSTS)), bin_minutes=60)
    level, share = truth.curves["emotion_level"], truth.curves["share_positive"]
    assert (level.minutes.tolist(), level.values.tolist()) == ([30, 90, 150], [0, 1.5, 2])
    assert _values(truth, "share_intense") == [0, 0.5, 1]
    assert (share.minutes.tolist(), share.values.tolist()) == ([60, 120, 180], [1, 0, pytest.approx(1 / 3)])
    assert (truth.curves["forwards"].minutes.tolist(), _values(truth, "forwards")) == ([0, 61, 130], [0, 1, 2])
    assert (truth.curves["posts"].minutes.tolist(), _values(truth, "posts")) == ([0, 62, 130], [1, 2, 3])


def test_posts_of_unknown_authors_are_shares_of_a_bin(write: Write) -> None:
    """Without authors nobody's last attitude can be known."""
    truth = read_truth(write("p.csv", "minute,attitude 0,positive 1,negative 70,negative"), bin_minutes=60)
    assert (truth.curves["share_positive"].minutes.tolist(), _values(truth, "share_positive")) == ([30, 90], [0.5, 0])
    assert set(truth.curves) == {"share_positive"}


def test_a_folder_of_cascades_with_labels(tmp_path: Path, write: Write) -> None:
    """The curves of the table, and attitudes from the labelled posts beside it."""
    write("data/dev/truth.csv", CASCADES)
    write("data/cases.csv", "case_id a b")
    posts = [{"case_id": "a", **post} for post in POSTS]
    _write_posts(tmp_path / "data/dev/posts.jsonl", [*posts, {"case_id": "b", "t_min": 0, "attitude": "query"}])
    truth = read_truth(tmp_path / "data", case="a")
    assert (truth.name, truth.split) == ("data", "dev")
    assert list(truth.curves) == ["aware", "forwards", "posts", "emotion_level", "share_positive", "share_intense"]
    assert _values(truth, "posts") == [1, 2]
    assert list(read_truth(tmp_path / "data/dev", case="b").curves) == ["aware", "forwards"]


BAD = {
    "no such file": ("nowhere.csv", None, "nowhere.csv"),
    "a binary file": ("minute,aware \0", None, "UTF-8"),
    "no rows": ("minute,aware", None, "rows of what happened"),
    "no time": ("hour,aware 0,1", None, "column of times"),
    "nothing of a curve": ("minute,shoes 0,1", None, "columns minute, shoes"),
    "blanks alone": ("minute,aware 0,", None, "nothing but blanks"),
    "no number": ("minute,aware 0,1 1,many", None, "f.csv:3, column 'aware': wanted a number, got 'many'"),
    "an infinite number": ("minute,aware 0,inf", None, "f.csv:2, column 'aware'"),
    "a blank time": ("minute,aware ,1", None, "f.csv:2, column 'minute'"),
    "no date": ("time,aware yesterday,1", None, "f.csv:2, column 'time': wanted a date"),
    "ticks of unknown length": ("tick,aware 0,1", None, "--truth-tick"),
    "times that go back": ("minute,aware 5,1 5,2", None, "f.csv:3, column 'aware': wanted times that ascend"),
    "a count that falls": ("minute,forwards 0,3 5,2", None, "f.csv:3, column 'forwards': wanted a count from the"),
    "a count below 0": ("minute,aware 0,-1", None, "f.csv:2, column 'aware': wanted a count from 0 on"),
    "percent": ("minute,share_positive 0,55", None, "f.csv:2, column 'share_positive': wanted a value from 0 to 1"),
    "a short row": ("minute,aware 0,1 1", None, "broken line: not 2 columns, f.csv:3"),
    "a label that is none": ("minute,emotion 0,angry", None, "f.csv:2, column 'emotion': wanted calm, moderate"),
    "a side that is none": ("minute,attitude 0,9", None, "f.csv:2, column 'attitude'"),
    "several cases": ("case_id,minute,aware a,0,1 b,0,1", None, "2: a, b (name one with --case)"),
    "no such case": ("case_id,minute,aware a,0,1 b,0,1", "c", "case 'c': wanted one of a, b"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_what_cannot_be_read_is_told(kind: str, write: Write, tmp_path: Path) -> None:
    """One message that names the place, what was wanted, and what came."""
    text, case, message = BAD[kind]
    path = tmp_path / text if text.endswith(".csv") else write("f.csv", text)
    with pytest.raises(InputError) as error:
        read_truth(path, case=case)
    assert message in str(error.value)


def test_broken_lines_of_json_and_folders_without_truth_are_told(tmp_path: Path) -> None:
    """A line that is no object is named; a folder needs a table of what happened."""
    (tmp_path / "p.jsonl").write_text('{"minute": 0, "emotion": "calm"}\n{"minute": \n')
    with pytest.raises(InputError, match=r"broken line: no JSON, p\.jsonl:2"):
        read_truth(tmp_path / "p.jsonl")
    with pytest.raises(InputError, match=r"truth\.csv"):
        read_truth(tmp_path)
    _write_posts(tmp_path / "q.jsonl", list(POSTS))
    with pytest.raises(InputError, match="width of a bin"):
        read_truth(tmp_path / "q.jsonl", bin_minutes=float("nan"))


@pytest.mark.parametrize(
    ("name", "minutes", "values", "message"),
    [
        ("likes", [0.0], [1.0], "one of aware"),
        ("aware", [0.0, 1.0], [1.0], "as many minutes as values"),
        ("aware", [1.0, 0.0], [1.0, 1.0], "ascend"),
        ("aware", [0.0, np.nan], [1.0, 1.0], "finite"),
        ("aware", [0.0, 1.0], [2.0, 1.0], "never falls"),
        ("aware", [0.0], [np.nan], "counts from 0"),
        ("emotion_level", [0.0], [2.5], "from 0 to 2"),
        ("share_positive", [0.0], [np.nan], "from 0 to 1"),
    ],
)
def test_a_curve_refuses_what_it_cannot_be(name: str, minutes: list[float], values: list[float], message: str) -> None:
    """No curve has NaN, times that do not ascend, or values out of its range."""
    with pytest.raises(InputError, match=message):
        Curve(name, np.array(minutes), np.array(values))


@given(st.sampled_from(CURVES), st.lists(st.floats(0, 1), unique=True, max_size=8))
def test_a_curve_keeps_what_it_was_made_of(name: str, numbers: list[float]) -> None:
    """Ascending times and values in range are kept, read-only; no points are a curve without an end."""
    points = np.sort(np.array(numbers, dtype=np.float64))
    curve = Curve(name, points, points)
    assert curve.minutes.tolist() == curve.values.tolist() == points.tolist()
    assert curve.final == (points[-1] if len(points) else None)
    assert not curve.values.flags.writeable


@pytest.fixture(scope="module")
def data() -> Path:
    """The folder of real data."""
    folder = os.environ.get("S3AGENTS_DATA")
    if not folder or not Path(folder, "pheme").is_dir():
        pytest.skip("S3AGENTS_DATA names no folder with pheme")
    return Path(folder)


def test_real_cascades_and_events(data: Path) -> None:
    """A case is the same from its file and from its folder; an event has the share of support among its replies."""
    case = "ch-552791196247269378"
    file, folder = read_truth(data / "pheme/dev/truth.csv", case=case), read_truth(data / "pheme", case=case)
    assert file.split == folder.split == "dev"
    assert _values(file, "forwards") == _values(folder, "forwards")
    assert _values(file, "forwards")[-1] == 224
    assert {"share_positive"} == set(folder.curves) - set(file.curves)
    event = read_truth(data / "pheme/event_truth.csv", case="charliehebdo")
    assert set(event.curves) == {"aware", "forwards", "posts", "share_positive"}
    reposts = read_truth(data / "ced", case="ced-3990-7od31Z")
    assert (set(reposts.curves), reposts.split) == ({"forwards"}, "dev")


def test_without_a_truth_file_cascades_are_counted(tmp_path: Path) -> None:
    """Posts, forwards and those aware so far, from posts, adoptions and follow edges; a case has to be named."""
    (tmp_path / "dev").mkdir()
    posts = [
        {"case_id": case, "post_id": f"{case}1", "user_id": "a", "t_min": 0, "text": "News", "kind": "source"}
        for case in ("c1", "c2")
    ]
    lines = "".join(json.dumps(post) + "\n" for post in posts)
    (tmp_path / "dev" / "posts.jsonl").write_text(lines, encoding="utf-8")
    adoptions = "case_id,user_id,t_min,kind\nc1,b,7,forward\nc1,e,12,forward\nc2,b,1,forward\n"
    (tmp_path / "dev" / "adoptions.csv").write_text(adoptions, encoding="utf-8")
    (tmp_path / "users.csv").write_text("user_id\na\nb\nc\nd\ne\n", encoding="utf-8")
    (tmp_path / "follows.csv").write_text("follower,followee\nb,a\nc,a\nd,b\n", encoding="utf-8")
    found = read_truth(tmp_path, case="c1")
    assert (found.split, found.case) == ("dev", "c1")
    assert found.curves["forwards"].minutes.tolist() == [0, 5, 10, 15, 20, 25, 30]
    assert found.curves["forwards"].values.tolist() == [0, 0, 1, 2, 2, 2, 2]
    assert found.curves["aware"].values.tolist() == [3, 3, 4, 5, 5, 5, 5]
    assert found.curves["posts"].values.tolist() == [1] * 7
    with pytest.raises(InputError, match="--case"):
        read_truth(tmp_path)


@pytest.mark.parametrize("name", ["pheme", "ced"])
@pytest.mark.skipif("S3AGENTS_DATA" not in os.environ, reason="S3AGENTS_DATA does not say where real data are")
def test_what_is_counted_equals_published_counts(name: str) -> None:
    """Forwards of real cascades, counted from adoptions, are the publisher's at every point in time."""
    cascades = read_cascades(Path(os.environ["S3AGENTS_DATA"]) / name)
    assert cascades.truth is not None
    for case, told in cascades.truth.groupby("case_id"):
        curve = derived_curves(cascades, str(case))["forwards"]
        within = told[told["minute"] <= curve.minutes[-1]]
        at = curve.minutes.searchsorted(within["minute"], side="right") - 1
        assert curve.values[at].tolist() == within["forwards"].tolist()
