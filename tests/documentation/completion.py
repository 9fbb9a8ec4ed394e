"""An excerpt of a config with what it leaves out, so that CircleCI would take it: steps, an executor, orbs, jobs.

What stands there stays as it is; only lines are put in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXECUTORS = {"docker", "machine", "macos", "executor"}
_NO_STEPS = {"approval", "release", "no-op", "lock", "unlock"}
_STUBS = {
    "orbs": "{}: acme/{}@1.0.0",
    "executors": '{}: {{docker: [{{image: "cimg/base:2026.01"}}]}}',
    "jobs": '{}: {{docker: [{{image: "cimg/base:2026.01"}}], steps: [checkout]}}',
}


def completed(text: str) -> str:
    """The whole config."""
    data = YAML().load(text)
    lines: dict[int, list[str]] = {}
    for name, job in _maps(data.get("jobs")):
        missing = list(_missing(job))
        line, column = _place(job)
        if missing and line > data["jobs"].lc.key(name)[0]:
            lines[line] = [f"{' ' * column}{each}" for each in missing]
    end: list[str] = []
    for section, names in _unknown(data).items():
        stubs = [_STUBS[section].format(name, name) for name in dict.fromkeys(names)]
        if section not in data:
            end += [f"{section}:", *(f"  {stub}" for stub in stubs)]
        elif isinstance(data[section], dict) and data[section] and not data[section].fa.flow_style():
            line, column = _place(data[section])
            lines[line] = [*(f"{' ' * column}{stub}" for stub in stubs), *lines.get(line, [])]
    found = []
    for number, line_text in enumerate(text.splitlines()):
        found += [*lines.get(number, []), line_text]
    return "\n".join([*found, *end]) + "\n"


def _place(node: Any) -> tuple[int, int]:
    line, column = node.lc.key(next(iter(node))) if node else (0, 0)
    return line, column


def _maps(section: Any) -> Iterator[tuple[str, Any]]:
    yield from ((k, v) for k, v in (section.items() if isinstance(section, dict) else ()) if isinstance(v, dict))


def _missing(job: Any) -> Iterator[str]:
    if job.get("type") in _NO_STEPS:
        return
    if not _EXECUTORS & set(job):
        yield 'docker: [{image: "cimg/base:2026.01"}]'
    if "steps" not in job:
        yield "steps: [checkout]"


def _unknown(data: Any) -> dict[str, list[str]]:
    """By section, the names that are used and nowhere defined."""
    used: dict[str, list[str]] = {"orbs": [], "executors": [], "jobs": []}
    executors = [body.get("executor") for section in ("jobs", "executors") for _, body in _maps(data.get(section))]
    names = [each.get("name") if isinstance(each, dict) else each for each in executors]
    used["executors"] = [name for name in names if isinstance(name, str) and "/" not in name and "<<" not in name]
    entries = [entry for _, workflow in _maps(data.get("workflows")) for entry in _entries(workflow.get("jobs"))]
    used["jobs"] = [name for name in entries if "/" not in name]
    steps = [name for _, job in _maps(data.get("jobs")) for name in _entries(job.get("steps"))]
    steps += [name for _, command in _maps(data.get("commands")) for name in _entries(command.get("steps"))]
    slashed = [name for name in [*names, *entries, *steps] if isinstance(name, str) and "/" in name and "." not in name]
    used["orbs"] = [name.split("/")[0] for name in slashed]
    groups = data.get("job-groups") or {}
    known = {section: {*(data.get(section) or {}), *(groups if section == "jobs" else ())} for section in used}
    return {
        section: found for section, names in used.items() if (found := [n for n in names if n not in known[section]])
    }


def _entries(items: Any) -> Iterator[str]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict) and len(item) == 1:
            ((name, options),) = item.items()
            if isinstance(name, str) and not (isinstance(options, dict) and options.get("type") == "approval"):
                yield name
