"""What the lookups of a rerun take over from the call: its program, its token, how it reaches the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from codemods.shell.read.body import header_text
from codemods.shell.write import emit as shell_emit
from migrator.errors import Refusal
from migrator.model import Span
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemods.shell.find.sighting import Sighting
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Command, Script
    from migrator.syntax.shell.word import Piece, Word

_CURL_NAMES = """
    user header oauth2-bearer netrc netrc-file netrc-optional anyauth basic digest negotiate ntlm location
    location-trusted cacert capath ca-native cert cert-type key key-type pass insecure proto proxy proxy-user
    proxy-header proxy-insecure proxy-cacert preproxy noproxy socks5 socks5-hostname socks4 socks4a connect-timeout
    max-time retry retry-delay retry-max-time retry-connrefused retry-all-errors ipv4 ipv6 resolve connect-to interface
    unix-socket dns-servers doh-url http1.1 http2 tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tls-max user-agent compressed
"""
_WGET_NAMES = """
    header user password http-user http-password auth-no-challenge no-check-certificate ca-certificate ca-directory
    certificate certificate-type private-key timeout connect-timeout read-timeout dns-timeout tries retry-connrefused
    inet4-only inet6-only prefer-family no-proxy proxy-user proxy-password secure-protocol user-agent execute
"""
_KEPT = frozenset((_CURL_NAMES + _WGET_NAMES).split())
_HARMLESS = frozenset({"silent", "show-error", "fail", "fail-with-body", "q", "quiet", "no-verbose"})
_BODY_HEADERS = frozenset({"accept", "content-type", "content-length"})
_PREFIXES = frozenset({"command", "env", "timeout", "gtimeout", "nice", "sudo", "doas", "torsocks"})
_READING_NAMES = "cat echo printf head tail grep cut tr jq base64 basename dirname whoami hostname pwd"
_READING = frozenset(_READING_NAMES.split())
_ASSIGNS = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*:?=")
_COUNTS = re.compile(r"\+\+|--|(?<![=!<>])=(?!=)")
_STATUS = re.compile(r"\$\{?[?_](?![A-Za-z0-9_])")


def refuse_effects(script: Script, command: Command, invocation: Invocation) -> None:
    """Raise Refusal where the call cannot be put into a subshell, behind other commands, and mean the same."""
    if command.backtick:
        raise Refusal(
            "backticks", "Backticks would change the lookups. Put `$(…)` around the call, then run this again."
        )
    if any(redirect.heredoc is not None for redirect in command.simple.redirects):
        raise _refusal("The call reads a here-document, which a rerun has no use for. Remove it.")
    if invocation.all("config"):
        raise _refusal("curl reads more options from a file (`-K`), which the lookups would need in part.")
    if any(option.value is not None and option.value.static == "@-" for option in invocation.all("header")):
        raise _refusal("The headers of the call come from standard input, which can be read only once.")
    for piece in _expansions(command):
        written = script.text[piece.span.start : piece.span.end]
        if _ASSIGNS.search(written) or (written.startswith("$((") and _COUNTS.search(written)):
            raise _refusal(f"`{written}` changes a variable, which a subshell would keep to itself. Do that before.")
        if _STATUS.search(written):
            raise _refusal(f"`{written}` would be that of a lookup. Assign it to a variable first.")


def _expansions(command: Command) -> Iterator[Piece]:
    values = [assignment.value for assignment in command.simple.assignments]
    targets = [redirect.target for redirect in command.simple.redirects]
    for word in (*values, *command.words, *targets):
        yield from (piece for piece in word.pieces if piece.text is None)


def start_of(script: Script, command: Command, invocation: Invocation) -> str:
    """What stands in front of the program: assignments, and commands like `env` that run it. Raises Refusal."""
    if invocation.program not in command.words:
        raise _refusal(f"`{_name(invocation)}` comes out of a variable. Write it there.")
    program = invocation.program.span
    at = command.words.index(invocation.program)
    name = (command.words[0].static or "").rpartition("/")[2]
    if at and name not in _PREFIXES:
        raise _refusal(f"`{name}` runs the call, and would have to run the lookups. Call {_name(invocation)} itself.")
    if any(redirect.span.start < program.start for redirect in command.simple.redirects):
        raise _refusal("A redirection stands in front of the call. Put it behind.")
    for word in (*(assignment.value for assignment in command.simple.assignments), *command.words[:at]):
        _refuse_repeated(script, word)
    return script.view.source(Span(command.span.start, program.start))


def lookup_of(script: Script, sighting: Sighting, invocation: Invocation, token: str | None) -> str:
    """The program with the options of a lookup, without its URL; `token` is a header to be added. Raises Refusal."""
    options = list(dict.fromkeys(_kept(script, sighting, invocation)))
    if token is not None:
        refuse_repeated_text(token)
        options.append(f"--header={token}" if invocation.wget else f"-H {token}")
    quiet = "-q -O -" if invocation.wget else "-sSf"
    return " ".join([script.view.source(invocation.program.span), quiet, *options])


def _kept(script: Script, sighting: Sighting, invocation: Invocation) -> Iterator[str]:
    for option in invocation.options:
        if not _is_kept(script, sighting, option):
            continue
        if option.source is not None or option.indirect:
            yield _from_elsewhere(script, sighting, invocation, option)
            continue
        if option.value is not None:
            _refuse_repeated(script, option.value)
        source = script.view.source(option.span)
        yield f"-{source}" if option.clustered else source


def _is_kept(script: Script, sighting: Sighting, option: Option) -> bool:
    if option.name not in _KEPT:
        return False
    if option.name != "header":
        return True
    name = header_text(script, sighting.command, option).partition(":")[0].strip().lower()
    return name not in _BODY_HEADERS


def _from_elsewhere(script: Script, sighting: Sighting, invocation: Invocation, option: Option) -> str:
    """An option out of a variable or an array: all that comes out of it, where a lookup may have all of that."""
    others = [other for other in invocation.options if other.source is option.source]
    if option.source is not None and all(other.name in _KEPT | _HARMLESS for other in others):
        return script.view.source(option.source.span)
    if option.indirect or option.condition is not None:
        message = "Options that no lookup may have come out of a variable. Write them into the call."
        raise Refusal("options-in-variable", message)
    if option.value is None:
        return f"--{option.name}"
    use = use_of(sighting.command)
    value = shell_emit.word(template(script, option.value, use), script, use)
    refuse_repeated_text(value)
    return f"--{option.name} {value}"


def _refuse_repeated(script: Script, word: Word) -> None:
    for piece in word.pieces:
        if piece.text is None:
            refuse_repeated_text(script.text[piece.span.start : piece.span.end])


def refuse_repeated_text(written: str) -> None:
    """Raise Refusal for shell text that the lookups evaluate again, and that runs what does not only read."""
    if "$(" not in written.replace("$((", "") and "`" not in written:
        return
    if not all(_reads(command) for command in parse(f": {written}", templated=False).commands[1:]):
        raise _refusal(f"`{written}` would run several times. Assign its output to a variable first.")


def _reads(command: Command) -> bool:
    if command.simple.failure or any(redirect.operator not in {"<", "<<<"} for redirect in command.simple.redirects):
        return False
    return not command.words or (command.words[0].static or "") in _READING


def _name(invocation: Invocation) -> str:
    return "wget" if invocation.wget else "curl"


def _refusal(message: str) -> Refusal:
    return Refusal("rerun", message)
