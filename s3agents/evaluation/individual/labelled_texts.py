"""Labelled texts: single posts with the emotion of their author (S3 section 3.3.1) or the side that they take (3.3.2).

The author reads the post as one of their own, and is asked how they feel, or what they say to the question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from s3agents.cognition.base import Scene
from s3agents.evaluation.individual.probe import Ask, Probe, Task, TaskName
from s3agents.evaluation.individual.situations import Said, delivery, situation
from s3agents.evaluation.individual.wording import Wording
from s3agents.events import Source
from s3agents.ids import UserId
from s3agents.labels import ATTITUDES, EMOTIONS, Attitude, Emotion
from s3agents.network.load_report import shown
from s3agents.observed.rows import Row, RowTable
from s3agents.persona import Persona

__all__ = ["attitude_task", "emotion_task", "has_emotions", "has_targets"]

_TEXTS = ("text", "tweet", "post")
_LEVELS = {"0": "calm", "1": "moderate", "2": "moderate", "3": "intense", **{str(e): str(e) for e in EMOTIONS}}
_STANCES = ("stance", "attitude", "label")
_SIDES: Mapping[str, str] = {
    **dict.fromkeys("favor favour for support positive pro yes".split(), str(Attitude.POSITIVE)),
    **dict.fromkeys("against oppose deny negative con no".split(), str(Attitude.NEGATIVE)),
}
_NEITHER = frozenset({"", "none", "neither", "neutral", "unknown"})


def has_emotions(table: RowTable) -> bool:
    """Whether ``table`` holds texts with a level from 0 to 3, or an ``emotion`` that is calm, moderate or intense."""
    if table.first_of(_TEXTS) is None:
        return False
    return "level" in table.columns or any(row.text("emotion").lower() in tuple(EMOTIONS) for row in table.rows)


def has_targets(table: RowTable) -> bool:
    """Whether ``table`` holds texts that take a side on a target."""
    return all(table.first_of(names) is not None for names in (_TEXTS, _STANCES, ("target", "topic")))


def emotion_task(table: RowTable, wording: Wording, *, split: str | None, seed: int) -> Task:
    """Probes of the emotion of authors: level 0 is calm, 1 and 2 are moderate, 3 is intense.

    Args:
        table: with a text and a ``level``, or else an ``emotion``.
        wording: of the scene.
        split: only rows of this ``split``.
        seed: of the draws.

    Raises:
        InputError: for a level that is none.
    """
    maker = _Maker(table, split=split, seed=seed)
    column = "level" if "level" in table.columns else "emotion"
    scene = wording.of_writing()
    probes = []
    for number, row, text in maker.rows():
        cell = row.text(column).lower()
        level = _LEVELS.get(cell.removesuffix(".0"))
        if level is None and cell:
            raise row.wrong(column, "0 to 3, or calm, moderate or intense", shown(cell))
        if level is None:
            maker.left_out[f"without {column}"] += 1
            continue
        probes.append(maker.probe(number, scene, text, level))
    return maker.task("emotion_level", "emotion", tuple(map(str, EMOTIONS)), str(Emotion.INTENSE), probes)


def attitude_task(table: RowTable, wording: Wording, *, split: str | None, seed: int) -> Task:
    """Probes of the attitude of authors towards a target; texts of neither side are left out.

    Args:
        table: with a text, a ``target`` and a ``stance``.
        wording: of the scene.
        split: only rows of this ``split``.
        seed: of the draws.

    Raises:
        InputError: for a stance that is none.
    """
    maker = _Maker(table, split=split, seed=seed)
    stance, target = table.first_of(_STANCES) or "", table.first_of(("target", "topic")) or ""
    probes = []
    for number, row, text in maker.rows():
        label = row.text(stance).lower()
        if label in _NEITHER:
            maker.left_out["of neither side"] += 1
            continue
        if label not in _SIDES:
            raise row.wrong(stance, "favor, against or none", shown(label))
        probes.append(maker.probe(number, wording.of_target(row.text(target)), text, _SIDES[label]))
    return maker.task("initial_attitude", "attitude", tuple(map(str, ATTITUDES)), str(Attitude.POSITIVE), probes)


@dataclass(slots=True)
class _Maker:
    """Turns rows into the parts that both tasks share."""

    table: RowTable
    split: str | None
    seed: int
    left_out: Counter[str] = field(default_factory=Counter)

    def rows(self) -> Iterator[tuple[int, Row, str]]:
        """The number, row and text of each row of the split that has a text."""
        column = self.table.first_of(_TEXTS) or ""
        for number, row in enumerate(self.table.rows):
            if self.split is not None and row.text("split") != self.split:
                continue
            if text := row.text(column):
                yield number, row, text
            else:
                self.left_out["without text"] += 1

    def probe(self, number: int, scene: Scene, text: str, truth: str) -> Probe:
        """The author, of whom nothing is known, with their post before them."""
        name = f"{self.table.path.stem}-{number}"
        own = delivery(Said(id=f"{name}.0", author=name, minute=0.0, text=text), Source.SELF)
        view = situation(scene, Persona(id=UserId(name)), probe=name, seed=self.seed, perceived=[own])
        return Probe(id=name, view=view, truth=truth, group=text, texts=(text,))

    def task(self, name: TaskName, ask: Ask, labels: tuple[str, ...], positive: str, probes: list[Probe]) -> Task:
        """The task of ``probes``."""
        return Task(
            name=name,
            data=self.table.path.name,
            split=self.split or "all",
            ask=ask,
            labels=labels,
            positive=positive,
            unit="texts",
            group="equal texts",
            probes=tuple(probes),
            left_out=self.left_out,
        )
