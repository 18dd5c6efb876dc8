"""The README: every Python snippet runs, every command and key in it exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from s3agents.cli.main import run_command
from s3agents.config.study import StudySection
from s3agents.config.survey import Survey
from s3agents.network.raw.mapping import load_mapping
from s3agents.scenarios import parse_scenario
from s3agents.studies.plan import plan_cells
from s3agents.yaml_files import read_yaml

README = Path(__file__).parents[1] / "README.md"


def blocks(language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def yaml_block(key: str) -> str:
    """The YAML block that begins with ``key``."""
    return next(block for block in blocks("yaml") if block.startswith(f"{key}:"))


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the society and the scenario that the snippets speak of."""
    monkeypatch.chdir(tmp_path)
    society = tmp_path / "my_society"
    society.mkdir()
    (society / "users.csv").write_text("user_id,occupation,bio\nmayor,official,Mayor\nanna,journalist,Writes\nben,,\n")
    (society / "follows.csv").write_text("follower,followee\nanna,mayor\nben,anna\nanna,ben\n")
    (tmp_path / "my_scenario.yaml").write_text(yaml_block("name"))
    return tmp_path


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_snippets_run(number: int, workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each snippet runs as it stands and prints something."""
    exec(compile(blocks("python")[number], f"README.md, Python snippet {number}", "exec"), {"__name__": "snippet"})
    assert capsys.readouterr().out.strip()


def test_the_scenario_is_valid(workplace: Path) -> None:
    """The scenario of the README is one, and so it is with the keys that the README adds to it."""
    whole = {**yaml.safe_load(yaml_block("name")), **yaml.safe_load(yaml_block("cognition"))}
    scenario = parse_scenario(whole, origin="README.md")
    modes = [group.mode for group in scenario.cognition.groups]
    assert (scenario.cognition.mode, modes) == ("llm", ["llm", "llm", "llm", "rules", "human", "autogen"])


def test_tiers_and_seeds_are_valid(workplace: Path) -> None:
    """So it is with the tiers of classes, and with seeds of what really happened."""
    scenario = yaml.safe_load(yaml_block("name"))
    tiers = yaml.safe_load(next(block for block in blocks("yaml") if "tiers:" in block))
    found = parse_scenario({**scenario, **tiers, **yaml.safe_load(yaml_block("seeds"))}, origin="README.md")
    assert found.cognition.mode == "tiered"
    assert [seed.adoptions is not None for seed in found.seeds] == [False, False, True]


def test_what_steers_is_valid(workplace: Path) -> None:
    """So it is with interventions of every kind, and channels."""
    whole = {**yaml.safe_load(yaml_block("name")), **yaml.safe_load(yaml_block("interventions"))}
    scenario = parse_scenario(whole, origin="README.md")
    kinds = [intervention.kind for intervention in scenario.interventions]
    assert kinds == ["inject", "label", "remove", "down_rank", "suspend", "throttle", "follow"]
    assert len(scenario.channels) == 2


def test_the_mapping_is_valid(workplace: Path) -> None:
    """The description of raw data in the README is one."""
    (workplace / "mapping.yaml").write_text(yaml_block("users"))
    assert load_mapping(workplace / "mapping.yaml").timezone == "Asia/Shanghai"


def test_the_survey_is_one(workplace: Path) -> None:
    """The survey of the README asks a choice, a scale and an open question."""
    (workplace / "trust.yaml").write_text(yaml_block("# trust.yaml\nname"))
    assert [item.kind for item in read_yaml(workplace / "trust.yaml", Survey).items] == ["choice", "scale", "open"]


def test_the_study_is_one(workplace: Path) -> None:
    """The study of the README has cells, and its patch fits its pack."""
    (workplace / "tone.yaml").write_text(yaml_block("# tone.yaml\nname"))
    cells = plan_cells(read_yaml(workplace / "tone.yaml", StudySection), workplace, packs=workplace / "packs")
    assert [cell.name for cell in cells][::10] == ["plain_0", "hot_0", "brave_0"]
    whole = {**yaml.safe_load(yaml_block("# tone.yaml\nname")), **yaml.safe_load(yaml_block("individual"))}
    assert StudySection.model_validate(whole).of_individuals == ("emotion_level.accuracy", "emotion_level.macro_f1")


def test_the_fork_can_be_played(workplace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The change of the README is one to the run that it is about."""
    (workplace / "change.yaml").write_text(next(block for block in blocks("yaml") if block.startswith("# change.yaml")))
    assert run_command(["run", "karate_club", "--ticks", "7", "--bus", "local", "-o", "runs/club"]) == 0
    fork = ["fork", "runs/club", "--at-tick", "4", "--with", "change.yaml", "-o", "runs/debunked"]
    assert run_command(fork) == 0
    assert run_command(["compare", "runs/club", "runs/debunked"]) == 0
    assert "both share the ticks up to 4" in capsys.readouterr().out


def commands() -> list[list[str]]:
    """Every ``s3agents ...`` line of the shell blocks."""
    lines = [line for block in [*blocks("bash"), *blocks("sh")] for line in block.replace("\\\n", " ").splitlines()]
    words = [shlex.split(line, comments=True) for line in lines if line.startswith("s3agents ")]
    assert words
    return words


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_commands_exist(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Every command of the README has a help page that knows the options it is given."""
    command = words[1:3] if words[1] in {"evaluate", "fit", "prompts"} else words[1:2]
    if words[1] == "fit" and "/" in words[2]:  # what follows is data
        command = ["fit", "behaviour"]
    assert run_command([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in (word for word in words[2:] if word.startswith("--")):
        assert option in shown


def test_paths_exist() -> None:
    """Every link of the README to a file of the project leads somewhere."""
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (README.parent / target).exists()] == []
