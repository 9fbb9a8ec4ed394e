"""Little programs kept in text files: a heading names the file, and `»` stands in front of the line of a call."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def programs(name: str) -> dict[str, tuple[tuple[int, ...], str]]:
    """The programs of a file: for each its marked lines and its text."""
    made = {}
    for section in (HERE / name).read_text().split("### ")[1:]:
        title, _, body = section.partition("\n")
        lines = body.splitlines()
        marked = tuple(number for number, line in enumerate(lines, 1) if line.startswith("»"))
        made[title] = marked, "".join(line[2:] + "\n" for line in lines)
    return made
