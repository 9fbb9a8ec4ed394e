"""Rewrite a call that reruns a build: look its workflow and its job up, then rerun that job.

The call becomes a subshell, which may stand wherever the call stood and leaves no variable behind. It ends with the
call, which keeps its options, or early, with a status other than 0, when something cannot be looked up. The lookups
take over the call's program, its token, and how it reaches the server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.shell.content import header_text
from codemods.shell.write import emit
from codemods.shell.write import payload as shell_payload
from codemods.shell.write.options import token_of
from codemods.shell.write.rewrite import CallEdits, analysed, touched
from codemods.shell.write.unset import sets_variable
from codemods.shell.write.url import UrlChange, changes_of, replaced
from migrator.circleci.api.v1_url import RERUNS
from migrator.errors import Refusal
from migrator.model import Auth, Edit, Expansion, Note, PipelineRequest, Severity, Span
from migrator.syntax.shell.resolve import template, use_of
from migrator.syntax.shell.script import parse
from migrator.syntax.text.source import OverlapError, apply_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from codemods.found import RewriteOptions
    from codemods.shell.find.sighting import Scene, ShellSighting
    from codemods.shell.write.payload import JsonLayout, Payload
    from migrator.model import RerunRequest, Template
    from migrator.syntax.shell.curl import Invocation, Option
    from migrator.syntax.shell.script import Script
    from migrator.syntax.shell.types import Command, Word, WordPiece
    from migrator.syntax.text.source import Region


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
        if sets_variable(written):
            raise _refusal(f"`{written}` changes a variable, which a subshell would keep to itself. Do that before.")
        if _STATUS.search(written):
            raise _refusal(f"`{written}` would be that of a lookup. Assign it to a variable first.")


def _expansions(command: Command) -> Iterator[WordPiece]:
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


def lookup_of(script: Script, sighting: ShellSighting, invocation: Invocation, token: str | None) -> str:
    """The program with the options of a lookup, without its URL; `token` is a header to be added. Raises Refusal."""
    options = list(dict.fromkeys(_kept(script, sighting, invocation)))
    if token is not None:
        refuse_repeated_text(token)
        options.append(f"--header={token}" if invocation.wget else f"-H {token}")
    quiet = "-q -O -" if invocation.wget else "-sSf"
    return " ".join([script.view.source(invocation.program.span), quiet, *options])


def _kept(script: Script, sighting: ShellSighting, invocation: Invocation) -> Iterator[str]:
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


def _is_kept(script: Script, sighting: ShellSighting, option: Option) -> bool:
    if option.name not in _KEPT:
        return False
    if option.name != "header":
        return True
    name = header_text(script, sighting.command, option).partition(":")[0].strip().lower()
    return name not in _BODY_HEADERS


def _from_elsewhere(script: Script, sighting: ShellSighting, invocation: Invocation, option: Option) -> str:
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
    value = emit.word(template(script, option.value, use), script, use)
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


_STEP = "  "
_FIND = "-r --argjson number \"${}\" '.items[] | select(.job_number == $number).id | strings'"
_NEXT = """-r '.next_page_token // empty | "?page-token=" + @uri'"""
_CONTINUED = re.compile(r"\\\n")


def rerun_notes(sighting: ShellSighting) -> tuple[Note, ...]:
    """What has to be said about a rerun in shell text that can be rewritten."""
    refused = any(note.severity is Severity.ERROR for note in sighting.notes)
    if sighting.trigger.endpoint not in RERUNS or refused:
        return ()
    message = "The rewritten call needs `jq` 1.5 or newer where it is made; without it, it fails and reruns nothing."
    return (Note("rerun-needs-jq", Severity.INFO, message),)


def rewrite_rerun(
    scene: Scene,
    sighting: ShellSighting,
    region: Region,
    request: RerunRequest,
    options: RewriteOptions,
    *,
    lines: bool,
) -> tuple[Edit, ...]:
    """The edits of the region's text that make the call rerun its job. Raises Refusal.

    `lines`: over several lines, if the region can hold that, and otherwise on one.
    """
    invocation = analysed(sighting)
    if any(option.source is not None for option in touched(scene, sighting, invocation)):
        message = "Options that must change come out of a variable. Write them into the call."
        raise Refusal("options-in-variable", message)
    refuse_effects(scene.script, sighting.command, invocation)
    call = _Rerun(scene, sighting, invocation, PipelineRequest(), options, request.ssh, _Names(scene.script))
    if lines:
        made = call.made(_over_lines)
        try:
            region.edits(made)
        except Refusal:
            return call.made(_on_a_line)
        return made
    return call.made(_on_a_line)


class _Names:
    """Names for the variables of the subshell that nothing else in the script has."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.build, self.workflow, self.number, self.job, self.page, self.list = map(
            self._free, ("build", "workflow", "number", "job", "page", "list")
        )

    def _free(self, name: str) -> str:
        while name in self._script.writes or self._script.uses(name):
            name = f"rerun_{name}"
        return name


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the lookups, and how deep in loops it stands."""

    depth: int
    text: str


@dataclass(frozen=True, slots=True)
class _Rerun(CallEdits):
    """The call itself, with its new URL and body, and the lookups before it."""

    ssh: bool
    names: _Names

    def made(self, written: Callable[[Iterable[_Line], str], tuple[str, str, str]]) -> tuple[Edit, ...]:
        """The edits of the region's text; `written` puts the lookups into text."""
        script, command = self.scene.script, self.sighting.command
        line = script.text[script.text.rfind("\n", 0, command.span.start) + 1 : command.span.start]
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        before, behind, step = written(self.lookups(), indent)
        gap = " " if script.text[: command.span.start].endswith("(") else ""  # `((` opens arithmetic
        end = self._end()
        payload = shell_payload.plan(self.request, self.options, script)
        edits = [
            Edit(edit.span, edit.text.replace("\\\n", f"\\\n{step}")) for edit in (*self.url(), *self.data(payload))
        ]
        edits += self._indented(edits, Span(command.span.start, end), step)
        start = self.edit(Span(command.span.start, command.span.start), gap + before)
        made = [start, *edits, self.edit(Span(end, end), behind)]
        newline = "\r\n" if "\r\n" in script.view.region else "\n"
        return tuple(Edit(edit.span, edit.text.replace("\n", newline)) for edit in dict.fromkeys(made))

    def _end(self) -> int:
        """Where the call ends: redirections behind all words go for the whole subshell."""
        words, redirects = self.sighting.command.words, self.sighting.command.simple.redirects
        last = words[-1].span.end
        return last if all(redirect.span.start > last for redirect in redirects) else self.sighting.command.span.end

    def _indented(self, edits: list[Edit], call: Span, step: str) -> Iterator[Edit]:
        """The further lines of a call that goes on behind backslashes, one step in."""
        text = self.scene.script.text
        words = [word.span for word in self.sighting.command.words]
        for found in _CONTINUED.finditer(text, call.start, call.end):
            made = self.edit(Span(found.end(), found.end()), step)
            if step and not any(span.start <= found.start() < span.end for span in words):
                try:
                    apply_edits(self.scene.script.view.region, [*edits, made])
                except OverlapError:
                    continue
                yield made

    def url(self) -> Iterator[Edit]:
        """The URL of the rerun, in the place of the old one."""
        option = self.sighting.url_option
        assert option is not None
        assert option.value is not None
        yield self.edit(option.value.span, self._below(f"/workflow/${self.names.workflow}/rerun"))

    def has_body(self) -> bool:
        """A rerun always says of which job."""
        return True

    def body_word(self, payload: Payload, at: Option | None, layout: JsonLayout | None = None) -> str:  # noqa: ARG002 - one signature
        """The job, as the only one, so that not the whole workflow runs again."""
        ssh = ', "enable_ssh": true' if self.ssh else ""
        return f"""'{{"jobs": ["'"${self.names.job}"'"]{ssh}}}'"""

    def in_place(self, option: Option, payload: Payload) -> None:
        """The old body has nothing in common with the new one."""

    def _below(self, path: str) -> str:
        """A URL below `/api/v2`, as a word; `path` is shell text. Raises Refusal."""
        assert self.sighting.url is not None
        changes = changes_of(self.sighting.url)
        version = next(change for change in changes if change.text == "v2")
        kept = [change for change in changes if change.end <= version.end]
        template = self._changed([*kept, UrlChange(version.end, len(self.sighting.url.url.text), "")])
        for part in template:
            if isinstance(part, Expansion):
                refuse_repeated_text(part.source)
        return f'"{self._written(template)}{path}"'

    def _job_url(self) -> str:
        """The URL of the job that has the number of the build, as a word."""
        assert self.sighting.url is not None
        return f'"{self._written(self._changed(changes_of(self.sighting.url)))}"'

    def _changed(self, changes: Iterable[UrlChange]) -> Template:
        assert self.sighting.url is not None
        return replaced(self.sighting.url.url.whole, list(changes), 0)

    def _written(self, template: Template) -> str:
        return emit.double_quoted(template, self.scene.script, use_of(self.sighting.command))

    def lookups(self) -> Iterator[_Line]:
        """The job by its number, then its workflow's list of jobs, page by page, until the job's id is found."""
        names, script = self.names, self.scene.script
        token = (
            token_of(script, self.sighting, use_of(self.sighting.command))
            if self.sighting.trigger.auth in {Auth.QUERY, Auth.USERINFO}
            else None
        )
        get = start_of(script, self.sighting.command, self.invocation)
        get += lookup_of(script, self.sighting, self.invocation, token)
        listed = self._below(f"/workflow/${names.workflow}/job${names.page}")
        message = f'"No job ${names.number} in workflow ${names.workflow}"'
        yield _Line(0, f"{names.build}=$({get} {self._job_url()}) || exit")
        yield _Line(0, f"{names.workflow}={_read(names.build, '-er .latest_workflow.id')} || exit")
        yield _Line(0, f"{names.number}={_read(names.build, '-er .number')} || exit")
        yield _Line(0, f"{names.job}= {names.page}=")
        yield _Line(0, f'until [ -n "${names.job}" ]; do')
        yield _Line(1, f"{names.list}=$({get} {listed}) || exit")
        yield _Line(1, f"{names.job}={_read(names.list, _FIND.format(names.number))} || exit")
        yield _Line(1, f"{names.page}={_read(names.list, _NEXT)} || exit")
        yield _Line(1, f'if [ -z "${names.job}${names.page}" ]; then echo {message} >&2; exit 1; fi')
        yield _Line(0, "done")


def _read(variable: str, arguments: str) -> str:
    """What jq prints of the JSON text in a variable."""
    return f"$(printf '%s' \"${variable}\" | jq {arguments})"


def _over_lines(lookups: Iterable[_Line], indent: str) -> tuple[str, str, str]:
    """What goes in front of the call and behind it, and how much further in its own lines go."""
    step = "\t" if "\t" in indent else _STEP
    lines = [f"{indent}{step}{step * line.depth}{line.text}" for line in lookups]
    return "\n".join(["(", *lines, f"{indent}{step}"]), f"\n{indent})", step


def _on_a_line(lookups: Iterable[_Line], indent: str) -> tuple[str, str, str]:  # noqa: ARG001 - one signature
    texts = [f"{line.text} " if line.text.endswith("; do") else f"{line.text}; " for line in lookups]
    return f"( {''.join(texts)}", " )", ""
