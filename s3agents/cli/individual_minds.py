"""The minds of ``s3agents evaluate individual``: those that the options name, open while they are asked."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from s3agents import wiring
from s3agents.behaviour.model_file import read_behaviour
from s3agents.cli.infer_model import read_model
from s3agents.config.model import ModelSection
from s3agents.contenders import fitted_contender, llm_contenders, load_prompt_packs, rules_contender
from s3agents.errors import InputError, explain
from s3agents.evaluation.individual.asking import Contender
from s3agents.llm.prompt_logprobs import PromptLogprobs
from s3agents.prompts import PromptPack

__all__ = ["Minds", "Opened", "Wanted"]

_MODES = ("rules", "fitted", "llm")
_ORIGIN = "s3agents evaluate individual"
_LOCAL = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the options say.

    Attributes:
        modes: those named; none for all that can be had.
        packs: of mode llm.
        learnt: folder of a fitted model.
        model_url: endpoint of mode llm.
        model_name: of the model there.
        overrides: ``model.KEY=VALUE``, each.
        language: of prompts.
        replies: file in which replies of the model are kept.
    """

    modes: tuple[str, ...]
    packs: tuple[str, ...]
    learnt: Path | None
    model_url: str | None
    model_name: str | None
    overrides: tuple[str, ...]
    language: str
    replies: Path | None


@dataclass(frozen=True, slots=True)
class Opened:
    """Minds that can be asked.

    Attributes:
        contenders: the minds.
        scorer: tells how likely texts are; ``None`` without an endpoint of our own protocol.
    """

    contenders: Sequence[Contender]
    scorer: PromptLogprobs | None


@dataclass(frozen=True, slots=True)
class Minds:
    """The minds that are wanted, checked.

    Attributes:
        ready: those that need no endpoint.
        section: the model of mode llm, if that is wanted.
        packs: its prompts.
        replies: file in which its replies are kept.
    """

    ready: Sequence[Contender]
    section: ModelSection | None
    packs: Sequence[PromptPack]
    replies: Path | None

    @classmethod
    def read(cls, wanted: Wanted) -> Minds:
        """The minds that the options name.

        Raises:
            InputError: if a mode is unknown, lacks what it needs, or a pack or model cannot be used.
        """
        modes = _modes(wanted)
        ready = [rules_contender(wanted.language)] if "rules" in modes else []
        if "fitted" in modes and wanted.learnt is not None:
            ready.append(fitted_contender(read_behaviour(wanted.learnt), wanted.language))
        section, packs = None, []
        if "llm" in modes:
            packs = load_prompt_packs(wanted.packs, wanted.language)
            section = read_model(wanted.model_url, wanted.model_name, wanted.overrides, origin=_ORIGIN)
        return cls(ready, section, packs, wanted.replies)

    @property
    def concurrency(self) -> int:
        """Most probes at a time."""
        return _LOCAL if self.section is None else self.section.concurrency

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Opened]:
        """The minds with their connections, which are closed afterwards."""
        async with AsyncExitStack() as stack:
            contenders, scorer = list(self.ready), None
            if self.section is not None:
                client = await stack.enter_async_context(wiring.opened_client(self.section, self.replies))
                contenders += llm_contenders(client, self.section, self.packs)
                scorer = _scorer(self.section)
            if scorer is not None:
                stack.push_async_callback(scorer.close)
            yield Opened(contenders, scorer)


def _scorer(section: ModelSection) -> PromptLogprobs | None:
    if section.url is None or section.backend != "openai-compatible":
        return None
    return PromptLogprobs(
        url=section.url,
        model=section.name,
        key=os.environ.get(section.key_env),
        timeout=section.timeout,
        concurrency=min(16, section.concurrency),
    )


def _modes(wanted: Wanted) -> tuple[str, ...]:
    """The modes that are asked for, or all that have what they need."""
    has_model = wanted.model_url is not None or any("backend" in text for text in wanted.overrides)
    possible = {"rules": True, "fitted": wanted.learnt is not None, "llm": has_model}
    if unknown := [mode for mode in wanted.modes if mode not in _MODES]:
        raise InputError(explain("--mode", wanted=f"one of {', '.join(_MODES)}", got=repr(unknown[0])))
    needs = {"fitted": "--learnt MODEL", "llm": "--model-url http://HOST:PORT/v1"}
    for mode in wanted.modes:
        if not possible[mode]:
            raise InputError(explain(f"--mode {mode}", wanted=f"{needs[mode]} with it", got="nothing"))
    return tuple(mode for mode in _MODES if (mode in wanted.modes if wanted.modes else possible[mode]))
