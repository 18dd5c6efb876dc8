"""The cells of a study, from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from s3agents.config.study import StudySection
from s3agents.errors import InputError
from s3agents.prompts import PromptPack
from s3agents.studies.plan import combinations, plan_cells, variant_name
from s3agents.yaml_files import read_yaml

FACTORS: dict[str, Any] = {
    "pace": {"slow": {"cognition.rules.forward": 0.01}, "fast": {"cognition.rules.forward": 0.3}},
    "memory": {"small": {"memory.capacity": 2}, "large": {"memory.capacity": 64}, "none": {"memory.recall": 0}},
}


def study(**keys: Any) -> StudySection:
    """A study of the karate club."""
    return StudySection.model_validate({"name": "s", "scenario": "karate_club", "seeds": [4, 5], **keys})


@pytest.mark.parametrize(
    ("keys", "variants"),
    [
        ({}, ["slow+small", "slow+large", "slow+none", "fast+small", "fast+large", "fast+none"]),
        ({"design": "one_at_a_time"}, ["slow+small", "slow+large", "slow+none", "fast+small"]),
        ({"design": "fraction", "fraction": 2}, ["slow+small", "slow+none", "fast+large"]),
        (
            {"control": {"pace": "fast"}, "design": "one_at_a_time"},
            ["fast+small", "slow+small", "fast+large", "fast+none"],
        ),
    ],
)
def test_designs(keys: dict[str, Any], variants: list[str]) -> None:
    """Every combination, the control and one change each, or a fraction; the control always comes first."""
    assert [variant_name(one) for one in combinations(study(factors=FACTORS, **keys))] == variants


def test_cells_are_variants_by_societies_by_seeds(tmp_path: Path) -> None:
    """Each cell has the settings of its levels, its society and its seed, and a name of its own."""
    societies = {"club": {"networkx": "karate_club"}, "made": {"generate": {"users": 50, "relations": 100, "posts": 0}}}
    planned = plan_cells(
        study(factors=FACTORS, societies=societies, settings={"ticks": 2}), tmp_path, packs=tmp_path / "packs"
    )
    assert len(planned) == 6 * 2 * 2
    assert len({cell.name for cell in planned}) == len(planned)
    cell = next(cell for cell in planned if cell.name == "fast+large_made_5")
    assert (cell.scenario.seed, cell.scenario.ticks, cell.scenario.memory.capacity) == (5, 2, 64)
    assert cell.scenario.cognition.rules.forward == 0.3
    assert cell.scenario.society.generate is not None


def test_a_patch_makes_a_pack_of_its_own(tmp_path: Path) -> None:
    """The text is replaced in the copy, in the language that has it, and nowhere else."""
    word = "never an assistant"
    patch = {"prompt_patch": {"pack": "joint", "replace": {"system.txt": [[word, "not at all an assistant"]]}}}
    planned = plan_cells(study(variants={"plain": {}, "other": patch}), tmp_path, packs=tmp_path / "packs")
    packs = {cell.variant: cell.scenario.cognition.pack for cell in planned}
    assert packs["plain"] == "joint"
    texts = {name: (Path(pack) / "en" / "system.txt") for name, pack in packs.items() if name == "other"}
    assert "not at all an assistant" in texts["other"].read_text()
    assert PromptPack.load(packs["other"], "en").sha256 != PromptPack.load("joint", "en").sha256
    assert PromptPack.load(packs["other"], "zh").sha256 == PromptPack.load("joint", "zh").sha256


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"variants": {"only": {}}}, "two"),
        ({"variants": {"a": {}, "b": {"ticks": -1}}}, "s: b"),
        ({"variants": {"a": {}, "b": {"tiks": 1}}}, "tiks"),
        ({"variants": {"a": {}, "b": {}}, "control": {"variant": "c"}}, "control"),
        ({"variants": {"a": {}, "b": {}}, "seeds": [1, 1]}, "seeds"),
        ({"variants": {"a": {}, "b": {}}, "seeds": 0}, "seeds"),
        ({"variants": {"a": {}, "b": {}}, "outcomes": ["joy"]}, "outcomes"),
        ({"variants": {"a": {}, "b": {}}, "scenario": "nowhere"}, "nowhere"),
        ({"variants": {"a": {}, "b": {"prompt_patch": {"pack": "joint"}}}}, "prompt_patch"),
        ({"variants": {"a": {}, "b": {"prompt_patch": {"replace": {"x.txt": [["a", "b"]]}}}}}, "x.txt"),
        ({"variants": {"a": {}, "b": {"prompt_patch": {"replace": {"system.txt": [["e", "b"]]}}}}}, "times"),
        ({"variants": {"a": {}, "b": {}}, "societies": {"x": {"network": 1}}}, "network"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, keys: dict[str, Any], says: str) -> None:
    """Before anything is run: which variant, key or text it is."""
    import yaml

    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump({"name": "s", "scenario": "karate_club", **keys}))
    with pytest.raises(InputError, match=says):
        plan_cells(read_yaml(file, StudySection), tmp_path, packs=tmp_path / "packs")
