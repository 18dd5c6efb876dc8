"""``python -m s3agents``: the command line."""

from __future__ import annotations

from s3agents.cli.main import main

if __name__ == "__main__":
    main()
