"""Plain data as YAML in block style, equal parts shared through anchors where that is asked for."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any


def block(data: Any, *, anchors: bool = False) -> str:
    """The text of a map."""
    return "".join(f"{line}\n" for line in _Writer(data, anchors=anchors).lines(data, ""))


class _Writer:
    def __init__(self, data: Any, *, anchors: bool) -> None:
        counts = Counter(_key(part) for part in _parts(data)) if anchors else Counter[str]()
        self.shared = {key for key, count in counts.items() if count > 1}
        self.named: dict[str, str] = {}

    def lines(self, data: Any, indent: str) -> list[str]:
        if isinstance(data, dict):
            return [
                line for key, value in data.items() for line in self._entry(f"{indent}{_scalar(key)}:", value, indent)
            ]
        return [line for item in data for line in self._entry(f"{indent}-", item, indent)]

    def _entry(self, lead: str, value: Any, indent: str) -> list[str]:
        if isinstance(value, str) and "\n" in value.rstrip("\n") and value.endswith("\n"):
            return [f"{lead} |", *(f"{indent}    {line}" for line in value.splitlines())]
        if not isinstance(value, dict | list) or not value:
            return [f"{lead} {_scalar(value)}"]
        key = _key(value)
        if key in self.named:
            return [f"{lead} *{self.named[key]}"]
        anchor = ""
        inner = self.lines(value, indent + "  ")
        if key in self.shared:
            self.named[key] = f"shared{len(self.named)}"
            anchor = f" &{self.named[key]}"
        return [f"{lead}{anchor}", *inner]


def _key(part: Any) -> str:
    return json.dumps(part)


def _parts(data: Any) -> list[Any]:
    """The lists of steps and images: what configs share."""
    found = []
    if isinstance(data, dict):
        found = [value for key, value in data.items() if key in {"steps", "docker", "filters"}]
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [*found, *(part for value in inner for part in _parts(value))]


def _scalar(value: Any) -> str:
    if isinstance(value, str) and value.replace("-", "").replace("_", "").isalnum() and not value[0].isdigit():
        return value if value not in {"on", "yes", "no", "off", "true", "false", "null"} else json.dumps(value)
    return json.dumps(value)
