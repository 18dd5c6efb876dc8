"""Console: where tables, notes and progress go: results to standard output, everything else to standard error."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

__all__ = ["note", "out", "warn", "words"]


def out() -> Console:
    """Standard output, for results."""
    return Console()


def words() -> Console:
    """Standard error, for everything that is not a result."""
    return Console(stderr=True)


def note(text: str) -> None:
    """Tell the user something that they should know and need not act on."""
    words().print(f"[dim]{escape(text)}[/dim]", highlight=False)


def warn(text: str) -> None:
    """Tell the user that something is wrong, in one message."""
    words().print(f"[bold red]error:[/bold red] {escape(text)}", highlight=False, soft_wrap=True)
