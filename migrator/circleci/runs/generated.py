"""The steps and names that the migration writes into configs, as data: writing and recognising share one definition.

Steps run under CircleCI's default shell, `/bin/bash -eo pipefail`. What a step exports reaches the later bash steps of
the job through `$BASH_ENV` (CircleCI docs: set-environment-variable). Where the image has no bash they run under
`/bin/sh -eo pipefail`: nothing can be handed over there, and the job goes on. A value never becomes program text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from migrator.circleci.compiler.scope import references
from migrator.model import Variable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import TypeAlias

    Step: TypeAlias = dict[str, Any]


# v1.1 takes ASCII letters, digits and `_`, not starting with a digit (docs: inject-environment-variables-with-api).
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What every login or bash itself sets (POSIX: environment variables; bash manual: shell variables).
_SHELL = """
_ BASH BASHOPTS BASHPID BASH_VERSION COLUMNS DIRSTACK DISPLAY EUID FUNCNAME GROUPS HISTCMD HOME HOSTNAME HOSTTYPE IFS
LINENO LINES LOGNAME MACHTYPE MAIL OLDPWD OPTARG OPTERR OPTIND OSTYPE PATH PIPESTATUS PPID PS1 PS2 PS4 PWD RANDOM
SECONDS SHELL SHELLOPTS SHLVL SSH_AUTH_SOCK TERM TMPDIR UID USER
"""
# What images of languages commonly set; CircleCI's own images are among them.
_IMAGE = """
BUNDLE_PATH CARGO_HOME DEBIAN_FRONTEND DOTNET_VERSION GEM_HOME GOLANG_VERSION GOPATH GOROOT GRADLE_HOME GRADLE_VERSION
JAVA_HOME JAVA_VERSION LANG LANGUAGE LC_ALL M2_HOME MAVEN_VERSION NODE_VERSION PHP_VERSION PYENV_ROOT PYTHON_VERSION
RUBY_VERSION RUSTUP_HOME RUST_VERSION TZ YARN_VERSION
"""
_SECRET_WORDS = frozenset(
    {"token", "tokens", "secret", "secrets", "password", "passwords", "passwd", "passphrase", "credential"}
    | {"credentials", "key", "keys", "apikey", "pat"}
)


def is_variable(name: str) -> bool:
    """Whether v1.1 takes the name as a build parameter."""
    return _VARIABLE.fullmatch(name) is not None


def is_platform_variable(name: str) -> bool:
    """Whether CircleCI itself sets variables of that name: a job's own value would mask them."""
    return name.startswith("CIRCLE_") or name in {"CI", "CIRCLECI", "BASH_ENV"}


def set_by_shell(name: str) -> bool:
    """Whether the shell of every job has the variable, or bash makes it up."""
    return name in _SHELL.split()


def set_by_image(name: str) -> bool:
    """Whether images are known to set the variable."""
    return name in _IMAGE.split()


def is_secret(name: str) -> bool:
    """Whether the name says that the value is a secret. Pipeline parameters are shown in the UI and the API."""
    return not _SECRET_WORDS.isdisjoint(name.lower().split("_"))


def parameter_name(variable: str, taken: Collection[str]) -> str:
    """A pipeline parameter for the variable: `^[a-z][a-z0-9_]*$`, which every published rule allows, and unique."""
    lowered = re.sub(r"[^a-z0-9_]", "_", variable.lower()).lstrip("_0123456789") or "value"
    return unique(lowered, taken)


def unique(name: str, taken: Collection[str], joiner: str = "_") -> str:
    """The name itself, or the name with the first number from 2 that makes it free."""
    if name not in taken:
        return name
    number = 2
    while f"{name}{joiner}{number}" in taken:
        number += 1
    return f"{name}{joiner}{number}"


EXPORT_NAME = "Export build parameters"
CHECKOUT_NAME = "Check out the requested revision"
REVISION_NAME = "Export the requested revision"
_SENT = "SENT_"
_REVISION_VARIABLE = "SENT_REVISION"
_NIL_COMMENT = "# An empty parameter may arrive as <nil>.\n"
_ONLY_BASH = """[ -n "${BASH_VERSION-}" ] || exit 0 # only bash reads $BASH_ENV\n"""
_EXPORT_REVISION = _ONLY_BASH + """printf 'export CIRCLE_SHA1=%q\\n' "$SENT_REVISION" >> "$BASH_ENV"\n"""
# The `+` keeps a value that starts with a dash from being read as an option.
_CHECK_OUT = """git cat-file -e "$SENT_REVISION^{commit}" 2>/dev/null || git fetch --force origin "+$SENT_REVISION"
git reset --hard "$SENT_REVISION"
"""


def tag(parameter: str) -> str:
    """The template that CircleCI replaces by a pipeline parameter's value (CircleCI docs: pipeline-variables)."""
    return f"<< pipeline.parameters.{parameter} >>"


def selects(selector: str, choice: str) -> dict[str, object]:
    """The logic statement that is true when the selector has that value (CircleCI docs: configuration-reference)."""
    return {"equal": [choice, tag(selector)]}


def export_step(variables: Iterable[Variable]) -> Step:
    """The `run` step that gives later steps the variables, each unless something else has set it already.

    What an empty parameter becomes in `environment:` is not certain: nothing, or the text `<nil>` (CircleCI docs:
    pipeline-variables, on values that are not set). Either way the variable is empty.
    """
    return _export_step(variables, _NIL_COMMENT, "#<nil>")


def optional_export_step(variable: Variable) -> Step:
    """The step that exports a variable only when a value was sent: unset stays unset."""
    return _when(variable.parameter, _export_step((variable,)))


def export_steps(always: Sequence[Variable], sometimes: Iterable[Variable]) -> list[Step]:
    """All export steps of a job: one for what is always sent, one for each of the others."""
    return [*([export_step(always)] if always else []), *map(optional_export_step, sometimes)]


def _export_step(variables: Iterable[Variable], comment: str = "", without: str = "") -> Step:
    chosen = tuple(variables)
    environment = {f"{_SENT}{variable.name}": tag(variable.parameter) for variable in chosen}
    command = comment + _ONLY_BASH + "".join(_export(variable.name, without) for variable in chosen)
    return {"run": {"name": EXPORT_NAME, "environment": environment, "command": command}}


def exports_once_filled_in(names: Sequence[str]) -> tuple[Step, ...]:
    """The `run` steps that export variables of these names, as they are once a surrounding `when` holds."""
    variables = tuple(Variable(name, name) for name in names)
    return export_step(variables), _export_step(variables)


def checkout_revision_step(parameter: str, directory: str | None = None) -> Step:
    """The step behind a `checkout` that moves to the revision that was sent. `directory` is where the checkout went."""
    where = {"working_directory": directory} if directory is not None else {}
    return _revision_step(parameter, CHECKOUT_NAME, where, _CHECK_OUT + _EXPORT_REVISION)


def revision_step(parameter: str) -> Step:
    """The step that tells a job without a checkout which revision was sent."""
    return _revision_step(parameter, REVISION_NAME, {}, _EXPORT_REVISION)


def reads_revision_only(data: object, parameter: str) -> bool:
    """Whether a parsed config reads a pipeline parameter, and only the steps do that move a job to a revision."""
    name = f"pipeline.parameters.{parameter}"
    return name in references(data) and name not in references(_without_revision(data, parameter))


def _without_revision(data: object, parameter: str) -> object:
    if isinstance(data, list):
        return [_without_revision(each, parameter) for each in data if not _is_revision_step(each, parameter)]
    if isinstance(data, dict):
        return {key: _without_revision(value, parameter) for key, value in data.items()}
    return data


def _is_revision_step(step: object, parameter: str) -> bool:
    match step:
        case {"when": {"steps": [{"run": {"working_directory": str(directory)}}]}}:
            return step == checkout_revision_step(parameter, directory)
    return step in (checkout_revision_step(parameter), revision_step(parameter))


def revision_steps(directory: str | None = None) -> tuple[Step, ...]:
    """The `run` steps that deal with a revision, as they are once their `when` holds, for any parameter name."""
    where = {} if directory is None else {"working_directory": directory}
    return (
        _revision_run("", CHECKOUT_NAME, where, _CHECK_OUT + _EXPORT_REVISION),
        _revision_run("", REVISION_NAME, {}, _EXPORT_REVISION),
    )


def read_sent(settings: Mapping[str, object]) -> dict[str, str]:
    """The values in the environment of a generated step by the names they are sent under; empty for other steps."""
    environment = settings.get("environment")
    if not isinstance(environment, dict) or not all(str(name).startswith(_SENT) for name in environment):
        return {}
    return {str(name).removeprefix(_SENT): str(value) for name, value in environment.items()}


def exported(step: object) -> tuple[tuple[Variable, ...], bool] | None:
    """The variables that a step of a parsed config exports, and whether it always does; None for any other step."""
    match step:
        case {"run": {"environment": dict() as environment}}:
            variables = tuple(_variables(environment))
            return (variables, True) if variables and step == export_step(variables) else None
        case {"when": {"steps": [{"run": {"environment": dict() as environment}}]}}:
            variables = tuple(_variables(environment))
            is_ours = len(variables) == 1 and step == optional_export_step(variables[0])
            return (variables, False) if is_ours else None
    return None


def _variables(environment: Mapping[object, object]) -> Iterable[Variable]:
    for key, value in environment.items():
        name = str(key).removeprefix(_SENT)
        yield Variable(name, str(value).removeprefix("<< pipeline.parameters.").removesuffix(" >>"))


def _export(name: str, without: str) -> str:
    value = f"${{{_SENT}{name}{without}}}" if without else f"${_SENT}{name}"
    return f"""[ -n "${{{name}+set}}" ] || printf 'export {name}=%q\\n' "{value}" >> "$BASH_ENV"\n"""


def _revision_step(parameter: str, name: str, where: Mapping[str, str], command: str) -> Step:
    return _when(parameter, _revision_run(tag(parameter), name, where, command))


def _revision_run(sent: str, name: str, where: Mapping[str, str], command: str) -> Step:
    return {"run": {"name": name, **where, "environment": {_REVISION_VARIABLE: sent}, "command": command}}


def _when(parameter: str, step: Step) -> Step:
    return {"when": {"condition": tag(parameter), "steps": [step]}}
