"""``s3agents infer``: a whole society over failures and interruptions, and that bad input changes nothing."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from s3agents.cognition.initial import initial_state
from s3agents.network.society import Society
from s3agents.tables import write_table
from s3agents.testing.command_line import Command
from s3agents.testing.stub_endpoint import StubEndpoint
from s3agents.traits.base import Estimate, Evidence, Trait, Unknown
from s3agents.traits.labelled import read_labelled
from s3agents.traits.learnt.fitting import FitSettings, fit_attitude, fit_demographics
from s3agents.traits.learnt.model_file import write_model
from s3agents.traits.learnt.trait_model import About
from s3agents.traits.subject import TRAITS

USERS = 200
REPLIES = ".infer-replies.sqlite"
ALL = ("--fields", "gender,age,occupation,attitude", "--question", "Should sugar be taxed?")
BODILY = ("status_500", "drop", "garbage", "half", "empty")  # the same reply comes when it is asked for again
TEXTS = {
    "en": ("I am number {n} and like subject {k}", "Post {k} of {n}: it is raining <b>again</b>"),
    "zh": ("我是第{n}号，喜欢第{k}种东西", "第{n}号的第{k}条帖子：又下雨了"),
}


@pytest.fixture
def infer(s3agents: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``s3agents infer``, in a folder of its own."""
    monkeypatch.setenv("COLUMNS", "180")
    return partial(s3agents, "infer")


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """An endpoint of no latency."""
    with StubEndpoint().running_in_thread() as endpoint:
        yield endpoint


def society(folder: Path, users: int = USERS, language: str = "en") -> Path:
    """A society in which some users give something of themselves, and some write nothing."""
    draw = random.Random(7)
    bio, post = TEXTS[language]
    rows = []
    for n in range(users):
        row: dict[str, Any] = {"user_id": f"u{n}"}
        row |= {"bio": bio.format(n=n, k=n % 7)} if n % 9 else {}
        row |= {"gender": draw.choice(["female", "male"])} if n % 4 == 0 else {}
        row |= {"age": draw.randint(14, 70)} if n % 5 == 0 else {}
        row |= {"attitude": draw.choice(["positive", "negative"])} if n % 6 == 0 else {}
        rows.append(row)
    folder.mkdir()
    posts = [{"user_id": f"u{n}", "text": post.format(n=n, k=k)} for n in range(users) if n % 8 for k in range(3)]
    for name, lines in (("users", rows), ("posts", posts)):
        (folder / f"{name}.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))
    ties = "".join(f"u{n},u{(n + 1) % users}\n" for n in range(users))
    (folder / "follows.csv").write_text(f"follower,followee\n{ties}")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """What a society's folder holds, but for the record of replies."""
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if not entry.name.startswith(REPLIES)}


def interrupt_at(number: int) -> Callable[[int], float]:
    """A latency of nothing that sends Ctrl-C when so many requests have come."""

    def latency(request: int) -> float:
        main = threading.main_thread().ident
        if request == number and main is not None:
            signal.pthread_kill(main, signal.SIGINT)
        return 0.0

    return latency


@pytest.mark.parametrize("language", ["en", "zh"])
def test_failures_and_an_interruption_change_nothing(
    language: str, infer: Command, stub: StubEndpoint, tmp_path: Path
) -> None:
    """With 30 % of the requests failing, stopped half-way and started again: the same bytes as undisturbed."""
    simple = (*ALL, "--model-url", stub.url, "--language", language)
    options = (*simple, *(["--score"] if language == "en" else []), "--json")
    calm, rough = society(tmp_path / "calm", language=language), society(tmp_path / "rough", language=language)
    given = files(rough)
    undisturbed = infer("calm", *options)
    assert undisturbed.code == 0
    calls = stub.requests
    assert calls > 3 * USERS

    stub.failures, stub.kinds, stub.latency = 0.3, BODILY, interrupt_at(stub.requests + calls // 2)
    stopped = infer("rough", *options)
    assert stopped.code == 130
    assert "the same command goes on where it was" in stopped.err
    assert files(rough) == given
    stub.latency = 0.0
    answered = stub.requests - calls - stub.failed.total()
    assert 0 < answered < calls
    resumed = infer("rough", *options)
    assert resumed.code == 0
    assert stub.failed.total() > calls // 10
    assert files(rough) == files(calm)
    assert json.loads(resumed.out) == json.loads(undisturbed.out)
    assert stub.requests - calls - stub.failed.total() < calls + 100  # what was answered was not asked again

    before = stub.requests
    assert "nothing to fill" in infer("rough", *simple).err
    assert infer("rough", *options, "--again").code == 0
    assert stub.requests == before
    assert files(rough) == files(calm)
    _check(calm, given["users.jsonl"], json.loads(undisturbed.out), language)


def _check(folder: Path, before: bytes, said: dict[str, Any], language: str) -> None:
    """The users file agrees with what was said, and what was given is as it was."""
    rows = [json.loads(line) for line in (folder / "users.jsonl").read_bytes().splitlines()]
    old = [json.loads(line) for line in before.splitlines()]
    for trait in TRAITS:
        field = said["fields"][trait]
        assert field["given"] == sum(trait in row for row in old)
        assert field["inferred"] == sum(f"{trait}_method" in row for row in rows)
        assert field["given"] + field["inferred"] + sum(field["unknown"].values()) == USERS
        assert sum(field["after"].values()) == field["given"] + field["inferred"]
        assert said["scores"].get(trait) is None or trait != "occupation"
    assert [{k: v for k, v in row.items() if k in was} for row, was in zip(rows, old, strict=True)] == old
    assert said["fields"]["age"]["unknown"] == {"no text": sum(n % 8 == 0 and n % 5 > 0 for n in range(USERS))}
    about = json.loads((folder / "society.json").read_bytes())["inferred"]
    method = f"llm/traits-{language}@1/stub"
    assert about["attitude"][method]["question"] == "Should sugar be taxed?"
    assert about["gender"][method]["pack"]["language"] == language
    groups = about["occupation"][method]["groups"]
    named = {row["occupation_answer"]: row["occupation"] for row in rows if "occupation" in row}
    assert {words: group for words, group in groups.items() if group != "none"} == named
    for persona in Society.load(folder):
        if "attitude_method" in persona.extra:
            belief = initial_state(persona, prior=0.5, certainty=0.9, seed=0).attitude
            sure = persona.extra["attitude_confidence"]
            assert belief.p_positive == (sure if persona.attitude == "positive" else 1.0 - float(str(sure)))


def test_too_many_faults_leave_the_society_as_it_was(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Exit code 1, with the causes; once the endpoint is well, only the failed ones are asked again."""
    folder = society(tmp_path / "s", 60)
    before = files(folder)
    stub.failures, stub.kinds = 0.3, ("status_500", "schema")
    weak = ("--fields", "gender", "--model-url", stub.url, "--set", "model.retries=0", "--set", "model.repairs=0")
    done = infer("s", *weak)
    assert done.code == 1
    assert "predictions failed" in done.err
    assert "status_500" in done.err
    assert "x schema" in done.err
    assert files(folder) == before
    stub.failures = 0.0
    asked, failed = stub.requests, stub.failed["status_500"]
    lax = infer("s", *weak, "--fault-limit", "1")
    assert lax.code == 0
    assert "schema (fault)" in lax.out
    assert stub.requests - asked == failed


def test_tables_tell_what_was_found(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Given, inferred, unknown and why; distributions; groups; S3's Table 4."""
    society(tmp_path / "s", 60)
    done = infer("s", *ALL, "--model-url", stub.url, "--score", "--min-confidence", "0.6", "-o", "new")
    assert done.code == 0
    for words in (
        "no text",
        "low confidence",
        "mean confidence",
        "before",
        "different occupations",
        "Avg % Error",
        "AUC",
    ):
        assert words in done.out
    assert "written: new" in done.err
    assert "age" in done.err and "60" in done.err  # noqa: PT018  # one line of progress
    assert not (tmp_path / "s" / "society.json").exists()
    assert Society.load(tmp_path / "new").digest != Society.load(tmp_path / "s").digest
    asked = stub.requests
    assert infer("s", *ALL, "--model-url", stub.url, "-o", "new").code == 2
    assert infer("s", *ALL, "--model-url", stub.url, "-o", "new", "--overwrite").code == 0
    assert stub.requests == asked


def test_examples_and_own_occupations(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Prompts of age show users of known age from a file or a society; occupations are put into one's own list."""
    society(tmp_path / "s", 12)
    (tmp_path / "jobs.yaml").write_text("[Farmer, Poet]\n")
    aged = [{"id": f"x{n}", "age": 15 + 10 * n, "posts": [f"aged {n}"]} for n in range(5)]
    (tmp_path / "aged.jsonl").write_bytes(b"\n".join(orjson.dumps(row) for row in aged))
    options = ("-f", "age,occupation", "--model-url", stub.url, "--occupations", "jobs.yaml")
    assert infer("s", *options, "--examples", "aged.jsonl", "--shots", "2").code == 0
    prompts = [body["messages"][1]["content"] for body in stub.bodies]
    assert {prompt.count("<example") for prompt in prompts} == {0, 2}
    assert {persona.occupation for persona in Society.load(tmp_path / "s")} <= {"Farmer", "Poet", None}
    stub.bodies.clear()
    assert infer("s", "-f", "age", "--model-url", stub.url, "--examples", "s", "--again").code == 0
    asked = [body["messages"][1]["content"] for body in stub.bodies]
    assert all(prompt.count("<example") in (1, 2) for prompt in asked)
    (tmp_path / "nobody.jsonl").write_text('{"id": "x", "age": 30}\n')
    assert "nobody.jsonl: " in infer("s", *options, "--examples", "nobody.jsonl").err


def test_a_pack_of_ones_own(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """A path names it; its name and version are in the method."""
    from s3agents.resources import prompts_dir

    society(tmp_path / "s", 8)
    pack = Path(shutil.copytree(prompts_dir() / "traits", tmp_path / "mine"))
    yaml = (pack / "en" / "traits.yaml").read_text()
    (pack / "en" / "traits.yaml").write_text(
        yaml.replace("name: traits", "name: mine").replace("version: 1", "version: 7")
    )
    assert infer("s", "-f", "gender", "--model-url", stub.url, "--pack", "mine").code == 0
    methods = {persona.extra.get("gender_method") for persona in Society.load(tmp_path / "s")}
    assert methods == {None, "llm/mine-en@7/stub"}


class Learnt:
    """A fitted model's predictor: everybody is female, and 30."""

    def __init__(self, trait: Trait) -> None:
        self.trait, self.method = trait, f"learnt/{trait}"

    async def predict(
        self, users: Sequence[Evidence], progress: Callable[[int], None] = lambda done: None
    ) -> list[Estimate | Unknown]:
        """The same for all."""
        progress(len(users))
        return [Estimate("female", 0.8) if self.trait == "gender" else Estimate(30) for _ in users]


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of fitted models, with a trait for each word of their names."""

    def load(folder: Path, *, target: str | None) -> dict[str, Learnt]:
        return {trait: Learnt(trait) for trait in folder.name.split("-")}  # type: ignore[arg-type]

    monkeypatch.setattr("s3agents.cli.infer.load_predictors", load)


@pytest.mark.usefixtures("learnt")
def test_fitted_models_predict_what_they_have(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Without an endpoint; with one, it predicts the rest."""
    folder = society(tmp_path / "s", 12)
    assert infer("s", "-f", "gender", "--learnt", "gender-age").code == 0
    assert {p.extra.get("gender_method") for p in Society.load(folder)} == {None, "learnt/gender"}
    assert not (folder / REPLIES).exists()
    assert infer("s", "-f", "gender,age,occupation", "--learnt", "gender-age", "--model-url", stub.url).code == 0
    assert {p.extra.get("occupation_method") for p in Society.load(folder)} == {None, "llm/traits-en@1/stub"}
    twice = infer("s", "-f", "gender", "--learnt", "gender", "--learnt", "gender-age")
    assert twice.code == 2
    assert "one model of each trait" in twice.err


SIDES = {"positive": "love cheap sweet cakes", "negative": "hate sick teeth dentist"}


def fitted(folder: Path) -> None:
    """Models of gender and of the attitude towards two things, fitted on words that give them away."""
    draw = random.Random(3)
    rows: list[dict[str, Any]] = []
    for n in range(120):
        side = draw.choice(list(SIDES))
        post = " ".join(draw.choices(SIDES[side].split(), k=6))
        gender = draw.choice(["female", "male"])
        bio = {"female": "mother and wife", "male": "father and husband"}[gender]
        rows.append(
            {"id": f"x{n}", "bio": bio, "posts": [post], "gender": gender, "stance": side, "target": "ab"[n % 2]}
        )
    file = folder.with_suffix(".jsonl")
    file.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    data, settings = read_labelled(file), FitSettings(folds=2)
    about = About(question="Is it good?", positive=("positive",), negative=("negative",), column="target")
    models = [fit_demographics(data, "gender", settings), fit_attitude(data, about, settings)]
    write_model(folder, models, name="small", texts=settings.texts)


def test_a_fitted_model_fills_and_is_scored(infer: Command, tmp_path: Path) -> None:
    """Its question and target are those of the attitude; scores come with the warning that they may be of training."""
    fitted(tmp_path / "small")
    folder = tmp_path / "s"
    folder.mkdir()
    rows = [
        {
            "user_id": f"u{n}",
            "bio": "wife" if n % 2 else "husband",
            **({"gender": ("male", "female")[n % 2]} if n < 9 else {}),
        }
        for n in range(12)
    ]
    (folder / "users.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    (folder / "follows.csv").write_text("follower,followee\n")
    posts = [{"user_id": f"u{n}", "text": "cheap cakes" if n % 3 else "sick teeth"} for n in range(12)]
    (folder / "posts.jsonl").write_bytes(b"".join(orjson.dumps(post) + b"\n" for post in posts))
    options = ("s", "-f", "gender,attitude", "--learnt", "small", "--target", "a")
    other = infer(*options, "-q", "Is it bad?")
    assert other.code == 2
    assert "wanted that of the model, 'Is it good? (a)'" in other.err
    done = infer(*options, "--score", "--json")
    assert done.code == 0
    assert "learnt/small: a fitted model does not tell whom it was fitted on" in done.err
    assert json.loads(done.out)["scores"]["gender"]["accuracy"]["value"] == 1.0
    users = Society.load(folder).personas
    assert [user.gender for user in users] == ["male", "female"] * 6
    assert [user.attitude for user in users] == ["negative", "positive", "positive"] * 4
    about = json.loads((folder / "society.json").read_bytes())["inferred"]["attitude"]
    assert about["learnt/small"]["question"] == "Is it good? (a)"
    moved = infer("s", "-f", "attitude", "--learnt", "small", "--target", "b")
    assert moved.code == 2
    assert "add --again" in moved.err


@pytest.mark.usefixtures("learnt")
@pytest.mark.parametrize("name", ["users.csv", "users.csv.gz", "users.jsonl.gz", "users.parquet"])
def test_every_format_is_filled_in_place(name: str, infer: Command, tmp_path: Path) -> None:
    """The file keeps its name; the loader reads what was there and what was found."""
    folder = tmp_path / "s"
    folder.mkdir()
    columns = {"user_id": ["a", "b"], "gender": ["male", None], "bio": ["x, y", None], "score": [1.5, None]}
    kind = "csv" if ".csv" in name else name.split(".")[1]
    write_table(folder / name, columns, kind)  # type: ignore[arg-type]
    if name.endswith(".gz"):
        (folder / name).write_bytes(gzip.compress((folder / name).read_bytes()))
    (folder / "follows.csv").write_text("follower,followee\na,b\n")
    assert infer("s", "-f", "gender,age", "--learnt", "gender-age").code == 0
    assert {entry.name for entry in folder.iterdir()} == {name, "follows.csv", "society.json"}
    a, b = Society.load(folder, strict=True)
    assert (a.gender, a.age, a.bio, a.extra) == ("male", 30, "x, y", {"score": 1.5, "age_method": "learnt/age"})
    assert (b.gender, b.age, b.extra["gender_confidence"]) == ("female", 30, 0.8)


BAD = {
    "nothing that predicts": (("s",), "--learnt MODEL"),
    "no endpoint": (("s",), "--model-url http://HOST:PORT/v1"),
    "an unknown field": (("s", "-f", "gender,shoes"), "wanted any of gender, age, occupation, attitude"),
    "no field": (("s", "-f", ","), "wanted any of"),
    "an attitude to nothing": (("s", "-f", "attitude", "--model-url", "http://127.0.0.1:9/v1"), "--question"),
    "an address that is none": (("s", "--model-url", "ftp://x"), "wanted http://HOST:PORT/v1"),
    "a key that is none": (("s", "--model-url", "http://127.0.0.1:9/v1", "--set", "model.colour=1"), "known key"),
    "another key": (("s", "--model-url", "http://127.0.0.1:9/v1", "--set", "ticks=1"), "model.KEY=VALUE"),
    "a value that is no YAML": (("s", "--set", "model.name=["), "a value in YAML"),
    "an unknown pack": (("s", "--pack", "joint"), "wanted one of traits"),
    "an unknown language": (("s", "--language", "fr"), "wanted one of en, zh"),
    "no fitted model": (("s", "--learnt", "nowhere"), "nowhere: wanted a fitted model"),
    "no society": (("nowhere", "--model-url", "http://127.0.0.1:9/v1"), "nowhere: wanted a folder"),
    "a parent that is none": (
        ("s", "-f", "age", "--model-url", "http://127.0.0.1:9/v1", "-o", "s/users.jsonl/x/y"),
        "wanted a folder that can be written",
    ),
    "a folder that is taken": (("s", "-o", "s"), "s: wanted a new or empty folder"),
    "occupations of nobody": (("s", "--occupations", "nowhere"), "nowhere: wanted a YAML list"),
    "a confidence above 1": (("s", "--min-confidence", "2"), "--min-confidence"),
}


@pytest.mark.parametrize("kind", sorted(BAD))
def test_bad_input_leaves_with_2_and_nothing_changed(kind: str, infer: Command, tmp_path: Path) -> None:
    """One message, and the society as it was, without a record of replies."""
    folder = society(tmp_path / "s", 3)
    before = {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    arguments, words = BAD[kind]
    done = infer(*arguments)
    assert done.code == 2
    assert words in done.err
    assert done.err.count("error: ") == 1
    assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"s"}


def test_another_question_needs_again(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Attitudes to two questions are not put into one column."""
    society(tmp_path / "s", 8)
    options = ("-f", "attitude", "--model-url", stub.url)
    assert infer("s", *options, "-q", "Yes?").code == 0
    other = infer("s", *options, "-q", "No?")
    assert other.code == 2
    assert "add --again" in other.err
    assert infer("s", *options, "-q", "No?", "--again").code == 0
    about = json.loads((tmp_path / "s" / "society.json").read_bytes())
    assert about["inferred"]["attitude"]["llm/traits-en@1/stub"]["question"] == "No?"


def test_what_loading_drops_is_said(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Rows that are left out stay in the file."""
    folder = society(tmp_path / "s", 3)
    with (folder / "users.jsonl").open("a") as file:
        file.write("broken\n")
    done = infer("s", "-f", "gender", "--model-url", stub.url)
    assert done.code == 0
    assert "1 x broken line: no JSON" in done.err
    assert (folder / "users.jsonl").read_text().endswith("\nbroken\n")


def test_a_spent_budget_is_a_failure_that_can_be_mended(infer: Command, stub: StubEndpoint, tmp_path: Path) -> None:
    """Exit code 1 and nothing stored; with a larger budget the same command goes on."""
    folder = society(tmp_path / "s", 20)
    before = files(folder)
    options = ("s", "-f", "gender", "--model-url", stub.url)
    done = infer(*options, "--set", "model.budget=2000")
    assert done.code == 1
    assert "go on with a larger one: --set model.budget=TOKENS" in done.err
    assert files(folder) == before
    asked = stub.requests
    assert asked > 0
    assert infer(*options, "--set", "model.budget=1000000").code == 0


def test_help_has_an_example(infer: Command) -> None:
    """The help tells what the command does."""
    done = infer("--help")
    assert done.code == 0
    assert "s3agents infer my_society" in done.out
