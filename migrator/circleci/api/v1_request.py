"""Turn what a v1/v1.1 request carries into a `V1Trigger`.

Source: CircleCI API v1.1 reference, "Trigger a new job"; "Inject environment variables with the API" for
`build_parameters`: every value reaches the job as a string, numbers and nested JSON as their JSON text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from migrator.circleci.api.reruns import server_note
from migrator.circleci.api.v1_url import RERUNS
from migrator.errors import Refusal
from migrator.model import (
    Auth,
    Endpoint,
    Expansion,
    Note,
    Severity,
    Template,
    V1Trigger,
    Value,
    flatten,
    literal,
    source,
    static,
    values,
)
from migrator.syntax.json import JsonArray, JsonBare, JsonObject, JsonScalar, JsonString, json_text
from migrator.syntax.request import FORM_TYPE, LENGTHS, is_json_media
from migrator.template import is_placeholder, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.circleci.api.v1_url import TriggerUrl
    from migrator.syntax.json import Json

_BUILD_PARAMETER = re.compile(r"build_parameters\[([^\[\]]*)\]\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KNOWN = frozenset({"job", "revision", "tag", "branch"})
_REFS = frozenset({"revision", "tag"})
_WITHOUT_EFFECT = frozenset({"parallel", "notify", "no_cache", "no_dependency_cache"})
TOKEN_FIELDS = frozenset({"circle-token", "circle_token"})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a request carries: `job`, `revision`, … or `build_parameters[NAME]`, and its value."""

    name: str
    value: Value

    @property
    def variable(self) -> str | None:
        """The build parameter that the field is, or None."""
        found = _BUILD_PARAMETER.match(self.name)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Reading:
    """A trigger as its call makes it, and what has to be said about how the call makes it."""

    trigger: V1Trigger
    notes: tuple[Note, ...] = ()


def form_field(name: Template, value: Value) -> Field:
    """A field of a form or a query. Raises Refusal for a name that is known only at run time."""
    known = static(name)
    if known is None:
        raise Refusal(
            "dynamic-field",
            f"The field name `{source(name)}` is known only at run time. Write the names out, then run this again.",
        )
    return Field(known.strip(), value)


def about_query(fields: Iterable[Field]) -> Iterator[Note]:
    """What is to say about fields in the URL's query, where only the token is documented (CircleCI v1 reference).

    One user's job name had no effect there, and v1.1 ran `build` (circleci-docs issue 3219).
    """
    names = [field.name for field in fields if field.variable is not None or field.name in _KNOWN]
    if names:
        listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
        text = f"The URL's query carries {listed}, which v1.1 may have ignored; the call is taken for what it says."
        yield Note("query-fields", Severity.WARNING, text)


class BodyKind(StrEnum):
    """What the bytes of a body are."""

    JSON = "json"
    FORM = "form"
    MULTIPART = "multipart"


def about_type(kind: BodyKind, types: Iterable[str]) -> Iterator[Note]:
    """What is to say about a body that is declared to be something else. `types` are the values of `Content-Type`.

    Without any, or with one that does not fit, v1.1 may have read no fields at all. An empty text stands for a header
    without a value, or with one that is known only at run time.
    """
    given = tuple(types)
    if given and all(_fits(kind, value) for value in given):
        return
    if kind is BodyKind.JSON:
        text = "The call sends JSON without saying so, which v1.1 may have ignored; it is taken for what it says."
        yield Note("json-without-type", Severity.WARNING, text)
        return
    said = " and ".join(f"`{value}`" for value in given if value)
    how = f"and says that it is {said}" if said else "without saying so"
    text = f"The call sends a form {how}, which v1.1 may have ignored; it is taken for what it is."
    yield Note("form-without-type", Severity.WARNING, text)


def _fits(kind: BodyKind, content_type: str) -> bool:
    media = content_type.partition(";")[0].strip().lower()
    match kind:
        case BodyKind.JSON:
            return is_json_media(content_type)
        case BodyKind.FORM:
            return media == FORM_TYPE
    return media == "multipart/form-data"


FURTHER_FIELDS = re.compile(r"&(?:build_parameters\[|(?:job|revision|tag|branch|parallel)=)")
"""Text that brings further fields where it is put into a form."""


_PLAIN_BRANCHES = (
    *("CIRCLE_BRANCH", "GITHUB_REF_NAME", "GITHUB_HEAD_REF", "GITHUB_BASE_REF", "github.ref_name", "github.head_ref"),
    *("CI_COMMIT_REF_NAME", "CI_COMMIT_BRANCH", "TRAVIS_BRANCH", "BUILDKITE_BRANCH", "BITBUCKET_BRANCH", "GIT_BRANCH"),
    *("BRANCH_NAME", "Build.SourceBranchName", "pipeline.git.branch", "git "),
)
"""What gives branches by their plain names: variables of build services, and git itself."""


def about_branch(written: Template | None, plain: Template | None) -> Iterator[Note]:
    """What a rewrite assumes of a branch in the URL: as it is written, and with what encodes it taken off.

    v1.1 decoded `%2F` there (CircleCI docs: API v1.1 reference); in v2's JSON it is a part of the name.
    """
    sent = {part.source for part in flatten(plain or ()) if isinstance(part, Expansion) and part.plain is None}
    raw = [
        part.source
        for part in written or ()
        if isinstance(part, Expansion)
        and values((part,)) is None
        and any(isinstance(inner, Expansion) and inner.source in sent for inner in flatten((part,)))
    ]
    known = [source for source in raw if is_placeholder(source) or any(name in source for name in _PLAIN_BRANCHES)]
    open_ = dict.fromkeys(source for source in raw if source not in known)
    if open_:
        listed = ", ".join(dict.fromkeys(f"`{shown(source)}`" for source in open_))
        text = f"v2 gets {listed} as it is. Where it holds a percent-encoded branch, give it the plain name now."
        yield Note("branch-as-it-is", Severity.INFO, text)


def about_condition(name: str) -> str:
    """What to do with a field of this name that is sent only under a condition, as the end of a message."""
    if name in {"tag", "branch"}:
        return ": v2 takes either a branch or a tag, and what v1.1 made of both is not known. Make a call for each."
    return ". Send it always, then run this again."


def assumed_of_values(kind: BodyKind, names: Iterable[str]) -> Iterator[Note]:
    """What a rewrite assumes of values that only the run shows, and that the caller puts into a body unencoded."""
    listed = ", ".join(f"`{name}`" for name in dict.fromkeys(names))
    if listed and kind is BodyKind.FORM:
        text = f"The value of {listed} stands unencoded in a form. It is taken to hold no `&`, behind which v1.1 read "
        text += "another field; `%` and `+`, which v1.1 decoded, now arrive as they are."
        yield Note("form-characters", Severity.INFO, text)
    elif listed and kind is BodyKind.MULTIPART:
        text = f"curl's `-F` reads the value of {listed}. It is taken to hold no `;`, and to begin with no blank, `@`, "
        yield Note("form-characters", Severity.INFO, text + "`<`, `(` or quote: v1.1 got something else for those.")


def refuse_length(headers: Iterable[str]) -> None:
    """Raise Refusal when the call itself says how long its body is, by the names of its headers."""
    name = next((name for name in headers if name.strip().lower() in LENGTHS), None)
    if name is not None:
        raise Refusal("content-length", f"`{name.strip()}` is that of the old body. Leave the header out.")


def refuse_further_fields(name: str, definitions: Iterable[str]) -> None:
    """Raise Refusal when what defines a value in a form has further fields in it, which are sent only sometimes."""
    if any(FURTHER_FIELDS.search(text) for text in definitions):
        message = f"`{name}` may bring further fields into the form. Write the fields into the call."
        raise Refusal("special-value", message)


def json_fields(body: Json) -> tuple[Field, ...]:
    """The fields of a JSON body. Raises Refusal for what v1.1 could not use or v2 cannot say."""
    if not isinstance(body, JsonObject):
        raise Refusal("payload-not-json", "The body is JSON, but not an object. Look at what it should be.")
    return tuple(field for key, value in body.items for field in _json_field(key, value))


def _json_field(key: Template, value: Json) -> Iterator[Field]:
    name = form_field(key, Value(())).name
    if name != "build_parameters":
        if not (isinstance(value, JsonScalar) and value.text == "null"):
            yield Field(name, _json_value(name, value))
        return
    match value:
        case JsonObject(items):
            for inner, item in items:
                variable = form_field(inner, Value(())).name
                yield Field(f"build_parameters[{variable}]", _json_value(variable, item))
        case _:
            raise Refusal("parameters-not-a-map", "`build_parameters` is not a map of names to values. Write one.")


def _json_value(name: str, value: Json) -> Value:
    match value:
        case JsonString(template, exact):
            return Value(template, exact)
        case JsonScalar("null"):
            raise Refusal("null-parameter", f"`{name}` is null; what the job saw is not known. Leave it out or set it.")
        case JsonScalar(text):
            return Value(literal(_number(name, text)), exact=True)
        case JsonBare(template):
            return Value(template)
        case JsonArray() | JsonObject():
            return Value(json_text(value))


def _number(name: str, text: str) -> str:
    """A number as v1.1 turned it into text: read as a double when it is no integer, and printed again."""
    if text in {"true", "false"} or text.lstrip("-").isdigit():
        return text
    if not 1e-3 <= abs(float(text)) < 1e7:  # beyond that, the JVM prints an exponent
        raise Refusal("odd-number", f"`{name}` is the number {text}; what the job saw is not sure. Send it as a text.")
    return repr(float(text))


def read_request(url: TriggerUrl, fields: Iterable[Field], auth: Auth) -> Reading:
    """Put the URL and the fields together. Raises Refusal when they contradict each other or cannot be carried over."""
    notes: list[Note] = []
    known: dict[str, Value] = {}
    parameters: dict[str, Value] = {}
    for field in fields:
        _sort_in(field, known, parameters, notes)
    job = parameters.pop("CIRCLE_JOB", None)
    _agree("job", job, known.get("job"))
    if url.endpoint is Endpoint.PIPELINE and (parameters or job or "job" in known):
        notes.append(_info("ignored-fields", "`/build` starts the whole pipeline and ignores build parameters."))
        parameters, job = {}, None
        known.pop("job", None)
    if url.endpoint in RERUNS and (parameters or job or known):
        message = "`/retry` and `/ssh` take no fields: v1.1 is taken to have run the build again as it was."
        notes.append(_info("ignored-fields", message))
        parameters, job, known = {}, None, {}
    if note := server_note(url):
        notes.append(note)
    if url.divided and not _is_pull_request(url.branch):
        message = "v1.1 is documented to want the branch as one segment, with `%2F` for `/`, and may have refused this "
        notes.append(_info("plain-slash", f"{message}call. v2 starts the branch."))
    branch = Value(url.branch) if url.branch is not None else None
    if url.endpoint is Endpoint.PIPELINE:
        branch = known.get("branch", branch)
    elif "branch" in known:
        notes.append(_info("ignored-fields", "v1.1 read `branch` only on `/build`: it is left out."))
    trigger = V1Trigger(
        endpoint=url.endpoint,
        api_version=url.api_version or "v1.1",
        slug=url.slug,
        branch=branch,
        tag=known.get("tag"),
        revision=known.get("revision"),
        job=job or known.get("job"),
        parameters=tuple(parameters.items()),
        auth=auth,
        build_num=url.build_num,
    )
    return Reading(trigger, tuple(dict.fromkeys(notes)))


def _is_pull_request(branch: Template | None) -> bool:
    return branch is not None and source(branch).startswith("pull/")


def _sort_in(field: Field, known: dict[str, Value], parameters: dict[str, Value], notes: list[Note]) -> None:
    name = field.name
    if found := _BUILD_PARAMETER.match(name):
        if not _VARIABLE.match(found[1]):
            raise Refusal("bad-parameter-name", f"`{found[1]}` cannot be the name of an environment variable.")
        _once(found[1], field.value, parameters)
    elif name in _KNOWN:
        if name in _REFS and static(field.value.template) == "":
            message = f"The field `{name}` is empty; what v1.1 made of that is not known. Leave it out or set it."
            raise Refusal("field-without-value", message)
        _once(name, field.value, known)
    elif name == "config":
        raise Refusal(
            "local-config",
            "The call uploads a config of its own. Of the v2 endpoints only `…/pipeline/run` takes one, as "
            "`config: {branch, content}`, where the organization's setting \"Trigger pipelines with unversioned "
            'config" is on. Use that, or push the config to a branch and start that.',
        )
    elif name == "build_parameters":
        raise Refusal("parameters-not-a-map", "`build_parameters` is sent as one text; v1.1 wanted a map.")
    elif name in _WITHOUT_EFFECT:
        notes.append(_info("dropped-field", f"`{name}` has no effect on CircleCI 2.0 and later: it is left out."))
    elif name and name not in TOKEN_FIELDS:
        message = f"v1.1 has no field `{name}` and is taken to have ignored it: it is left out."
        notes.append(Note("unknown-field", Severity.WARNING, message))


def _once(name: str, value: Value, into: dict[str, Value]) -> None:
    if name in into and source(into[name].template) != source(value.template):
        raise Refusal("repeated-field", f"`{name}` is sent twice with different values. Keep the one that is meant.")
    into[name] = value


def _agree(name: str, first: Value | None, second: Value | None) -> None:
    if first is not None and second is not None and source(first.template) != source(second.template):
        raise Refusal("two-jobs", f"The {name} is named twice, differently. Keep the one that is meant.")


def _info(code: str, message: str) -> Note:
    return Note(code, Severity.INFO, message)
