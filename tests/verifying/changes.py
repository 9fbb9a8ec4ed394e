"""Small changes to plain data, by path, as functions that can be applied to a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[Any, ...]
Change = Callable[[Any], None]


def at(data: Any, path: Path) -> Any:
    """What stands at the path."""
    for key in path:
        data = data[key]
    return data


def drop(*path: Any) -> Change:
    """Take out the entry or item at the path."""

    def change(data: Any) -> None:
        at(data, path[:-1]).pop(path[-1])

    return change


def put(path: Path, value: Any) -> Change:
    """Set the entry or item at the path."""

    def change(data: Any) -> None:
        at(data, path[:-1])[path[-1]] = value

    return change


def insert(path: Path, index: int, value: Any) -> Change:
    """Insert into the list at the path."""

    def change(data: Any) -> None:
        at(data, path).insert(index, value)

    return change


def later(path: Path, index: int) -> Change:
    """Swap an item of the list at the path with the one behind it."""

    def change(data: Any) -> None:
        items = at(data, path)
        items.insert(index, items.pop(index + 1))

    return change


def rename(path: Path, name: str) -> Change:
    """Give the entry at the path another key, in the same place."""

    def change(data: Any) -> None:
        holder = at(data, path[:-1])
        pairs = [(name if key == path[-1] else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(pairs)

    return change


def grow(path: Path) -> Change:
    """Change the text at the path: inside its closing quote, if it has one."""

    def change(data: Any) -> None:
        text = at(data, path)
        at(data, path[:-1])[path[-1]] = f'{text[:-1]}x"' if text.endswith('"') else f"{text}x"

    return change


def texts(data: object, path: Path = ()) -> Iterator[Path]:
    """The paths of all texts below the path."""
    match data:
        case dict():
            for key, value in data.items():
                yield from texts(value, (*path, key))
        case list():
            for index, item in enumerate(data):
                yield from texts(item, (*path, index))
        case str() if path:
            yield path
