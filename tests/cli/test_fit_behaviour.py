"""``s3agents fit DATA -o MODEL`` and ``s3agents run --learnt MODEL``: from cascades to a society that acts by them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from s3agents.behaviour.fitting.fit import BehaviourSettings, fit_behaviour
from s3agents.behaviour.model_file import behaviour_digest, read_behaviour, write_behaviour
from s3agents.report.manifest import Manifest
from s3agents.report.run import Run
from s3agents.testing.cascades import write_cascades
from s3agents.testing.command_line import Command
from s3agents.traits import scores

SCENARIO = """
name: fire
topic: A fire
question: Is there a fire?
ticks: 3
tick: 30min
bus: local
society: {path: town}
seeds: [{tick: 0, author: author0, text: "Fire in hall number 3! #fire URL"}]
memory: {store: local}
"""


@pytest.fixture(autouse=True)
def quick_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals from fewer samples."""
    monkeypatch.setattr(scores, "RESAMPLES", 10)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cascades in two parts, a scenario over their users, and a model."""
    home = tmp_path_factory.mktemp("made")
    write_cascades(home / "town", splits=("dev", "heldout"), cases=24)
    (home / "scenario.yaml").write_text(SCENARIO)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scores, "RESAMPLES", 10)
        write_behaviour(home / "model", fit_behaviour([home / "town"], BehaviourSettings(name="town", folds=3)))
    return home


def test_fit_learns_behaviour_by_default(s3agents: Command, made: Path) -> None:
    """With or without the name of the command, and with options first."""
    told = []
    for i, words in enumerate((["fit"], ["fit", "behaviour"], ["fit", "--folds", "3"])):
        folds = [] if "--folds" in words else ["--folds", "3"]
        done = s3agents(*words, str(made / "town"), "--split", "dev", *folds, "-o", f"m{i}")
        assert done.code == 0, done.err
        told.append(done.out)
    assert told[0] == told[1] == told[2]
    for words in ("who forwards", "Brier", "AUC", "not learnt", "textbook", "12 cases (dev)", "3 folds over"):
        assert words in told[0].replace("\n", " ")
    assert Path("m0/weights.npz").read_bytes() == Path("m1/weights.npz").read_bytes()
    model = read_behaviour("m0")
    assert model.saw_case("c00")
    assert not model.saw_case("c01")


def test_fit_prints_json(s3agents: Command, made: Path) -> None:
    """Everything that model.json says, and the digest."""
    done = s3agents("fit", str(made / "town"), "-o", "m", "--folds", "3", "--json")
    told = json.loads(done.out)
    assert told["digest"] == behaviour_digest(read_behaviour("m").facts)
    assert told["parts"]["forward"]["cross_validation"]["exposures"]["n"] > 1000


def test_help_tells_of_all_that_can_be_learnt(s3agents: Command) -> None:
    """Behaviour, demographics and attitude."""
    for arguments in (["fit"], ["fit", "--help"]):
        done = s3agents(*arguments)
        for name in ("behaviour", "demographics", "attitude"):
            assert name in done.out + done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "nowhere"),
        (["demografics", "x.csv"], "demografics"),
        (["town", "--split", "test"], "split of"),
        (["."], "a folder of cascades"),
    ],
)
def test_wrong_data_are_one_message(s3agents: Command, made: Path, arguments: list[str], told: str) -> None:
    """And no model is left."""
    shutil.copytree(made / "town", "town")
    done = s3agents("fit", *arguments, "-o", "m")
    assert done.code == 2
    assert told in done.err
    assert "Traceback" not in done.err
    assert not Path("m").exists()


def test_a_society_acts_by_a_learnt_model(s3agents: Command, made: Path) -> None:
    """The model is noted by name and digest, and who forwards is as learnt."""
    done = s3agents("run", str(made), "--learnt", str(made / "model"), "-o", "run", "--set", "ticks=12", "--json")
    assert done.code == 0, done.err
    manifest = Manifest.read(Path("run/manifest.json"))
    digest = behaviour_digest(read_behaviour(made / "model").facts)
    assert [(one.name, one.digest) for one in manifest.learnt] == [("town", digest)]
    assert manifest.scenario["cognition"]["learnt_digest"] == digest
    posts = Run(Path("run")).posts()
    forwards = posts[posts["kind"] == "forward"]["author"].tolist()
    eager = sum(int(user[1:]) % 2 == 0 for user in forwards)
    assert len(forwards) > 15
    assert eager > 3 * (len(forwards) - eager)


def test_the_digest_of_a_scenario_follows_the_model_not_its_place(s3agents: Command, made: Path) -> None:
    """A copy of a model elsewhere is the same model."""
    shutil.copytree(made / "model", "copy")
    for folder, out in ((made / "model", "a"), (Path("copy"), "b")):
        assert s3agents("run", str(made), "--learnt", str(folder), "-o", out).code == 0
    a, b = (Manifest.read(Path(out) / "manifest.json") for out in ("a", "b"))
    assert a.scenario_digest == b.scenario_digest
    c = s3agents("run", str(made), "-o", "c", "--set", "cognition.mode=rules")
    assert c.code == 0
    assert Manifest.read(Path("c/manifest.json")).scenario_digest != a.scenario_digest


def test_a_model_is_the_default_where_no_endpoint_is_named(s3agents: Command, made: Path) -> None:
    """A scenario that names a model and no mode is fitted; validate checks the model."""
    shutil.copytree(made, "home")
    file = Path("home/scenario.yaml")
    file.write_text(f"{file.read_text()}cognition: {{learnt: model}}\n")
    assert s3agents("validate", "home").code == 0
    assert s3agents("run", "home", "-o", "run").code == 0
    assert [one.name for one in Manifest.read(Path("run/manifest.json")).learnt] == ["town"]
    Path("home/model/weights.npz").write_bytes(b"broken")
    for command in (["validate", "home"], ["run", "home", "-o", "other"]):
        done = s3agents(*command)
        assert done.code == 2
        assert "a model of behaviour" in done.err
    assert not Path("other").exists()


def test_mode_fitted_needs_a_model(s3agents: Command, made: Path) -> None:
    """The remedy is the command that makes one."""
    done = s3agents("run", str(made), "-o", "run", "--set", "cognition.mode=fitted")
    assert done.code == 2
    assert "s3agents fit DATA -o MODEL" in done.err.replace("\n", " ")


def test_a_run_goes_on_only_with_its_model(s3agents: Command, made: Path) -> None:
    """Another model in its place is told from it."""
    shutil.copytree(made, "home")
    assert s3agents("run", "home", "--learnt", "home/model", "-o", "run").code == 0
    facts = json.loads(Path("home/model/model.json").read_text())
    Path("home/model/model.json").write_text(json.dumps({**facts, "name": "other"}))
    done = s3agents("resume", "run")
    assert done.code == 2
    assert "the model with the digest" in done.err.replace("\n", " ")
