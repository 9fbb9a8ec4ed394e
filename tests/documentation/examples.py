"""The YAML examples in a checkout of CircleCI's documentation that hold jobs, each a config of its own.

A block of YAML in a page counts, and so does a file that pages include. Callouts (`<1>`) are taken off. What shows jobs
and no version gets version 2.1, and what else an excerpt leaves out is put in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML, YAMLError

from tests.documentation.completion import completed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = re.compile(r"^\[[^\]\n]*\bya?ml\b[^\]\n]*\]\n(?:\.[^\n]*\n)?-{4,}\n(.*?)^-{4,}\s*$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^```ya?ml\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_CALLOUT = re.compile(r"[ \t]*(?:#[ \t]*)?<(?:\d+|\.)>[ \t]*$", re.MULTILINE)

_HERE_DOCUMENT = re.compile(r"<<-?['\"]?[A-Z]+['\"]?(?!.*>>)")


@dataclass(frozen=True, slots=True)
class Example:
    """One config: where it stands, its text, and the jobs that it defines."""

    name: str
    text: str
    jobs: tuple[str, ...]


def examples(docs: Path) -> Iterator[Example]:
    """All that hold jobs, in the order of the files; each text once."""
    seen = set[str]()
    for path in sorted(docs.rglob("*")):
        if path.suffix not in {".adoc", ".md", ".yml", ".yaml"} or not path.is_file():
            continue
        for line, text in blocks(path):
            found = _example(f"{path.relative_to(docs)}:{line}", text)
            if found is not None and found.text not in seen:
                seen.add(found.text)
                yield found


def blocks(path: Path) -> Iterator[tuple[int, str]]:
    """The YAML in a file, each with the line where it starts, callouts taken off."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in {".yml", ".yaml"}:
        yield 1, text
        return
    for pattern in (_BLOCK, _FENCE):
        for block in pattern.finditer(text):
            yield text.count("\n", 0, block.start(1)) + 1, _CALLOUT.sub("", block[1])


def load(text: str) -> Any:
    """Plain data of a config, or None where it is no YAML."""
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = False
    try:
        return yaml.load(text)
    except (YAMLError, ValueError, TypeError):
        return None


def _example(name: str, text: str) -> Example | None:
    data = load(text)
    jobs = data.get("jobs") if isinstance(data, dict) else None
    if not isinstance(jobs, dict):
        return None
    names = tuple(str(job) for job, body in jobs.items() if isinstance(body, dict))
    if not names or any("runs-on" in body for body in jobs.values() if isinstance(body, dict)):
        return None  # the latter are of GitHub
    if "version" not in data:
        text = f"version: {'2' if _HERE_DOCUMENT.search(text) else '2.1'}\n{text}"
    return Example(name, completed(text), names)
