"""Adapt the one use of the old reply that the new one can serve: an address that is shown to a person.

The address of a pipeline in the web app is `https://app.circleci.com/pipelines/<vcs>/<org>/<repo>/<number>`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from migrator.errors import Refusal
from migrator.model import Literal, Span, literal, static
from migrator.syntax.python.editor import binds_tighter
from migrator.syntax.python.spell import spelled, uses_f_strings
from migrator.syntax.python.strings import quote_style, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemods.python.reply.reply import ReplyUse
    from migrator.model import Slug, Template
    from migrator.syntax.python.editor import Editor
    from migrator.syntax.python.program import Operand

HOST = "circleci.com"
"""Whose web app shows pipelines at known addresses; those of a Server are not known."""
_VCS = {"": "github", "gh": "github", "github": "github", "bb": "bitbucket", "bitbucket": "bitbucket"}


def is_adaptable(use: ReplyUse, host: str, slug: Slug) -> bool:
    """Whether the field is the build's address, only shown, and the pipeline's address can be put together."""
    if use.field != "build_url" or not use.shown or not use.exact or not use.sure or host != HOST:
        return False
    if not use.operand.frame.at_root or use.operand.frame.call is not None:
        return False  # what a function does with it, it does with other replies too
    try:
        _address(use, slug)
    except Refusal:
        return False
    return True


def adapt(editor: Editor, uses: Iterable[ReplyUse], slug: Slug, site: Operand) -> None:
    """Show the pipeline's address in place of the build's. `site` is the call, which is edited too."""
    module = site.module
    for use in uses:
        if use.operand.module is module and module.span(use.operand.node).overlaps(module.span(site.node)):
            _around(editor, use, slug)
        else:
            editor.replace(use.operand, _address(use, slug))


def _around(editor: Editor, use: ReplyUse, slug: Slug) -> None:
    """The address where the field is read off the call itself: what is written goes around the call."""
    module, node = use.operand.module, use.operand.node
    assert isinstance(node, cst.Subscript)
    quote = _quote(use)
    prefix = _prefix(use, slug)
    whole, inner = module.outer(node), module.outer(node.value)
    opened, closed = ("(", ")") if binds_tighter(use.operand) else ("", "")
    editor.edit(use.operand, Span(whole.start, whole.start), f"{opened}{prefix} + str(")
    editor.edit(use.operand, Span(inner.end, whole.end), f"[{quoted('number', quote)}]){closed}")


def _base(slug: Slug) -> Template:
    vcs = static(slug.vcs) if slug.vcs else ""
    if vcs is None or not slug.repository:
        raise Refusal("url-shape", "The project is known only at run time.")
    base = literal(f"https://app.circleci.com/pipelines/{_VCS.get(vcs.lower(), vcs)}/")
    return (*base, *slug.organization, Literal("/"), *slug.repository, Literal("/"))


def _prefix(use: ReplyUse, slug: Slug) -> str:
    """The address without the number. Inside an f-string its quotes have to be others than those around."""
    prefix = spelled(_base(slug), use.operand)
    if not _is_in_braces(use):
        return prefix
    if not prefix.startswith(("'", '"')):
        raise Refusal("url-shape", "An older Python could not read the address inside of the f-string.")
    return quoted(prefix[1:-1], _quote(use))


def _is_in_braces(use: ReplyUse) -> bool:
    return any(isinstance(above, cst.FormattedString) for above in use.operand.module.ancestors(use.operand.node))


def _address(use: ReplyUse, slug: Slug) -> str:
    """The code of the address. Raises Refusal where a part of the slug means nothing at that place."""
    prefix = _prefix(use, slug)
    node = use.operand.node
    if isinstance(node, cst.Call):
        return _if_there(use, prefix)
    assert isinstance(node, cst.Subscript)
    module = use.operand.module
    quote = _quote(use)
    number = f"{module.outer_code(node.value)}[{quoted('number', quote)}]"
    if not prefix.startswith(("'", '"')):
        return f"{prefix} + str({number})"
    known = prefix[1:-1]
    outer = quote_style(module)
    if uses_f_strings(module) and not _is_in_braces(use):
        inner = "'" if outer == '"' else '"'
        number = f"{module.outer_code(node.value)}[{inner}number{inner}]"
        if outer not in number and "\\" not in known:
            return f"f{outer}{known}{{{number}}}{outer}"
    return f"{prefix} + str({number})"


def _if_there(use: ReplyUse, prefix: str) -> str:
    """`data.get("build_url")` is None where the reply has no such field, and stays so."""
    node, module = use.operand.node, use.operand.module
    assert isinstance(node, cst.Call)
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    if not isinstance(owner, cst.Name):
        raise Refusal("reply-field", "What has the field would have to be evaluated twice.")
    key = quoted("number", _quote(use))
    code = f"{owner.value}.get({key}) and {prefix} + str({owner.value}[{key}])"
    return code if isinstance(module.parent(node), cst.Arg | cst.Assign) else f"({code})"


def _quote(use: ReplyUse) -> str:
    """The quote that the key of the field is written in: it suits what stands around it."""
    match use.operand.node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return key.quote[0]
        case cst.Call(args=[cst.Arg(value=cst.SimpleString() as key)]):
            return key.quote[0]
    return quote_style(use.operand.module)
