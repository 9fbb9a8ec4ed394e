"""Adapt the one use of the old reply that the new one can serve: an address that is shown to a person.

The address of a pipeline in the web app is `https://app.circleci.com/pipelines/<vcs>/<org>/<repo>/<number>`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Literal, literal, static
from migrator.syntax.python_spell import spelled, uses_f_strings
from migrator.syntax.python_strings import quote_style, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.python_reply import Use
    from migrator.model import Slug
    from migrator.syntax.python_editor import Editor

HOST = "circleci.com"
"""Whose web app shows pipelines at known addresses; those of a Server are not known."""
_VCS = {"": "github", "gh": "github", "github": "github", "bb": "bitbucket", "bitbucket": "bitbucket"}


def is_adaptable(use: Use, host: str, slug: Slug) -> bool:
    """Whether the field is the build's address, only shown, and the pipeline's address can be put together."""
    if use.field != "build_url" or not use.shown or not use.exact or host != HOST:
        return False
    if not use.operand.frame.at_root:
        return False
    try:
        _address(use, slug)
    except Refusal:
        return False
    return True


def adapt(editor: Editor, uses: Iterable[Use], slug: Slug) -> None:
    """Show the pipeline's address in place of the build's."""
    for use in uses:
        editor.replace(use.operand, _address(use, slug))


def _address(use: Use, slug: Slug) -> str:
    """The code of the address. Raises Refusal where a part of the slug means nothing at that place."""
    vcs = static(slug.vcs) if slug.vcs else ""
    if vcs is None or not slug.repository:
        raise Refusal("url-shape", "The project is known only at run time.")
    base = literal(f"https://app.circleci.com/pipelines/{_VCS.get(vcs.lower(), vcs)}/")
    parts = (*base, *slug.organization, Literal("/"), *slug.repository, Literal("/"))
    prefix = spelled(parts, use.operand)
    node = use.operand.node
    assert isinstance(node, cst.Subscript)
    module = use.operand.module
    quote = _quote(use)
    number = f"{module.outer_code(node.value)}[{quoted('number', quote)}]"
    if not prefix.startswith(("'", '"')):
        return f"{prefix} + str({number})"
    known = prefix[1:-1]
    in_braces = any(isinstance(above, cst.FormattedString) for above in module.ancestors(node))
    outer = quote_style(module)
    if in_braces:
        return f"{quoted(known, quote)} + str({number})"
    if uses_f_strings(module):
        inner = "'" if outer == '"' else '"'
        number = f"{module.outer_code(node.value)}[{inner}number{inner}]"
        if outer not in number and "\\" not in known:
            return f"f{outer}{known}{{{number}}}{outer}"
    return f"{quoted(known, outer)} + str({number})"


def _quote(use: Use) -> str:
    """The quote that the key of the field is written in: it suits what stands around it."""
    match use.operand.node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return key.quote[0]
    return quote_style(use.operand.module)
