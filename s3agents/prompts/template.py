"""TextTemplate: a LangChain f-string template that has been checked, and is filled in without LangChain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from string import Formatter

from s3agents.prompts.pack_file import placeholders

__all__ = ["TextTemplate"]


class TextTemplate:
    """A text with placeholders ``{name}``; braces of its own are doubled.

    LangChain has the last word on what is such a template. But it fills one in at ten times the cost of Python's own
    formatting, which comes to the same where placeholders are plain names, and others are refused.

    Args:
        text: the template.
        allowed: the placeholders that it may use.

    Attributes:
        text: as given.
        names: the placeholders that it uses.
        uses: how often it uses each.

    Raises:
        ValueError: if it is no f-string template, or has another placeholder.
    """

    __slots__ = ("names", "text", "uses")

    def __init__(self, text: str, *, allowed: Collection[str]) -> None:
        from langchain_core.prompts import PromptTemplate  # 0.9 s to import, and only modes with a model need it

        if unknown := placeholders(text) - set(allowed):
            names = ", ".join(sorted(allowed))
            raise ValueError(f"placeholders out of {names}; unknown: {', '.join(sorted(unknown))}")
        self.names = frozenset(PromptTemplate.from_template(text, template_format="f-string").input_variables)
        self.uses = Counter(name for _, name, _, _ in Formatter().parse(text) if name is not None)
        self.text = text

    def filled(self, fields: Mapping[str, str]) -> str:
        """The text with a value for each placeholder.

        Args:
            fields: at least a value for each of :attr:`names`.
        """
        return self.text.format_map(fields)
