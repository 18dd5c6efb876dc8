"""YAML files that societies are generated from: read whole, checked, and what is wrong said in one message."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from s3agents.config.section import Section
from s3agents.errors import SocietyError, explain
from s3agents.network.read_lines import check_regular

__all__ = ["read_yaml"]

_LARGEST = 1 << 22
_Read = TypeVar("_Read", bound=Section)


def read_yaml(path: Path, kind: type[_Read]) -> _Read:
    """What ``path`` holds, as a ``kind``.

    Raises:
        SocietyError: if it cannot be read, is no YAML, or is no ``kind``: naming every wrong key.
    """
    check_regular(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise SocietyError(explain(str(path), wanted=f"at most {_LARGEST} bytes of YAML", got="a larger file"))
        return kind.model_validate(yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_loader()))  # noqa: S506
    except OSError as exc:
        raise SocietyError(explain(str(path), wanted="a file", got=exc.strerror or str(exc))) from exc
    except UnicodeDecodeError as exc:
        raise SocietyError(explain(str(path), wanted="UTF-8 text", got=f"another byte at {exc.start}")) from exc
    except (yaml.YAMLError, RecursionError) as exc:
        raise SocietyError(explain(str(path), wanted="YAML", got=" ".join(str(exc).split()))) from exc
    except ValidationError as exc:
        lines = [f"{'.'.join(map(str, error['loc'])) or 'the file'}: {error['msg']}" for error in exc.errors()]
        raise SocietyError("\n  ".join([f"{path}: {len(lines)} keys are wrong", *lines])) from exc


def _loader() -> type[yaml.SafeLoader]:
    """The safe loader, by libyaml where there is one: it takes a tenth of the time."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)
