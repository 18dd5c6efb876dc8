"""Safe text: what users and models wrote, so that it can neither steer the terminal nor be taken for markup."""

from __future__ import annotations

from rich.text import Text

from s3agents.prompts.quoting import tidy

__all__ = ["safe", "safe_lines"]


def safe(text: str, limit: int) -> Text:
    """``text`` on one line, of ``limit`` characters at most."""
    return Text(tidy(text, limit))


def safe_lines(text: str) -> Text:
    """``text`` with its lines."""
    return Text("\n".join(tidy(line, len(line) + 1) for line in text.splitlines()))
