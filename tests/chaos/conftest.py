"""For the tests of this folder: its modules can be imported, and how many trials there are to be."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
