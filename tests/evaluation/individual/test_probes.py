"""Probes: users have before them what they really had, and nothing of what came later."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from s3agents.errors import InputError
from s3agents.evaluation.individual.probe import Probe, Task, TaskName
from s3agents.evaluation.individual.sources import read_material
from s3agents.evaluation.individual.wording import read_wording
from s3agents.events import PostKind, Source


def beside(name: str) -> ModuleType:
    """A module in this folder."""
    spec = importlib.util.spec_from_file_location(f"individual_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


data = beside("data")


def task(path: Path, name: TaskName, **options: object) -> Task:
    """The one task of this name in ``path``."""
    split = options.get("split")
    material = read_material([path], split=split if isinstance(split, str) else None)
    (found,) = material.tasks(read_wording("en"), names=[name], seed=0)
    return found


def texts(probe: Probe) -> list[tuple[str, Source]]:
    """What is read, and from where it came."""
    return [(d.post.text, d.source) for d in probe.view.perceived]


def said(probe: Probe) -> str:
    """Everything that a mind could read in the view of a probe."""
    view = probe.view
    return " ".join([view.scene.topic, *(d.post.text for d in view.perceived), *(m.text for m in view.recalled)])


def test_a_decision_is_seen_from_the_moment_of_exposure(tmp_path: Path) -> None:
    """The post as it came, the sender, the time; what was done before is remembered, what came later is not known."""
    found = task(data.cascades_folder(tmp_path / "d"), "event_propagation")
    cat, dan = found.probes
    assert (cat.truth, dan.truth) == ("forward", "not forward")
    assert (cat.group, cat.case) == ("second", "second")
    assert texts(cat) == [("The mill is safe.", Source.FOLLOWEE)]
    assert cat.view.perceived[0].post.kind is PostKind.ORIGINAL
    assert cat.view.persona.bio == "I am cat."
    assert set(cat.view.persona.extra) == {"followers_count"}
    forward = dan.view.perceived[0].post
    assert (forward.kind, forward.author, forward.tick) == (PostKind.FORWARD, "cat", 9)
    assert forward.root == cat.view.perceived[0].post.id
    assert dan.view.tick == 10
    assert found.base_rate == 0.5


def test_earlier_cascades_are_told_as_a_turn_tells_them(tmp_path: Path) -> None:
    """Heard of and shared before the case began, at ticks below 0; an answer 10 minutes later is not there."""
    cat, dan = task(data.cascades_folder(tmp_path / "d"), "event_propagation").probes
    first = "-100.0.ann"  # 100 minutes before
    assert [(h.root, h.since) for h in cat.view.heard] == [(first, -99), ("0.1.bob", 1)]
    assert cat.view.shared == (first,)
    assert [(m.text, m.source, m.age) for m in cat.view.recalled] == [
        ("It does, I see it.", Source.SELF, 10),
        ("The mill burns.", Source.FOLLOWEE, 100),
    ]
    assert "only steam" not in said(cat)
    assert dan.view.shared == ()
    assert dan.view.recalled == ()
    assert cat.elapsed == 100.0
    assert cat.hour == pytest.approx(606000 / 3600 % 24)


def test_what_is_earlier_counts_in_any_split(tmp_path: Path) -> None:
    """With one split alone, by name or by its folder, the cases of the others are history."""
    folder = data.cascades_folder(tmp_path / "d")
    whole = task(folder, "event_propagation").probes
    later = folder / "later"
    later.mkdir()
    for file in (folder / "dev").iterdir():
        head, *rows = file.read_text().splitlines(keepends=True)
        rows, head = ([head, *rows], "") if file.suffix == ".jsonl" else (rows, head)
        later.joinpath(file.name).write_text(head + "".join(row for row in rows if "second" in row))
        file.write_text(head + "".join(row for row in rows if "second" not in row))
    alone = task(folder, "event_propagation", split="later").probes
    assert [(p.view, p.elapsed) for p in alone] == [(p.view, p.elapsed) for p in whole]
    assert alone[0].view.shared
    itself = task(later, "event_propagation").probes
    assert [(p.view, p.elapsed) for p in itself] == [(p.view, p.elapsed) for p in whole]


def test_without_decisions_exposures_are_sampled_evenly(tmp_path: Path) -> None:
    """As many forwards as not, the same ones for the same seed; the rate before is kept."""
    found = task(data.cascades_folder(tmp_path / "d", decisions=False), "event_propagation")
    assert sorted(p.truth for p in found.probes) == ["forward"] * 2 + ["not forward"] * 2
    assert found.base_rate == 0.5
    assert "sample of the exposures" in found.remarks[0]


def test_replies_take_sides_on_the_first_post(tmp_path: Path) -> None:
    """The first post, what leads to the reply, and the reply as an own one; labels of no side are counted."""
    found = task(data.cascades_folder(tmp_path / "d"), "attitude_to_post")
    truth = {p.id: p.truth for p in found.probes}
    assert truth == {"first/a1": "positive", "first/a2": "negative", "first/a3": "negative"}
    eve = next(p for p in found.probes if p.id == "first/a2")
    assert texts(eve) == [
        ("The mill burns.", Source.PLATFORM), ("It does, I see it.", Source.PLATFORM), ("That is steam.", Source.SELF),
    ]  # fmt: skip
    assert found.left_out == {"replies of label query, comment or none": 1}
    assert "only steam" not in said(eve)


def test_a_change_is_seen_from_the_earlier_side(tmp_path: Path) -> None:
    """Of the earlier attitude, with what others wrote in between; the later post itself is not shown."""
    (cat,) = task(data.cascades_folder(tmp_path / "d"), "attitude_change").probes
    assert cat.truth == "changed"
    assert cat.view.attitude.stance == "positive"
    assert cat.view.attitude.p_positive == 0.9
    assert texts(cat) == [("The mill burns.", Source.MUTUAL), ("That is steam.", Source.PLATFORM)]
    assert [m.text for m in cat.view.recalled] == ["It does, I see it."]
    assert "only steam" not in said(cat)


def test_a_text_is_written_to_what_it_answered(tmp_path: Path) -> None:
    """What leads to the reply is read, the reply itself is the truth and nowhere else."""
    found = task(data.cascades_folder(tmp_path / "d"), "text")
    cat = next(p for p in found.probes if p.id == "first/a3")
    assert cat.truth == "Right, only steam."
    assert cat.target == "a2"
    assert [text for text, _ in texts(cat)] == ["The mill burns.", "It does, I see it.", "That is steam."]
    assert cat.truth not in said(cat)
    assert len(found.probes) == 4


def test_levels_of_emotion(tmp_path: Path) -> None:
    """0 is calm, 1 and 2 are moderate, 3 is intense; a split is a split; the text is one's own."""
    file = tmp_path / "levels.csv"
    file.write_text("split,level,text\na,0,x\na,1,y\na,2,z\na,3,!\nb,3,b\na,,n\n")
    found = task(file, "emotion_level", split="a")
    assert [p.truth for p in found.probes] == ["calm", "moderate", "moderate", "intense"]
    assert texts(found.probes[0]) == [("x", Source.SELF)]
    assert found.left_out == {"without level": 1}
    file.write_text("level,text\n7,x\n")
    with pytest.raises(InputError, match=r"levels.csv:2, column 'level': wanted 0 to 3"):
        task(file, "emotion_level")


def test_emotions_by_name(tmp_path: Path) -> None:
    """A column of calm, moderate and intense does as well; one of anger and joy does not."""
    file = tmp_path / "named.jsonl"
    file.write_text('{"emotion": "Calm", "text": "x"}\n{"emotion": "intense", "text": "y"}\n')
    assert [p.truth for p in task(file, "emotion_level").probes] == ["calm", "intense"]
    file.write_text('{"emotion": "anger", "text": "x"}\n')
    with pytest.raises(InputError, match="wanted a folder of cascades"):
        task(file, "emotion_level")


def test_attitudes_towards_a_target(tmp_path: Path) -> None:
    """Favor is positive, against negative, none is left out; the question names the target in words."""
    file = tmp_path / "stance.csv"
    file.write_text("target,stance,text\nabortion,favor,x\nabortion,against,y\ntea <b>,FAVOR,z\ntea,none,n\n")
    found = task(file, "initial_attitude")
    assert [p.truth for p in found.probes] == ["positive", "negative", "positive"]
    assert found.left_out == {"of neither side": 1}
    assert found.probes[0].view.scene.question == "Are you in favour of the legalization of abortion?"
    assert found.probes[2].view.scene.question == "Are you in favour of tea ‹b›?"
    assert found.probes[0].view.attitude.p_positive == 0.5


def test_threads_of_a_table(tmp_path: Path) -> None:
    """Seconds since 1970 are minutes of the thread; without users there is no change of attitude to ask for."""
    folder = tmp_path / "rumours"
    folder.mkdir()
    rows = [
        ("1", "", "0", "support", "It burns."), ("2", "1", "60", "deny", "No."), ("3", "2", "120", "comment", "Hm."),
    ]  # fmt: skip
    lines = [f'{{"thread_id":"t","post_id":"{i}","parent_id":"{p}","t":{t},"stance":"{s}","text":"{x}"}}' for
             i, p, t, s, x in rows]  # fmt: skip
    (folder / "posts.jsonl").write_text("\n".join(lines))
    material = read_material([folder])
    (found,) = material.tasks(read_wording("en"), seed=0)
    assert found.name == "attitude_to_post"
    assert [(p.truth, p.view.tick) for p in found.probes] == [("negative", 2)]
    assert found.left_out == {"replies of label comment": 1}


def test_the_most_liked_reply(tmp_path: Path) -> None:
    """The first of the replies is the truth; a post without one is counted."""
    file = tmp_path / "popular.jsonl"
    file.write_text('{"weibo": "好看吗", "resp": ["好看", "不"]}\n{"weibo": "x", "resp": []}\n')
    found = task(file, "text")
    assert [p.truth for p in found.probes] == ["好看"]
    assert found.left_out == {"posts without text or reply": 1}
    file.write_text('{"weibo": "好看吗", "resp": 7}\n')
    with pytest.raises(InputError, match="wanted a list of texts"):
        task(file, "text")


def test_what_cannot_be_probed_is_said(tmp_path: Path) -> None:
    """A path that is not there, a file of nothing of use, a split or a task that the data lack."""
    with pytest.raises(InputError, match=r"nowhere.*check the path"):
        read_material([tmp_path / "nowhere"])
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"got other\.csv with a, b"):
        read_material([file])
    file.write_text("split,level,text\ntrain,1,x\n")
    with pytest.raises(InputError, match="wanted train, got test"):
        read_material([file], split="test")
    with pytest.raises(InputError, match="wanted data for text, got data for emotion_level"):
        task(file, "text")
