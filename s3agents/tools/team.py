"""SocietyMember: a whole society as one member of an AutoGen team.

::

    async with Simulation(load_scenario("karate_club")) as sim:
        society = SocietyMember(sim, speaker="1", ticks=2)
        team = RoundRobinGroupChat([spokeswoman, society], max_turns=6)
        print(await team.run(task="Announce that the club will stay together."))

What the others say, a user of the society posts; the society is played for some ticks, and answers with what has become
of it. An agent with stock tools can thus try out words on a thousand people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from math import isfinite
from typing import NamedTuple

from autogen_agentchat.agents import BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken

from s3agents.config.scenario import SEED_CHARS
from s3agents.config.section import Section
from s3agents.errors import InputError, explain
from s3agents.events import Post, PostKind
from s3agents.ids import UserId
from s3agents.prompts.quoting import quoted, tidy
from s3agents.resources import prompts_dir
from s3agents.stepping import Steps
from s3agents.yaml_files import read_yaml

__all__ = ["SocietyMember"]

_ABOUT = "{people} people on a social network, who are told what you say, and answer with what they make of it."
_TEXT = 280


class _Words(Section):
    """The sentences of an answer."""

    asked: str
    after: str
    before: str
    silent: str
    spread: str
    post: str
    over: str


class _Mood(NamedTuple):
    """Where a society stands: shares of the users that know of the topic, and of the last tick's turns."""

    positive: float | None
    intense: float


class SocietyMember(BaseChatAgent):
    """A society that is told what a team says, and answers with what became of it.

    A message is posted by ``speaker`` in the next tick. The society is then played for ``ticks``, and its answer tells
    in the language of its scenario how many are for it, what was posted, and some of the new posts. Its metadata hold
    the same figures: ``tick``, ``share_positive``, ``before``, ``share_intense``, ``posts``, ``forwards`` and ``done``.
    At the end of its time it plays no more, and says so.

    Args:
        steps: the run, open; whoever opened it closes it.
        speaker: id of the user who posts what the team says, such as one whom many follow.
        ticks: played for each answer.
        quotes: most new posts that an answer quotes, those of the last ticks first.
        name: in the team; an identifier of Python.
        description: by which a selector chooses it.

    Raises:
        InputError: if there is no such user, or it is to be played for less than a tick.
    """

    def __init__(
        self,
        steps: Steps,
        *,
        speaker: str,
        ticks: int = 1,
        quotes: int = 3,
        name: str = "society",
        description: str = "",
    ) -> None:
        if ticks < 1:
            raise InputError(explain("ticks of a society in a team", wanted="one or more", got=str(ticks)))
        if speaker not in steps.users:
            raise InputError(explain("speaker of a society in a team", wanted="one of its users", got=repr(speaker)))
        super().__init__(name, description or _ABOUT.format(people=len(steps.users)))
        self._steps, self._speaker, self._ticks, self._quotes = steps, speaker, ticks, quotes
        self._words = read_yaml(prompts_dir() / "team" / f"{steps.scenario.language}.yaml", _Words)

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """A text message, whose metadata hold the figures."""
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """Post ``messages``, play the society for a while, and answer with what became of it.

        Raises:
            RunError: if the run cannot go on; it can be resumed from its folder.
        """
        if self._steps.done:
            return self._answer([self._words.over], {"tick": str(self._steps.tick), "done": "true"})
        before = self._mood()
        for message in messages:
            if text := message.to_text().strip():
                self._steps.inject(self._speaker, text[:SEED_CHARS])
        first = self._steps.tick
        posts = [post for record in await self._steps.step(self._ticks) for post in record.posts]
        return self._told(first, before, posts)

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Nothing: a society cannot be told to forget. To begin anew, open another run or a fork."""

    def _told(self, first: int, before: _Mood, posts: Sequence[Post]) -> Response:
        words, scenario, now = self._words, self._steps.scenario, self._mood()
        span = _span(scenario.tick * (self._steps.tick - first))
        forwards = sum(post.kind is PostKind.FORWARD for post in posts)
        lines = [words.asked.format(people=len(self._steps.users), question=scenario.question)]
        if now.positive is None:
            lines.append(words.silent.format(span=span))
        else:
            told = words.after.format(span=span, share=f"{now.positive:.0%}", intense=f"{now.intense:.0%}")
            earlier = "" if before.positive is None else words.before.format(share=f"{before.positive:.0%}")
            lines.append(f"{told} {earlier}".strip())
        lines.append(words.spread.format(posts=len(posts) - forwards, forwards=forwards))
        lines += [words.post.format(author=post.author, text=quoted(post.text, _TEXT)) for post in self._news(posts)]
        figures = {
            "tick": self._steps.tick,
            "share_positive": now.positive,
            "before": before.positive,
            "share_intense": now.intense,
            "posts": len(posts) - forwards,
            "forwards": forwards,
            "done": str(self._steps.done).lower(),
        }
        return self._answer(lines, {key: str(value) for key, value in figures.items() if value is not None})

    def _news(self, posts: Sequence[Post]) -> list[Post]:
        """What the society itself said, the newest first, no text twice."""
        said = {
            tidy(post.text, _TEXT): post
            for post in sorted(posts, key=lambda post: post.order)
            if post.kind is not PostKind.FORWARD and post.author != UserId(self._speaker)
        }
        return list(said.values())[::-1][: self._quotes]

    def _mood(self) -> _Mood:
        if not self._steps.tick:
            return _Mood(None, 0.0)
        last = self._steps.run.curves().iloc[-1]
        positive, intense = float(last["share_positive"]), float(last["share_intense"])
        return _Mood(positive if isfinite(positive) else None, intense if isfinite(intense) else 0.0)

    def _answer(self, lines: Sequence[str], metadata: dict[str, str]) -> Response:
        text = "\n".join(lines)
        return Response(chat_message=TextMessage(content=text, source=self.name, metadata=metadata))


def _span(passed: timedelta) -> str:
    """Hours, or what else fits, in figures that any language reads."""
    minutes = passed.total_seconds() / 60.0
    for size, unit in ((1440.0, "d"), (60.0, "h")):
        if minutes >= size:
            return f"{minutes / size:g} {unit}"
    return f"{minutes:g} min"
