"""Plan: the cells of a study: which combination of levels is run over which society with which seed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from s3agents.config import Scenario
from s3agents.config.study import METRICS, PatchSection, StudySection
from s3agents.errors import ConfigError, InputError, PromptError, explain
from s3agents.prompts import PromptPack
from s3agents.prompts.catalogue import MARKER, languages_of
from s3agents.prompts.pack_folder import PackFolder
from s3agents.resources import bundled_scenarios, prompts_dir
from s3agents.scenarios import load_scenario, parse_scenario, relative_to, with_values

__all__ = ["Cell", "combinations", "plan_cells", "variant_name"]

_PATCH = "prompt_patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One run of a study.

    Attributes:
        levels: level of each factor.
        variant: their names in one word.
        society: name of the society; empty for that of the scenario.
        seed: of the replicate.
        scenario: what is run.
    """

    levels: Mapping[str, str]
    variant: str
    society: str
    seed: int
    scenario: Scenario

    @property
    def name(self) -> str:
        """Of its folder."""
        return "_".join(part for part in (self.variant, self.society, str(self.seed)) if part)


def variant_name(levels: Mapping[str, str]) -> str:
    """The levels of all factors in one word."""
    return "+".join(levels.values())


def combinations(study: StudySection) -> list[dict[str, str]]:
    """The combinations of levels that are run, the control first."""
    levels, control = study.levels, study.baseline
    every = [dict(zip(levels, names, strict=True)) for names in product(*levels.values())]
    if study.design == "one_at_a_time":
        every = [one for one in every if sum(one[factor] != level for factor, level in control.items()) <= 1]
    if study.design == "fraction":
        number = {factor: {level: n for n, level in enumerate(names)} for factor, names in levels.items()}
        base = sum(number[factor][level] for factor, level in control.items())
        every = [
            one
            for one in every
            if (sum(number[factor][level] for factor, level in one.items()) - base) % study.fraction == 0
        ]
    return [control, *(one for one in every if one != control)]


def plan_cells(study: StudySection, folder: Path, *, packs: Path) -> list[Cell]:
    """All cells, in the order of combinations, societies and seeds; everything is checked.

    Args:
        study: what is compared.
        folder: to which the paths of the study are relative.
        packs: folder for patched prompt packs, which are written here.

    Raises:
        ConfigError: if a level, a society or the scenario is wrong.
        PromptError: if a patch does not fit its pack.
    """
    base = _base(study, folder)
    patched = _patched(study, folder, packs)
    cells = []
    for levels in combinations(study):
        settings: dict[str, Any] = dict(study.settings)
        for factor, level in levels.items():
            settings |= {key: value for key, value in study.levels[factor][level].items() if key != _PATCH}
            if (factor, level) in patched:
                settings["cognition.pack"] = str(patched[factor, level])
        for society in study.societies or ("",):
            for seed in study.replicates:
                data = base.dump() | ({"society": dict(study.societies[society])} if society else {})
                origin = f"{study.name}: {variant_name(levels)}"
                data = relative_to(with_values(data, {**settings, "seed": seed}, origin=origin), folder)
                scenario = parse_scenario(data, origin=origin)
                cells.append(
                    Cell(
                        levels=levels,
                        variant=variant_name(levels),
                        society=society,
                        seed=seed,
                        scenario=scenario,
                    )
                )
    _check_metrics(study, cells)
    return cells


def _check_metrics(study: StudySection, cells: Sequence[Cell]) -> None:
    """Every metric that is an outcome is one that the scenarios of all cells name."""
    for outcome in study.of_runs:
        name = outcome.removeprefix(METRICS)
        for cell in cells if outcome.startswith(METRICS) else ():
            if not any(name == metric or name.startswith(f"{metric}.") for metric in cell.scenario.metrics):
                known = ", ".join(f"{METRICS}{metric}" for metric in cell.scenario.metrics) or "none"
                thing, wanted = f"{study.name}: outcome {outcome}", f"a metric of the scenario ({known})"
                remedy = "name it in settings: {metrics: [...]}"
                raise ConfigError(explain(thing, wanted=wanted, got="no such", remedy=remedy))


def _base(study: StudySection, folder: Path) -> Scenario:
    bundled, path = bundled_scenarios(), folder / study.scenario
    if not path.exists() and study.scenario in bundled:
        path = bundled[study.scenario]
    return load_scenario(path, study.parameters)


def _patched(study: StudySection, folder: Path, packs: Path) -> dict[tuple[str, str], Path]:
    """The packs of levels with a patch, each in a folder of its own."""
    made = {}
    for factor, levels in study.levels.items():
        for level, settings in levels.items():
            if _PATCH in settings:
                place = f"{study.name}: {factor}.{level}.{_PATCH}"
                made[factor, level] = _patch(_read_patch(settings[_PATCH], place), folder, packs / f"{factor}-{level}")
    return made


def _read_patch(value: Any, place: str) -> PatchSection:
    try:
        return PatchSection.model_validate(value)
    except ValueError as exc:
        wanted = "pack, and replace: {FILE: [[TEXT, OTHER TEXT], ...]}"
        raise ConfigError(explain(place, wanted=wanted, got=str(value)[:80])) from exc


def _patch(patch: PatchSection, folder: Path, target: Path) -> Path:
    bundled = prompts_dir() / patch.pack
    source = folder / patch.pack if "/" in patch.pack else bundled
    languages = languages_of(source) if source.is_dir() else []
    if not languages:
        raise PromptError(explain(f"patch of {patch.pack}", wanted="a prompt pack", got="none"))
    target = target.with_name(f"{target.name}-{_content(patch, source, languages)}")
    if target.exists():
        return target.absolute()
    with TemporaryDirectory() as scratch:
        made = _patched_copy(patch, source, Path(scratch) / target.name, languages)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}")  # whole, or not there
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(made, part)
        part.rename(target)
    return target.absolute()


def _content(patch: PatchSection, source: Path, languages: Sequence[str]) -> str:
    """Tells apart what is patched differently, and what the same patch makes of different packs."""
    packs = [PackFolder.find(source, language, marker=MARKER).sha256 for language in languages]
    return hashlib.sha256("".join([patch.model_dump_json(), *packs]).encode()).hexdigest()[:12]


def _patched_copy(patch: PatchSection, source: Path, target: Path, languages: Sequence[str]) -> Path:
    """A copy of the pack in ``source`` with its texts replaced; checked as any pack is."""
    shutil.copytree(source, target)
    for file, pairs in patch.replace.items():
        found = [target / language / file for language in languages if (target / language / file).is_file()]
        if not found:
            raise PromptError(explain(f"patch of {patch.pack}: {file}", wanted="a file of the pack", got="none"))
        for old, new in pairs:
            _replace(found, old, new, place=f"patch of {patch.pack}: {file}")
    for language in languages:
        PromptPack.load(target, language)
    return target


def _replace(files: Sequence[Path], old: str, new: str, *, place: str) -> None:
    """Replace ``old``, which stands once in one of ``files`` at least, and nowhere twice."""
    counts = [file.read_text(encoding="utf-8").count(old) for file in files]
    if not old or max(counts) != 1:
        wanted, got = "a text that stands in it once", f"{old!r}, {max(counts)} times"
        raise InputError(explain(place, wanted=wanted, got=got))
    for file, count in zip(files, counts, strict=True):
        if count:
            file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
