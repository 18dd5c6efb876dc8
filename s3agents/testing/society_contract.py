"""SocietyReaderContract: what every reader of societies has to keep to, as tests.

Needs the package ``pytest``. For a reader of your own::

    class TestMyReader(SocietyReaderContract):
        def make_society(self) -> Society:
            return read(path=Path("some/data"))
"""

from __future__ import annotations

from pathlib import Path

from s3agents.network.society import Society
from s3agents.simulation import Simulation
from s3agents.testing.societies import lively_scenario

__all__ = ["SocietyReaderContract"]


class SocietyReaderContract:
    """A reader makes the same society of the same data, and it can be played."""

    def make_society(self) -> Society:
        """What the reader makes of the same data; read anew in every call."""
        raise NotImplementedError

    def test_it_makes_a_society(self) -> None:
        """With a name for tables, and somebody in it."""
        society = self.make_society()
        assert isinstance(society, Society)
        assert society.name.strip()
        assert len(society) > 0

    def test_it_makes_the_same_society_again(self) -> None:
        """Users in the same order, with the same attributes, edges and history: draws and shards go by them."""
        one, other = self.make_society(), self.make_society()
        assert one.ids == other.ids
        assert one.digest == other.digest

    def test_attributes_are_plain(self) -> None:
        """Texts, numbers and truth values, which any file of a society can hold."""
        for persona in self.make_society():
            assert all(isinstance(value, str | int | float | bool | None) for value in persona.extra.values())

    def test_it_can_be_played(self, tmp_path: Path) -> None:
        """Every user is accounted for in every tick."""
        society = self.make_society()
        run = Simulation(lively_scenario(society.ids[:1], ticks=2), society, out=tmp_path / "run").run()
        assert run.manifest.status == "done"
        assert run.ticks()["users"].tolist() == [len(society)] * 2
