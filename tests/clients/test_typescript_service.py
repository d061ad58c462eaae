"""The TypeScript client and the real service."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.models import Project
from tests.clients.node import CLIENT, MODULES, copied, need_modules, npx, run
from tests.doors import under_each_server
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


@under_each_server
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


def test_the_example_of_tools_for_a_model_runs(service: str, key: str, tmp_path: Path) -> None:
    script = tmp_path / "gift-ideas.mjs"
    bundled = ["--bundle", "--packages=external", "--format=esm", f"--outfile={script}"]
    npx("esbuild", "examples/gift-ideas.ts", *bundled)
    (tmp_path / "node_modules").mkdir()
    for name, place in (("ai", MODULES / "ai"), ("memory-scope", CLIENT)):
        (tmp_path / "node_modules" / name).symlink_to(place)
    told = {"MEMORY_SCOPE_BASE_URL": service, "MEMORY_SCOPE_API_KEY": key}
    said = run("node", str(script), cwd=tmp_path, **told).splitlines()
    assert said[0] == 'remember: {"remembered":true}'
    assert said[1].startswith('recall: {"found":true')
    assert "rev_" not in said[1]


class TestPacked:
    """The package as a registry would have it, in a folder whose types are checked."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        client = copied(tmp_path)
        folder = tmp_path / "app"
        folder.mkdir()
        (folder / "package.json").write_text('{"name": "app", "private": true, "type": "module"}')
        run("npm", "pack", str(client), "--ignore-scripts", cwd=folder)
        (packed,) = (file.name for file in folder.glob("*.tgz"))
        run("npm", "install", f"./{packed}", "--offline", "--no-audit", "--no-fund", cwd=folder)
        return folder

    def test_all_that_the_readme_shows_has_sound_types(self, folder: Path) -> None:
        texts = TYPESCRIPT.findall((CLIENT / "README.md").read_text())
        plain = [text for text in texts if "memory-scope/ai" not in text]
        assert 0 < len(plain) < len(texts)
        for number, text in enumerate(plain):
            (folder / f"example{number}.ts").write_text(text)
        checked(folder, *(f"example{number}.ts" for number in range(len(plain))))
        (folder / "wrong.ts").write_text(WRONG)
        with pytest.raises(AssertionError, match="TS2322"):
            checked(folder, "wrong.ts")

    def test_tools_find_the_sdk_of_the_folder(self, folder: Path) -> None:
        """The SDK's own types lack a package of types: they are not ours to check."""
        (folder / "node_modules" / "ai").symlink_to(MODULES / "ai")
        run("node", "--input-type=module", "--eval", 'await import("memory-scope/ai")', cwd=folder)
        texts = TYPESCRIPT.findall((CLIENT / "README.md").read_text())
        (folder / "tools.ts").write_text(next(text for text in texts if "memoryTools" in text))
        (folder / "example.ts").write_text((CLIENT / "examples/gift-ideas.ts").read_text())
        checked(folder, "--skipLibCheck", "tools.ts", "example.ts")


def checked(folder: Path, *arguments: str) -> None:
    """Check types as strictly as can be. Fails, in the checker's words, if they are unsound."""
    how = "--noEmit --strict --module nodenext --target es2022 --lib es2022,dom --types node"
    of_node = ["--typeRoots", str(MODULES / "@types")]
    run(str(MODULES / ".bin" / "tsc"), *how.split(), *of_node, *arguments, cwd=folder)
