"""Scenario files: what is read, and how each kind of bad input is named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from s3agents.config.section import format_duration, parse_duration
from s3agents.errors import ConfigError
from s3agents.scenarios import load_scenario, parse_scenario
from s3agents.seed_files import read_seed_files

GOOD = {
    "name": "good",
    "topic": "A topic.",
    "question": "Yes or no?",
    "ticks": 5,
    "society": {"networkx": "karate_club"},
}


def written(folder: Path, data: object) -> Path:
    """A scenario file that holds ``data`` (text, bytes, or values to be written as YAML)."""
    file = folder / "scenario.yaml"
    raw = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else yaml.safe_dump(data).encode()
    file.write_bytes(raw)
    return file


def test_paths_of_seeds_count_from_the_file(tmp_path: Path) -> None:
    """Files of posts and of adoptions lie where the scenario's own file says."""
    seeds = [{"file": "posts.jsonl"}, {"adoptions": "dev/adoptions.csv", "until": "30min"}]
    posts, adoptions = load_scenario(written(tmp_path, {**GOOD, "seeds": seeds})).seeds
    assert (posts.file, adoptions.adoptions) == (str(tmp_path / "posts.jsonl"), str(tmp_path / "dev" / "adoptions.csv"))


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    """Only name, topic, question, ticks and society must be given."""
    scenario = load_scenario(written(tmp_path, GOOD))
    assert (scenario.ticks, scenario.bus, scenario.cognition.mode) == (5, "auto", "rules")
    assert scenario.tick.total_seconds() == 3600


def test_dump_and_parse_are_inverse(tmp_path: Path) -> None:
    """A manifest's copy of a scenario is the scenario."""
    scenario = load_scenario(written(tmp_path, {**GOOD, "tick": "15min", "memory": {"authenticity": {"self": 0.5}}}))
    assert parse_scenario(scenario.dump(), origin="dump") == scenario


def test_the_digest_covers_what_shapes_the_record(tmp_path: Path) -> None:
    """Another seed is another digest; another bus, address or pace is not."""
    scenario = load_scenario(written(tmp_path, GOOD))
    same = load_scenario(tmp_path, overrides=["bus=local", "model.concurrency=3", "model.url=http://h/v1"])
    assert same.digest() == scenario.digest()
    assert load_scenario(tmp_path, overrides=["seed=9"]).digest() != scenario.digest()


@given(st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=9999)))
def test_durations_survive_dumping(duration: timedelta) -> None:
    """A tick of any length is the same after it was written to a manifest and read again."""
    assert parse_duration(format_duration(duration)) == duration


def test_groups_inherit_what_they_leave_unsaid(tmp_path: Path) -> None:
    """A group with a pack of its own thinks in the mode of everybody; parameters of rules are taken over one by one."""
    cognition = {
        "mode": "llm",
        "rules": {"forward": 0.5, "post": 0.25},
        "groups": [
            {"name": "a", "users": ["0"], "pack": "paper"},
            {"name": "b", "users": ["1"], "rules": {"post": 0.5}},
        ],
    }
    one, other = load_scenario(written(tmp_path, {**GOOD, "cognition": cognition})).cognition.groups
    assert (one.mode, one.pack, one.rules.forward) == ("llm", "paper", 0.5)
    assert (other.mode, other.pack, other.rules.forward, other.rules.post) == ("llm", "joint", 0.5, 0.5)


def test_merged_keys_may_be_overridden(tmp_path: Path) -> None:
    """YAML's own way to share keys works, and what is given beside it wins."""
    text = yaml.safe_dump(GOOD) + "seeds:\n- &first {author: '0', text: hi}\n- {<<: *first, text: ho}\n"
    assert [seed.text for seed in load_scenario(written(tmp_path, text)).seeds] == ["hi", "ho"]


def test_parameters_and_overrides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parameters fill placeholders, paths among them count from the working directory, overrides reach any key."""
    monkeypatch.chdir(tmp_path)
    file = written(
        tmp_path,
        {
            **GOOD,
            "parameters": {"data": {"path": True}, "who": {"default": "0"}},
            "society": {"path": "${data}"},
            "seeds": [{"author": "${who}", "text": "${who} speaks"}],
        },
    )
    scenario = load_scenario(file, {"data": "there"}, overrides=["seeds.0.tick=2", "cognition.decay=0.5"])
    assert scenario.society.path == str(tmp_path / "there")
    assert (scenario.seeds[0].author, scenario.seeds[0].text, scenario.seeds[0].tick) == ("0", "0 speaks", 2)
    assert scenario.cognition.decay == 0.5


BAD = {
    "an empty file": ("", "got nothing"),
    "binary": (b"\x00\xff\xfe\x01", "wanted UTF-8 text"),
    "another encoding": ("name: Müller".encode("latin-1"), "another byte at 7"),
    "broken YAML": ("a: [1, ", "wanted YAML"),
    "a list": ("- 1\n- 2", "got a list"),
    "an alias bomb": (
        "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else '1'] * 9)}]\n" for n in range(9)),
        "once its aliases are written out",
    ),
    "brackets without end": ("a: " + "[" * 3000, "wanted YAML of a few levels"),
    "a key that is a list": ("? [a, b]\n: c", "a key must be a word"),
    "a key twice": ("name: a\nname: b", "'name' is given twice"),
    "too large a file": ("#" * (1 << 20) + "\na: 1", "at most 1048576 bytes"),
    "YAML that makes objects": ("a: !!python/object/apply:os.system ['true']", "wanted YAML"),
    "an unknown key": ({**GOOD, "tikcs": 3}, "tikcs: wanted a known key (perhaps ticks)"),
    "an unknown key further down": ({**GOOD, "model": {"nme": "x"}}, "model.nme: wanted a known key (perhaps name)"),
    "a missing key": ({k: v for k, v in GOOD.items() if k != "topic"}, "topic: wanted a value, got nothing"),
    "negative ticks": ({**GOOD, "ticks": -3}, "ticks: wanted greater than or equal to 0, got -3"),
    "ticks of no number": ({**GOOD, "ticks": "many"}, "ticks: wanted a valid integer"),
    "a tick of no time": ({**GOOD, "tick": "0h"}, "tick: wanted a positive duration"),
    "a tick without unit": ({**GOOD, "tick": 30}, "tick: wanted a positive duration such as 30min"),
    "a tick without end": ({**GOOD, "tick": "999999999999d"}, "tick: wanted a duration of less than two million years"),
    "a negative seed": ({**GOOD, "seed": -1}, "seed: wanted greater"),
    "a name that is a path": ({**GOOD, "name": "../up"}, "name: "),
    "two origins of a society": (
        {**GOOD, "society": {"path": "x", "networkx": "y"}},
        "exactly one of path, networkx and generate",
    ),
    "no origin of a society": ({**GOOD, "society": {}}, "exactly one of path, networkx and generate"),
    "an unknown mode": (
        {**GOOD, "cognition": {"mode": "no name"}},
        "cognition.mode: wanted ",
    ),
    "a share over one": ({**GOOD, "cognition": {"decay": 1.5}}, "cognition.decay: wanted less than or equal to 1"),
    "an unknown bus": ({**GOOD, "bus": "carrier-pigeon"}, "bus: "),
    "a password in an address": ({**GOOD, "bus": "nats://me:secret@h:1"}, "environment variables"),
    "a password in a later address": ({**GOOD, "bus": "nats://h:1,nats://me:secret@h:2"}, "environment variables"),
    "a password in an address without scheme": ({**GOOD, "bus": "nats://h:1,me:secret@h:2"}, "environment variables"),
    "a seed without end": ({**GOOD, "seeds": [{"author": "0", "text": "x" * 100_001}]}, "at most 100000 characters"),
    "a seed without text": ({**GOOD, "seeds": [{"author": "0"}]}, "either author and text, or file"),
    "a seed that says and forwards": (
        {**GOOD, "seeds": [{"author": "0", "text": "x", "forwards": "1"}]},
        "or author and forwards, or adoptions",
    ),
    "a time without adoptions": (
        {**GOOD, "seeds": [{"author": "0", "text": "x", "until": "30min"}]},
        "seeds.0: wanted until only with adoptions",
    ),
    "a tick of adoptions": ({**GOOD, "seeds": [{"adoptions": "x.csv", "tick": 2}]}, "seeds.0: wanted no tick with"),
    "a seed at a negative tick": ({**GOOD, "seeds": [{"author": "0", "text": "x", "tick": -1}]}, "seeds.0.tick: "),
    "an unknown attitude": ({**GOOD, "seeds": [{"author": "0", "text": "x", "attitude": "meh"}]}, "seeds.0.attitude: "),
    "a memory of no size": ({**GOOD, "memory": {"capacity": 0}}, "memory.capacity: "),
    "an unknown source": ({**GOOD, "memory": {"authenticity": {"aliens": 1}}}, "memory.authenticity.aliens"),
    "an embedder without a name": ({**GOOD, "memory": {"embedder": {"kind": "no name"}}}, "memory.embedder.kind: "),
    "an unknown language": ({**GOOD, "language": "tlh"}, "language: wanted 'en' or 'zh'"),
    "an undeclared parameter": ({**GOOD, "topic": "${nothing}"}, "an undeclared parameter"),
    "a parameter not given": ({**GOOD, "parameters": {"data": {}}}, "give -p data=..."),
    "parameters of the wrong type": ({**GOOD, "parameters": [1]}, "parameters: wanted a mapping"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_bad_input_is_named(kind: str, tmp_path: Path) -> None:
    """One message tells the file, the key, what was wanted and what came."""
    data, message = BAD[kind]
    file = written(tmp_path, data)
    with pytest.raises(ConfigError) as caught:
        load_scenario(file)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)
    assert "secret" not in str(caught.value)


def test_all_wrong_keys_are_listed_at_once(tmp_path: Path) -> None:
    """A user mends a scenario in one go, not key by key."""
    with pytest.raises(ConfigError, match=r"3 keys are wrong(\n  .*){3}"):
        load_scenario(written(tmp_path, {**GOOD, "ticks": -1, "seed": "x", "nonsense": 1}))


@pytest.mark.parametrize("override", ["ticks", "=5", "seeds.7.tick=1", "topic=[x", "topic=a: b: c"])
def test_bad_overrides_are_named(override: str, tmp_path: Path) -> None:
    """An override without value, without key, or of an item that is not there is an error."""
    file = written(tmp_path, {**GOOD, "seeds": []})
    with pytest.raises(ConfigError, match="override"):
        load_scenario(file, overrides=[override])


def test_missing_files_are_named(tmp_path: Path) -> None:
    """No file, and a folder without a scenario, are told by name."""
    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(ConfigError, match="No such file"):
            load_scenario(path)


def seeded(tmp_path: Path, lines: bytes, **where: object) -> None:
    """Read a scenario whose seed comes from a file of ``lines``."""
    (tmp_path / "posts.jsonl").write_bytes(lines)
    seeds = [{"file": "posts.jsonl", "where": where}]
    read_seed_files(load_scenario(written(tmp_path, {**GOOD, "seeds": seeds})))


def test_seeds_come_from_files(tmp_path: Path) -> None:
    """Every line that fits becomes a seed post by its own author, with what the scenario says of them."""
    (tmp_path / "posts.jsonl").write_text(
        '{"user_id": 5, "text": "a", "k": 1}\n\n{"user_id": "6", "text": "b", "k": 2}\n'
    )
    seeds = [{"file": "posts.jsonl", "where": {"k": 1}, "tick": 3, "attitude": "negative"}]
    scenario = read_seed_files(load_scenario(written(tmp_path, {**GOOD, "seeds": seeds})))
    assert [(s.author, s.text, s.tick, s.attitude) for s in scenario.seeds] == [("5", "a", 3, "negative")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"", "none in the file"),
        (b'{"user_id": "1", "text": "' + b"x" * 100_001 + b'"}', "at most 100000 characters, got 100001"),
        (b'{"user_id": "1", "k": 1}', "wanted user_id and text"),
        (b'{"user_id": "1", ', "posts.jsonl:1: wanted a JSON object"),
        (b"[1, 2]", "got list"),
        (b"\xff\xfe", "wanted a JSON object"),
        (b"[" * 100_000, "wanted a JSON object"),
    ],
)
def test_bad_seed_files_are_named(lines: bytes, message: str, tmp_path: Path) -> None:
    """A seed file that is empty, broken or without author is an error that names the line."""
    with pytest.raises(ConfigError, match=message.replace("[", r"\[")):
        seeded(tmp_path, lines, **({"k": 1} if b'"k"' in lines or not lines else {}))
