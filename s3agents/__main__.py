"""The command line, from its very first moment: ``python -m s3agents`` and the ``s3agents`` script."""

from __future__ import annotations

import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends it like Ctrl-C at any other time."""
    try:
        from s3agents.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
