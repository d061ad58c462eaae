"""The TypeScript client by itself: its types, its style, its build, and what needs no service."""

from __future__ import annotations

import filecmp
import gzip
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.clients.node import CLIENT, need_modules, npx, run

MOST_LINES = 300
MOST_BYTES, MOST_COMPRESSED = 16_700, 7_820


@pytest.fixture(autouse=True)
def modules() -> None:
    need_modules()


def test_its_types_are_sound() -> None:
    npx("tsc", "--noEmit")


def test_its_style_is_kept() -> None:
    npx("biome", "check", "--error-on-warnings", ".")


def test_its_own_tests_pass() -> None:
    npx("vitest", "run", "--exclude", "tests/service*.test.ts")


class TestBuild:
    def test_what_is_kept_is_what_the_sources_make(self, tmp_path: Path) -> None:
        """A folder from a clone can be installed as it is, so what is built is kept."""
        built = tmp_path / "dist"
        run("node", "build.mjs", str(built))
        names = sorted(file.name for file in built.iterdir())
        assert names == sorted(file.name for file in (CLIENT / "dist").iterdir())
        same, *others = filecmp.cmpfiles(built, CLIENT / "dist", names, shallow=False)
        assert (sorted(same), others) == (names, [[], []]), "run: npm run build"

    def test_it_is_small(self, tmp_path: Path) -> None:
        """As an application's bundler makes it, of all that `new MemoryScope()` leads to."""
        app = tmp_path / "app.js"
        app.write_text(
            'import { MemoryScope } from "memory-scope";\nexport default new MemoryScope();'
        )
        itself = f"--alias:memory-scope={CLIENT / 'dist/index.js'}"
        small = npx("esbuild", str(app), "--bundle", itself, "--minify", "--format=esm").encode()
        assert len(small) < MOST_BYTES
        assert len(gzip.compress(small)) < MOST_COMPRESSED

    def test_it_needs_no_package_and_nothing_of_node(self) -> None:
        package = json.loads((CLIENT / "package.json").read_text())
        assert "dependencies" not in package
        imports = r"""(?:from|import|require)\s*\(?\s*["']([^"']+)"""
        assert re.findall(imports, built_text()) == []
        assert set(re.findall(imports, built_text("ai.js"))) == {"ai"}
        assert package["peerDependenciesMeta"] == {"ai": {"optional": True}}

    def test_what_an_import_leads_to_is_there_and_has_its_map(self) -> None:
        package = json.loads((CLIENT / "package.json").read_text())
        for target in (one for export in package["exports"].values() for one in paths(export)):
            assert (CLIENT / target).is_file(), target
        for name in ("index.js", "ai.js"):
            assert built_text(name).rstrip().endswith(f"//# sourceMappingURL={name}.map")
            told = json.loads((CLIENT / f"dist/{name}.map").read_text())
            assert len(told["sources"]) == len(told["sourcesContent"]) > 0
            assert not [source for source in told["sources"] if not source.startswith("../src/")]

    def test_a_package_holds_what_is_built_and_nothing_else(self) -> None:
        (packed,) = json.loads(run("npm", "pack", "--dry-run", "--json", "--ignore-scripts"))
        others = {"package.json", "README.md", "CHANGELOG.md"}
        names = {file["path"] for file in packed["files"]}
        assert others <= names
        assert {name.partition("/")[0] for name in names - others} == {"dist"}

    def test_its_version_is_told_once(self) -> None:
        package = json.loads((CLIENT / "package.json").read_text())
        assert f'VERSION = "{package["version"]}"' in (CLIENT / "src/version.ts").read_text()


def test_the_lock_file_names_no_address() -> None:
    text = (CLIENT / "package-lock.json").read_text()
    locked = json.loads(text)["packages"]
    assert not [name for name, one in locked.items() if name and "integrity" not in one]
    assert "resolved" not in text
    assert not re.findall(r"https?://(?!opencollective|github\.com|www\.)\S+\.tgz", text)


def test_the_lock_file_holds_all_that_is_asked_for(tmp_path: Path) -> None:
    """Also what npm would leave out where a registry lacks it: `npm ci` refuses to begin then."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(CLIENT / name, tmp_path)
    run("npm", "ci", "--dry-run", "--offline", "--no-audit", "--no-fund", cwd=tmp_path)


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    files = [file for folder in ("src", "tests") for file in (CLIENT / folder).glob("*.ts")]
    assert len(files) > 20
    lengths = {file.name: len(file.read_text().splitlines()) for file in files}
    too_long = {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    assert too_long == {}


def built_text(name: str = "index.js") -> str:
    return (CLIENT / "dist" / name).read_text()


def paths(export: str | dict[str, str]) -> list[str]:
    return [export] if isinstance(export, str) else list(export.values())
