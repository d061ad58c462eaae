"""How the code is built: imports point down and never in a circle, plain modules stay plain."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import grimp
import pytest

from config.environment import BASE_DIR
from memory import policy

TOOLS = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["tool"]
PACKAGES: list[str] = TOOLS["importlinter"]["root_packages"]
CONTRACTS = {contract["id"]: contract for contract in TOOLS["importlinter"]["contracts"]}
PLAIN = [
    *CONTRACTS["plain"]["source_modules"],
    *(f"memory.policy.{module.name}" for module in pkgutil.iter_modules(policy.__path__)),
]

MOST_LINES = 300
LONGER = {
    "config/settings.py": "one file, because people look for all settings in one file",
    "tests/memory/bad_requests.py": "a table of bad requests, and nothing to follow",
}


def test_imports_point_down() -> None:
    ran = subprocess.run(
        [f"{sys.prefix}/bin/lint-imports", "--no-cache"],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout


class TestCircles:
    def test_no_modules_import_each_other_in_a_circle(self) -> None:
        graph = grimp.build_graph(*PACKAGES, cache_dir=None)
        ours = {name for name in graph.modules if "migrations" not in name.split(".")}
        imports = {name: graph.find_modules_directly_imported_by(name) & ours for name in ours}
        assert all(any(name.startswith(package) for name in ours) for package in PACKAGES)
        found = circle(imports)
        assert not found, " imports ".join(found)

    def test_one_would_be_found(self) -> None:
        imports = {"a": {"b", "x"}, "b": {"c"}, "c": {"a", "x"}, "d": {"a"}, "x": set[str]()}
        found = circle(imports)
        assert set(found) == {"a", "b", "c"}
        assert all(imported in imports[importer] for importer, imported in pairwise(found))
        assert found[0] == found[-1]

    def test_what_two_import_is_no_circle(self) -> None:
        assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Return modules of which each imports the next, and the last is the first; or none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        imported_by: list[str] = error.args[1]
        return imported_by[::-1]
    return []


@pytest.mark.parametrize("module", PLAIN)
def test_a_plain_module_loads_without_django(module: str) -> None:
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, check=True
    )
    loaded = set(ran.stdout.split())
    assert module.split(".")[0] in loaded
    assert not loaded & set(CONTRACTS["plain"]["forbidden_modules"])


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lengths = {
        str(module.relative_to(BASE_DIR)): len(module.read_text().splitlines())
        for folder in (*PACKAGES, "tests", "bench", "clients/python")
        for module in modules_in(BASE_DIR / folder)
    }
    too_long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert too_long.keys() == LONGER.keys(), too_long


def modules_in(folder: Path) -> Iterator[Path]:
    """Yield what people write and read: migrations are tables, and written by Django."""
    assert folder.is_dir()
    for module in folder.rglob("*.py"):
        if not {"migrations", "node_modules"} & set(module.relative_to(BASE_DIR).parts):
            yield module


def test_types_are_loosened_only_where_allauth_is_subclassed() -> None:
    loosened = [
        name
        for override in TOOLS["mypy"]["overrides"]
        if override.keys() != {"module", "ignore_missing_imports"}
        for name in override["module"]
    ]
    assert loosened
    assert [name for name in loosened if not subclasses_allauth(name)] == []


def subclasses_allauth(name: str) -> bool:
    return any(
        value.__module__ == name and base.__module__.startswith("allauth.")
        for value in vars(import_module(name)).values()
        if isinstance(value, type)
        for base in value.__mro__
    )
