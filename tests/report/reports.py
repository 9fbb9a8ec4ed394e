"""Reports made by hand, for the tests of how they are printed."""

from __future__ import annotations

from migrator.model import (
    Auth,
    Call,
    Change,
    Endpoint,
    Expansion,
    Literal,
    Note,
    Outcome,
    Problem,
    Report,
    Severity,
    Slug,
    Span,
    Status,
    Target,
    V1Trigger,
    Value,
    literal,
)

TOKEN = "0123456789abcdef0123456789abcdef01234567"

FILES = {
    "ci/deploy.sh": (
        "#!/bin/sh\n"
        "if test \"$1\"; then\n"
        f'\tcurl -u {TOKEN}: \\\n'
        '\t  -d "build_parameters[CIRCLE_JOB]=deploy-$1" \\\n'
        "\t  https://circleci.com/api/v1.1/project/github/acme/app/tree/main\n"
        "fi\n"
    ).encode(),
    "ci/日本.sh": "echo 日本; curl https://circleci.com/api/v1/project/acme/app?circle-token=$T\r\n".encode(),
    "Makefile": b"x:\n\t@curl -X POST $(URL)/17/retry\n",
}  # fmt: skip

_SLUG = Slug(literal("github"), literal("acme"), (Expansion("$REPO", "REPO"),))


def _call(path: str, line: int, column: int, end_line: int, trigger: V1Trigger, **more: object) -> Call:
    lines = FILES[path].decode().split("\n")
    start = sum(len(text) + 1 for text in lines[: line - 1]) + column - 1
    end = sum(len(text) + 1 for text in lines[:end_line]) - 1
    return Call(path, Span(start, end), line, column, end_line, "shell", trigger, **more)  # type: ignore[arg-type]


DEPLOY = Outcome(
    _call(
        "ci/deploy.sh",
        3,
        2,
        5,
        V1Trigger(
            Endpoint.JOB,
            "v1.1",
            _SLUG,
            branch=Value(literal("main")),
            revision=Value((Expansion("$CIRCLE_SHA1", "CIRCLE_SHA1"),)),
            job=Value((Literal("deploy-"), Expansion("$1", "1"))),
            parameters=(
                ("VERSION", Value((Expansion("$2", "2"),), exact=True)),
                ("API_TOKEN", Value(literal(TOKEN))),
            ),
            auth=Auth.BASIC,
        ),
        notes=(Note("found-so", Severity.INFO, "Seen while it was found."),),
        reply_fields=("build_url", "build_num"),
    ),
    Status.SAFE,
    Target.THIS,
    (
        Note("personal-token", Severity.INFO, "v2 takes personal tokens only."),
        Note("found-so", Severity.INFO, "Seen while it was found."),
    ),
    written=True,
)
DEFAULT_JOB = Outcome(
    _call(
        "ci/日本.sh",
        1,
        10,
        1,
        V1Trigger(Endpoint.JOB, "v1", Slug((), literal("acme"), literal("app")), auth=Auth.QUERY),
    ),
    Status.UNSAFE,
    Target.UNKNOWN,
    (Note("guess", Severity.WARNING, f"It would use ?circle-token={TOKEN}, which is a guess.", line=1),),
)
RETRY = Outcome(
    _call("Makefile", 2, 3, 2, V1Trigger(Endpoint.RETRY, "v1.1", _SLUG, build_num=literal("17"))),
    Status.MANUAL,
    Target.OTHER,
    (Note("rerun", Severity.ERROR, "A rerun needs two calls."), Note("also", Severity.INFO, "By the way.")),
)
IGNORED = Outcome(RETRY.call, Status.IGNORED, Target.THIS, ())
BROKEN = Problem("ci/broken.sh", 7, Note("unparsable", Severity.ERROR, "The file cannot be parsed. Correct it."))
CHANGE = Change("ci/deploy.sh", FILES["ci/deploy.sh"], FILES["ci/deploy.sh"].replace(b"v1.1", b"v2"))

FULL = Report(
    "/somewhere/app",
    412,
    outcomes=(DEPLOY, DEFAULT_JOB, RETRY, IGNORED),
    problems=(BROKEN,),
    changes=(CHANGE,),
)
EMPTY = Report("/somewhere/app", 3)
