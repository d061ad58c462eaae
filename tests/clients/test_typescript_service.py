"""The TypeScript client and the real service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.models import Project
from tests.clients.node import CLIENT, copied, need_modules, npx, run
from tests.makers import make_key

TYPESCRIPT = re.compile(r"^```typescript\n(.*?)^```", re.DOTALL | re.MULTILINE)
WRONG = """
import { MemoryScope } from "memory-scope";
await new MemoryScope().policy.check({ scope: "moods", purpose: "suggest songs" });
"""


@pytest.fixture(autouse=True)
def modules() -> None:
    need_modules()


@pytest.fixture
def key(project: Project) -> str:
    return make_key(project)[1]


def test_it_does_what_it_promises(service: str, project: Project, key: str) -> None:
    _, writer = make_key(project, "Writer", permissions=["memory:write"])
    said = npx(
        "vitest",
        "run",
        "tests/service",
        TEST_SERVICE_URL=service,
        TEST_SERVICE_KEY=key,
        TEST_SERVICE_WRITER_KEY=writer,
    )
    assert "skipped" not in said


def test_a_first_memory_takes_a_folder_and_ten_lines(
    service: str, key: str, tmp_path: Path
) -> None:
    """As the README says, from a clone in which nobody built or installed anything."""
    client = copied(tmp_path)
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "app", "private": true, "type": "module"}')
    run("npm", "install", str(client), "--offline", "--no-audit", "--no-fund", cwd=folder)
    assert not (client / "node_modules").exists()
    quickstart = TYPESCRIPT.findall((CLIENT / "README.md").read_text())[0]
    assert len([line for line in quickstart.splitlines() if line.strip()]) <= 10
    (folder / "first.mjs").write_text(quickstart)
    told = {"MEMORY_SCOPE_BASE_URL": service, "MEMORY_SCOPE_API_KEY": key}
    said = run("node", "first.mjs", cwd=folder, **told)
    assert said == "{ likes: [ 'pizza' ], dislikes: [], settings: {} }\n"


def test_a_packed_one_has_types_for_whoever_checks_them(tmp_path: Path) -> None:
    client = copied(tmp_path)
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "app", "private": true, "type": "module"}')
    run("npm", "pack", str(client), "--ignore-scripts", cwd=folder)
    (packed,) = folder.glob("*.tgz")
    run("npm", "install", f"./{packed.name}", "--offline", "--no-audit", "--no-fund", cwd=folder)
    for number, text in enumerate(TYPESCRIPT.findall((CLIENT / "README.md").read_text())):
        (folder / f"example{number}.ts").write_text(text)
    types = ["--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"]
    files = sorted(file.name for file in folder.glob("*.ts"))
    assert files
    tsc = str(CLIENT / "node_modules" / ".bin" / "tsc")
    run(
        tsc,
        "--noEmit",
        *types,
        "--typeRoots",
        str(CLIENT / "node_modules/@types"),
        "--types",
        "node",
        *files,
        cwd=folder,
    )
    (folder / "wrong.ts").write_text(WRONG)
    with pytest.raises(AssertionError, match="TS2322"):
        run(tsc, "--noEmit", *types, "wrong.ts", cwd=folder)
