"""Sizes and habits that a reader counts on."""

import ast
import re

import pytest
from django.conf import settings

from tests.structure.sources import BASE, files, modules, name, tree

MODULE_LINES = 400
TEST_MODULE_LINES = 600
FUNCTION_LINES = 40  # on which a statement begins: the formatter gives each argument a line of its own
LISTS = {"msme_platform/settings.py"}  # one list from top to bottom


def lines(source: str) -> int:
    return source.count("\n")


@pytest.mark.parametrize(("where", "budget"), [("house", MODULE_LINES), ("tests", TEST_MODULE_LINES)])
def test_every_module_keeps_its_budget_of_lines(where: str, budget: int) -> None:
    sizes = {name(path): lines(path.read_text(encoding="utf-8")) for path in modules(tests=where == "tests")}
    assert {path: size for path, size in sizes.items() if size > budget and path not in LISTS} == {}


def test_every_function_keeps_its_budget_of_lines() -> None:
    long = {}
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = len({part.lineno for part in ast.walk(node) if isinstance(part, ast.stmt)})
                if size > FUNCTION_LINES:
                    long[f"{name(path)}:{node.name}"] = size
    assert long == {}


def test_the_guards_of_the_database_are_never_switched_off() -> None:
    banned = re.compile(r"pgtrigger\.ignore|session_replication_role|DISABLE TRIGGER", re.IGNORECASE)
    assert [name(path) for path in modules() if banned.search(path.read_text(encoding="utf-8"))] == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    banned = re.compile(r"@pytest\.mark\.(skip|xfail)|pytest\.(skip|xfail|importorskip)\(")
    here = "tests/structure/test_modules.py"
    found = [name(path) for path in modules(tests=True) if banned.search(path.read_text(encoding="utf-8"))]
    assert [path for path in found if path != here] == []


def test_every_app_stands_in_the_import_contract() -> None:
    contract = (BASE / "pyproject.toml").read_text(encoding="utf-8")
    layers = contract[contract.index('id = "floors"') : contract.index('id = "rooms"')]
    named = set(re.findall(r"[\w.]+", layers))
    missing = {app for app in settings.FIRST_PARTY_APPS if app not in named and app.split(".")[0] not in named}
    assert missing == set()


def test_every_direct_requirement_says_what_it_is_for() -> None:
    for path in (BASE / "requirements").glob("*.in"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-c ")):
                assert re.search(r"\S\s+# \S+", line), f"{path.name}: {line}"


def test_every_pinned_requirement_has_a_hash_and_no_index_is_named() -> None:
    for path in (BASE / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        for pin in re.findall(r"^[\w.-]+==.*\n.*", text, flags=re.MULTILINE):
            assert "--hash=sha256:" in pin, pin


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    registries = re.compile(r"https?://(files|registry|deb|pypi|upload)\.")
    folders = re.compile(r"(?<![\w.])/(work|home|Users|root)/\w")
    found = []
    for path in files(".py", ".md", ".toml", ".txt", ".in", ".yml", ".html", ".js", ".css", ".po", ".json", ""):
        text = path.read_text(encoding="utf-8", errors="ignore")
        if name(path) != "tests/structure/test_modules.py" and (registries.search(text) or folders.search(text)):
            found.append(name(path))
    assert found == []
