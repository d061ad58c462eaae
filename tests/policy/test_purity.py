"""The policy is plain Python: it loads, and so can be read and tested, without the rest."""

import subprocess
import sys
from pathlib import Path

import memory.policy

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    f"memory.policy.{path.stem}"
    for path in Path(memory.policy.__path__[0]).glob("*.py")
    if path.stem != "__init__"
)
PROGRAM = """
import importlib, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    importlib.import_module(name)
packages = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(packages - set(sys.stdlib_module_names)))
"""


class TestPurity:
    def test_every_module_of_the_policy_is_looked_at(self) -> None:
        assert {"memory.policy.access", "memory.policy.merging"} <= set(MODULES)

    def test_the_policy_loads_nothing_but_itself_and_the_standard_library(self) -> None:
        loaded = subprocess.run(
            [sys.executable, "-c", PROGRAM, *MODULES],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert loaded.stdout.split() == ["memory"]
