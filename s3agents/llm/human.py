"""HumanClient: somebody at the terminal in the place of a model: the prompt is shown, the reply typed, key by key."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from io import StringIO
from typing import IO, Any, Protocol

from autogen_core.models import RequestUsage
from pydantic import BaseModel, ValidationError

from s3agents.errors import InputError, RunError, explain
from s3agents.llm.base import LeafClient, Request
from s3agents.llm.completion import Completion
from s3agents.prompts.quoting import tidy

__all__ = ["HumanClient", "Terminal", "Typed"]

_NOTHING = "inactive"
_BLOCK = 4096
_NAME = 60


class Terminal(Protocol):
    """Where somebody reads and types."""

    def show(self, text: str, *, heading: bool = False) -> None:
        """Show ``text``."""
        ...

    async def read(self, question: str) -> str:
        """The line that is typed after ``question``.

        Raises:
            EOFError: if no more will be typed.
        """
        ...


class HumanClient(LeafClient):
    """Puts each request to somebody at the terminal, one at a time.

    The request's arguments may name the ``user`` whose turn it is, the ``tick``, and what an empty line stands for:
    ``emotion`` and ``attitude`` as they were; an empty line is otherwise to do nothing. And they may say which posts
    each action can be ``about``, by their numbers.

    Args:
        terminal: where; by default standard input and standard error.
    """

    def __init__(self, terminal: Terminal | None = None) -> None:
        super().__init__()
        self._terminal = terminal
        self._turn = asyncio.Lock()
        self._told: set[str] = set()

    async def ask(self, request: Request) -> Completion:
        """What somebody types.

        Raises:
            RunError: if the input is at its end; the run can go on later.
            InputError: if the reply is to be anything but emotion, attitude and act.
        """
        if not isinstance(request.json_output, type) or not issubclass(request.json_output, BaseModel):
            raise InputError(explain("question to a human", wanted="a reply with keys", got="one without"))
        async with self._turn:
            if self._terminal is None:
                self._terminal = Typed()
            try:
                reply = await _Form(self._terminal, request.json_output, request.args).filled(self._shown(request))
            except EOFError as exc:
                who = request.args.get("user", "a user")
                raise RunError(f"mode human: the input ended before {who} had answered; the run can go on") from exc
        return Completion(finish_reason="stop", content=json.dumps(reply, ensure_ascii=False), usage=RequestUsage(0, 0))

    def _shown(self, request: Request) -> list[str]:
        """The texts of a request, those left out that have been shown before: what all turns have in common."""
        *common, own = [str(message.content) for message in request.messages]
        new = [text for text in common if text not in self._told]
        self._told.update(new)
        return [*new, own]


class _Form:
    """The keys of one reply, asked for one after the other.

    Args:
        terminal: where.
        model: class of the reply.
        known: arguments of the request.
    """

    def __init__(self, terminal: Terminal, model: type[BaseModel], known: Any) -> None:
        self._terminal, self._model, self._known = terminal, model, known
        self._keys: dict[str, Any] = model.model_json_schema()["properties"]

    async def filled(self, texts: Sequence[str]) -> dict[str, Any]:
        """A reply of the model's kind, after ``texts`` have been shown."""
        who, tick = self._known.get("user"), self._known.get("tick")
        if who is not None:
            self._terminal.show(f"tick {tick}: you are {tidy(str(who), _NAME)}", heading=True)
        for text in texts:
            self._terminal.show(text)
        while True:
            reply: dict[str, Any] = {}
            for key in self._keys:
                reply[key] = await self._value(key, reply)
            try:
                self._model.model_validate(reply)
                return reply
            except ValidationError as exc:
                self._terminal.show(str(exc.errors(include_url=False)[0]["msg"]).removeprefix("Value error, "))

    async def _value(self, key: str, reply: dict[str, Any]) -> Any:
        choices = self._keys[key].get("enum")
        if key == "target":
            return await self._number(choices, reply.get("action"))
        if choices is not None:
            default = self._known.get(key, _NOTHING if _NOTHING in choices else choices[0])
            return await self._choice(key, choices, default)
        writes = getattr(self._model, "writing", None)
        if writes is not None and reply.get("action") not in writes:
            return ""
        return await self._terminal.read("your text: ")

    async def _choice(self, key: str, choices: Sequence[str], default: str) -> str:
        """One of ``choices``, by its name or the beginning of it."""
        default = default if default in choices else choices[0]
        while True:
            said = (await self._terminal.read(f"{key} ({', '.join(choices)}) [{default}]: ")).strip().lower()
            found = [choice for choice in choices if choice.startswith(said)]
            if not said:
                return default
            if said in choices or len(found) == 1:
                return said if said in choices else found[0]
            self._terminal.show(explain(key, wanted=f"one of {', '.join(choices)}", got=repr(said)))

    async def _number(self, numbers: Sequence[int], action: str | None) -> int:
        """The number of the post that the action is about."""
        possible = self._known.get("about", {}).get(action, numbers)
        numbers = [number for number in numbers if number in possible] or numbers
        default = numbers[0]
        if action == _NOTHING or len(numbers) == 1:
            return default
        none = " (0 for none)" if default == 0 else ""
        while True:
            said = (await self._terminal.read(f"number of the post{none} [{default}]: ")).strip()
            if not said:
                return default
            if said.isdecimal() and int(said) in numbers:
                return int(said)
            self._terminal.show(explain("number", wanted=f"one of {', '.join(map(str, numbers))}", got=repr(said)))


class Typed:
    """Standard input, line by line, without holding up what goes on meanwhile; what is shown goes to standard error.

    Args:
        source: another input.
    """

    def __init__(self, source: IO[str] | None = None) -> None:
        from rich.console import Console

        # A process may have been started without an input.
        self._source: IO[str] = source or sys.stdin or StringIO()
        self._console = Console(stderr=True)
        self._ahead = b""

    def show(self, text: str, *, heading: bool = False) -> None:
        """Show ``text`` as it is."""
        from rich.text import Text

        if heading:
            self._console.rule(Text(text))
        else:
            self._console.print(text, markup=False, highlight=False)

    async def read(self, question: str) -> str:
        """The next line."""
        self._console.print(question, end="", markup=False, highlight=False)
        line = await self._line()
        if not line:
            raise EOFError
        if not self._source.isatty():
            self._console.print(line.rstrip("\n"), markup=False, highlight=False)
        return line.rstrip("\r\n")

    async def _line(self) -> str:
        try:
            place = self._source.fileno()
        except OSError:  # an input that is no file
            return self._source.readline()
        while b"\n" not in self._ahead:
            await _readable(place)
            more = os.read(place, _BLOCK)
            if not more:
                break
            self._ahead += more
        line, newline, self._ahead = self._ahead.partition(b"\n")
        return (line + newline).decode("utf-8", "replace")


async def _readable(place: int) -> None:
    """Wait until there is something to read; a file on a disk always has it."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    try:
        loop.add_reader(place, ready.set)
    except (OSError, NotImplementedError):
        return
    try:
        await ready.wait()
    finally:
        loop.remove_reader(place)
