"""The files of the house, for the tests that read them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

BASE: Path = settings.BASE_DIR


@cache
def files(*suffixes: str) -> list[Path]:
    """Files that git tracks, or would: what lies about ignored is nobody's business."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=BASE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = (BASE / name for name in listed.split("\0") if name)
    return sorted(path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes))


def modules(*, tests: bool = False) -> Iterator[Path]:
    """Our Python modules, without what Django writes."""
    for path in files(".py"):
        parts = path.relative_to(BASE).parts
        if "migrations" not in parts and (parts[0] == "tests") == tests:
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """A file's name as a person writes it."""
    return path.relative_to(BASE).as_posix()
