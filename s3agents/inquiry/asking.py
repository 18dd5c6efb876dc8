"""Asking: an interview from a run's folder to its answers: whom to ask, in whose words, and over which connection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from pydantic import ValidationError

from s3agents import wiring
from s3agents.config.model import ModelSection
from s3agents.config.survey import ChoiceItem, Item, OpenItem
from s3agents.errors import InputError, explain
from s3agents.ids import UserId
from s3agents.inquiry.interview import Answer, interview
from s3agents.inquiry.moment import Past, opened_moment
from s3agents.prompts.fields import Fields
from s3agents.prompts.interview_pack import InterviewPack, fields_of
from s3agents.rng import Draws
from s3agents.traits.llm.asking import Asker

__all__ = ["ask_agents", "chosen_users", "question_item"]

_SAMPLE = "sample:"


def chosen_users(past: Past, who: str) -> list[UserId]:
    """The users that ``who`` means: ``all``, ``sample:N`` (drawn by the seed of the run), or ids with commas between.

    Raises:
        InputError: if it means nobody, or somebody who is not there.
    """
    society = past.prepared.society
    if who == "all":
        return list(society.ids)
    if who.startswith(_SAMPLE):
        number = who.removeprefix(_SAMPLE)
        if not number.isdecimal() or int(number) == 0:
            raise InputError(explain("agents", wanted="sample:N with a number above 0", got=repr(who)))
        draws = Draws(past.prepared.scenario.seed, "interview", 0)
        return [society.ids[index] for index in draws.sample("agents", len(society.ids), int(number))]
    users = [UserId(user.strip()) for user in who.split(",") if user.strip()]
    if not users:
        raise InputError(explain("agents", wanted="ids, all, or sample:N", got=repr(who)))
    for user in users:
        society.position(user)
    return list(dict.fromkeys(users))


def question_item(
    question: str, options: Sequence[str] = (), *, names: tuple[str, str] = ("question", "options")
) -> Item:
    """One question: answered in words, or with one of ``options`` where there are any.

    Args:
        question: as the agent is asked.
        options: the answers to choose from.
        names: how messages call the two.

    Raises:
        InputError: if it is none, or the options are.
    """
    try:
        return ChoiceItem(question=question, options=tuple(options)) if options else OpenItem(question=question)
    except ValidationError as exc:
        wrong = exc.errors(include_url=False)[0]
        place, got = (names[0], question) if "question" in wrong["loc"] else (names[1], list(options))
        raise InputError(explain(place, wanted=str(wrong["msg"]).removeprefix("Value error, "), got=repr(got))) from exc


async def ask_agents(
    past: Past,
    users: Sequence[UserId],
    items: Sequence[Item],
    *,
    tick: int,
    section: ModelSection,
    pack: InterviewPack,
    replies: Path | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Answer]:
    """What ``users`` answer, as they were after ``tick``; user by user, in the order of ``items``.

    Args:
        past: the run.
        users: who is asked.
        items: what.
        tick: after which; -1 for before the first.
        section: the model that answers.
        pack: the prompts.
        replies: file in which its replies are kept; what is there is not asked again.
        progress: called with how many questions are answered.

    Raises:
        RunFolderError: if the run has not come to that tick.
        InputError: if the model's client cannot be made.
        RunError: if the budget of the model is used up.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(wiring.opened_client(section, replies))
        moment = await stack.enter_async_context(opened_moment(past, tick=tick, users=users, client=client))
        asker = Asker(
            client,
            seed=past.prepared.scenario.seed,
            concurrency=section.concurrency,
            max_tokens=section.max_tokens,
            logprobs=section.logprobs,
            repairs=section.repairs,
        )
        return await interview(moment, users, items, asker=asker, pack=pack, words=_words(past), progress=progress)


def _words(past: Past) -> Fields:
    """The words in which agents were told who they are, or would have been."""
    return fields_of(next(iter(past.prepared.packs), "joint"), past.prepared.scenario.language)
