"""Commands that may give any variable a value without naming it: `. ./.env`, `eval "$(…)"`, `export "$line"`.

Behind one of them nothing is known of a variable that was assigned before, unless the shell refuses to change it.
Source: Bash Reference Manual, "Bourne Shell Builtins" and "Bash Builtins"; POSIX shell, 2.14.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.syntax.shell.types import Unnamed, function_around
from migrator.syntax.shell.writes import in_own_shell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from migrator.model import Span
    from migrator.syntax.shell.types import Block, Command, Word


SOURCING = frozenset({".", "source"})
_DECLARING = frozenset({"export", "readonly", "declare", "typeset", "local"})
_LOCAL = frozenset({"declare", "typeset", "local"})
_VALUED = {"read": "adinNptu", "mapfile": "dnOsuCc", "readarray": "dnOsuCc", "getopts": "", "unset": ""}
_SETUPS = ("bin/activate", "nvm.sh", ".cargo/env", "conda.sh", "sdkman-init.sh", "asdf.sh")
"""Ends of the names of scripts that tools bring, which set variables of the tool's own and no others."""
_PRINTING_NAMES = (
    "ssh-agent pyenv rbenv nodenv goenv jenv brew opam fnm minikube docker-machine dircolors conda keychain"
)
_PRINTING = frozenset(_PRINTING_NAMES.split())
"""Programs that print assignments of variables of their own for `eval`."""
_SUBSTITUTED = re.compile(r"(?:\$\(|`)\s*(?:[\w./-]*/)?([\w.-]+)")
_SEPARATOR = re.compile(r"[;&|\n]")
_ASSIGNED = re.compile(r"\s*(?:(?:export|local|declare|readonly|typeset)\s+(?:-\w+\s+)*)?[A-Za-z_]\w*\+?=")
_PLAIN_COMMAND = re.compile(r"\s*(?:[\w./-]+)\s")
APART = frozenset({"subshell", "command_substitution"})
"""Blocks that are a process of their own."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_REFERENCE = re.compile(r"-[A-Za-z]*n[A-Za-z]*\Z")
_POSITIONAL = re.compile(r"[1-9][0-9]*\Z")


def unnamed_writes(commands: Sequence[Command], functions: Mapping[str, Span], text: str) -> tuple[Unnamed, ...]:
    """Every place of a script where any variable may get a value."""
    found = (command for command in commands if _is_open(command, text))
    direct = (Unnamed(c.span, c.blocks, own=_is_local(c), argument=_argument(c, commands)) for c in found)
    return with_calls(commands, functions, direct)


def with_calls(
    commands: Sequence[Command], functions: Mapping[str, Span], direct: Iterable[Unnamed]
) -> tuple[Unnamed, ...]:
    """The places, and the calls of functions that they stand in, directly or not."""
    found = {place.span: place for place in direct}
    if not found:
        return ()
    fresh = [place for place in found.values() if not place.own]
    while fresh:
        inside = [place for place in fresh if not _is_apart(place.blocks)]
        called = (c for c in commands if c.words and c.words[0].static in functions and c.span not in found)
        fresh = [
            Unnamed(command.span, command.blocks, called=True)
            for command in called
            if any(_opens(place, command, functions) for place in inside)
        ]
        found |= {place.span: place for place in fresh}
    return tuple(found.values())


def _opens(place: Unnamed, call: Command, functions: Mapping[str, Span]) -> bool:
    """Whether the call runs the place, and does not say which variable it writes."""
    if function_around(place.blocks) != functions[call.words[0].static or ""]:
        return False
    named = call.words[place.argument : place.argument + 1] if place.argument is not None else ()
    return not any(_NAME.match(word.static or "") for word in named)


def _is_apart(blocks: tuple[Block, ...]) -> bool:
    """Whether the place is in a process of its own inside of its function, whose variables end with it."""
    inner = [block.kind for block in blocks]
    last = max((at for at, kind in enumerate(inner) if kind == "function_definition"), default=-1)
    return any(kind in APART for kind in inner[last + 1 :])


def _is_local(command: Command) -> bool:
    """Whether the variables that it makes end with the function around it."""
    texts = [word.static or "" for word in command.words]
    return bool(texts) and texts[0] in _LOCAL and not any(re.match(r"-\w*[gn]", text) for text in texts[1:])


def _is_open(command: Command, text: str) -> bool:
    words = in_own_shell(command.words)
    program = words[0].static if words else None
    match program:
        case "." | "source":
            return len(words) > 1 and not (words[1].pieces and (words[1].pieces[-1].text or "").endswith(_SETUPS))
        case "eval":
            return _evaluates_anything(words[1:], text)
        case "printf":
            texts = [word.static for word in words]
            named = words[texts.index("-v") + 1 :][:1] if "-v" in texts else ()
            return any(w.static is None for w in named) or any(w.static is None and w.lead == "-v" for w in words[1:2])
        case "let":
            return any(word.static is None and "=" not in word.lead for word in words[1:])
        case str() if program in _DECLARING:
            return _declares_anything(words[1:])
        case str() if program in _VALUED:
            return _fills_anything(words[1:], _VALUED[program], skipped=1 if program == "getopts" else 0)
    return False


def _declares_anything(words: Sequence[Word]) -> bool:
    texts = [word.static or "" for word in words]
    if any(re.match(r"-[A-Za-z]*[pfF]", text) for text in texts):
        return False
    if any(_REFERENCE.match(text) for text in texts):
        return any(word.static is None for word in words)
    return any(word.static is None and "=" not in word.lead for word in words)


def _fills_anything(words: Sequence[Word], valued: str, *, skipped: int) -> bool:
    """Whether a builtin fills a variable whose name only the run shows. `skipped`: words before the names."""
    value = False
    for word in words:
        text = word.lead
        if value:
            value = False
        elif text.startswith("-") and len(text) > 1:
            if text.startswith("-f") and not valued:
                return False  # a function is unset
            value = text[-1] in valued and text[-1] != "a" and word.static is not None
        elif skipped:
            skipped -= 1
        elif word.static is None:
            return True
    return False


def _evaluates_anything(words: Sequence[Word], text: str) -> bool:
    """Whether what `eval` runs may assign to a variable that it does not name."""
    pieces = [piece for word in words for piece in word.pieces]
    if not pieces or all(piece.text is not None for piece in pieces):
        return any(re.search(r"(?:^|[;&|\s])(?:\.|source)\s", piece.text or "") for piece in pieces)
    first = pieces[0]
    if first.text is None:
        found = _SUBSTITUTED.match(text, first.span.start, first.span.end)
        return found is None or found[1] not in _PRINTING
    if any(_SEPARATOR.search(piece.text or "") for piece in pieces):
        return True
    lead = words[0].lead + (" " if len(words) > 1 and words[0].static is not None else "")
    if _ASSIGNED.match(lead):
        return False
    name = _PLAIN_COMMAND.match(lead)
    return name is None or name[0].strip() in {*SOURCING, *_DECLARING, *_VALUED, "eval", "printf", "let"}


def _argument(command: Command, commands: Sequence[Command]) -> int | None:
    """Which argument of the function around it names the variable, when it is one: `printf -v "$1"`."""
    function = function_around(command.blocks)
    if function is None:
        return None
    pieces = (piece for word in command.words for piece in word.pieces if piece.text is None)
    name = next((piece.name for piece in pieces), None) or ""
    if _POSITIONAL.match(name):
        return int(name)
    given = [at for other in commands if function_around(other.blocks) == function for at in _held(other, name)]
    return given[0] if len(given) == 1 else None


def _held(command: Command, name: str) -> Iterator[int]:
    """Which argument the command assigns to the variable: `name=$1`, `local name="$1"`."""
    values = [a.value for a in command.simple.assignments if a.name == name and not command.words]
    if command.words and command.words[0].static in _DECLARING:
        values += [word.after(len(name) + 1) for word in command.words[1:] if word.lead == f"{name}="]
    for value in values:
        lone = value.lone
        if lone is not None and lone.name is not None and _POSITIONAL.match(lone.name):
            yield int(lone.name)
