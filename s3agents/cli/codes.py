"""Exit codes of the command line."""

from __future__ import annotations

__all__ = ["DONE", "FAILED", "INTERRUPTED", "WRONG"]

DONE = 0
FAILED = 1
WRONG = 2
INTERRUPTED = 130
"""Stopped by Ctrl-C, as shells count it."""
