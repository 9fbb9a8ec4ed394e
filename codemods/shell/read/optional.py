"""Fields that a call sends only when a variable holds something: `${V:+-d "build_parameters[V]=$V"}`.

v2 gets the field in every case, empty where it was left out: the generated steps export, and check out, only what is
not empty. The job and the branch have values of their own where nothing is sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.circleci.api.v1_request import Field
from migrator.circleci.plan.decide import DEFAULT_JOB
from migrator.errors import Refusal
from migrator.model import Expansion, Value
from migrator.syntax.shell.script import Origin
from migrator.syntax.shell.word import Quote
from migrator.template import raw

if TYPE_CHECKING:
    from migrator.model import Template
    from migrator.syntax.shell.curl import Option
    from migrator.syntax.shell.script import Script, Use

_JOB = frozenset({"job", "build_parameters[CIRCLE_JOB]"})
_PLAIN = re.compile(r"[\w./:@%+,=-]*\Z")


def conditional_field(script: Script, option: Option, field: Field, use: Use) -> Field:
    """The field as it is sent every time. Raises Refusal for a field that must not be sent empty."""
    if option.condition is None or option.source is None:
        return field
    name, word = option.condition.rstrip(":"), option.source
    colon = option.condition[len(name) :]
    template = field.value.template
    alone = isinstance(only := template[0] if len(template) == 1 else None, Expansion) and only.name == name
    is_job = field.name in _JOB
    if is_job and alone:
        text = f"${{{name}{colon}-{DEFAULT_JOB}}}"
    elif field.name.startswith("build_parameters[") or field.name == "revision":
        text = f"${{{name}-}}" if alone else f"${{{name}{colon}+{_spliced(name, template)}}}"
    else:
        text = ""
    if not text or (is_job and not alone):
        message = f"`{field.name}` is sent only when `{name}` holds something. Send it always, then run this again."
        raise Refusal("conditional-field", message)
    span = script.view.back(word.span)
    script.origins[span] = Origin(Quote.DOUBLE, use)
    return Field(field.name, Value((Expansion(text, None, span),), field.value.exact))


def _spliced(name: str, template: Template) -> str:
    if not all(isinstance(part, Expansion) or _PLAIN.match(part.text) for part in template):
        raise Refusal("conditional-field", f"What {name} decides on holds text that shells read. Send it always.")
    if any(isinstance(part, Expansion) and "}" in part.source.strip("}") for part in template):
        raise Refusal("conditional-field", f"What {name} decides on is nested too deep. Send it always.")
    return raw(template)
