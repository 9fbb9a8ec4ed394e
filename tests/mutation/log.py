"""What a run has done so far: the sites that tests come by, and what became of sites."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class Log:
    """What is done: the hits of test modules, and what became of sites."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.modules: dict[str, dict[str, Any]] = {}
        self.results: dict[str, dict[str, Any]] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            self._take(json.loads(line))

    def _take(self, entry: dict[str, Any]) -> None:
        if "module" in entry:
            self.modules[entry["module"]] = entry
        else:
            self.results[entry["site"]] = entry

    def add(self, **entry: Any) -> None:
        self._take(entry)
        with self._path.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def tests_of(self, key: str) -> dict[str, float]:
        """Tests that come by a site → seconds."""
        return {name: took for entry in self.modules.values() for name, took in entry["hits"].get(key, {}).items()}
