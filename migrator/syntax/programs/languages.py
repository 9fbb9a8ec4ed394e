"""How languages write comments and strings, as far as finding text in programs needs it. Sources: their references."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from migrator.syntax.programs.program import Language, StringKind

_C = (("/*", "*/"),)
_SINGLE = StringKind("'", "'", lines=False)
_DOUBLE = StringKind('"', '"', lines=False)
_RAW_SINGLE = StringKind("'", "'", lines=True)
_THREE = (StringKind('"""', '"""'), StringKind("'''", "'''"))
_GROOVY = (
    StringKind("'''", "'''"),
    StringKind('"""', '"""', holes=("${",), names=True),
    _SINGLE,
    StringKind('"', '"', holes=("${",), names=True, lines=False),
    StringKind("$/", "/$", "", ("${",), names=True),
)
_ADDRESS = r"<<[~-]?(?P<quote>['\"]?)(?P<tag>[A-Z_][A-Z0-9_]*)(?P=quote)"

LANGUAGES = (
    Language(
        "JavaScript",
        (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".es6", ".gs"),
        ("//",),
        (*_C, ("<!--", "-->")),
        (StringKind("`", "`", holes=("${",)), _SINGLE, _DOUBLE),
        regex=True,
    ),
    Language(
        "Ruby",
        (".rb", ".rake", ".gemspec", ".ru", ".cap", ".thor", ".podspec", ".cr"),
        ("#",),
        (("=begin", "=end"),),
        (
            StringKind('"', '"', holes=("#{",)),
            _RAW_SINGLE,
            StringKind("%Q(", ")", holes=("#{",)),
            StringKind("%q(", ")"),
            StringKind("`", "`", holes=("#{",)),
            StringKind("%x(", ")", holes=("#{",)),
        ),
        regex=True,
        heredoc=re.compile(_ADDRESS),
        holes=("#{",),
        word=r":?[A-Za-z_@][\w]*[?!]?",
    ),
    Language("Go", (".go",), ("//",), _C, (StringKind("`", "`", ""), _DOUBLE, _SINGLE)),
    Language(
        "PHP",
        (".php", ".phtml", ".inc"),
        ("//", "#"),
        _C,
        (StringKind('"', '"', holes=("${",), names=True), _RAW_SINGLE),
        heredoc=re.compile(r"<<<[ \t]*(?P<quote>['\"]?)(?P<tag>[A-Za-z_]\w*)(?P=quote)"),
        holes=("${",),
    ),
    Language("Java", (".java",), ("//",), _C, (StringKind('"""', '"""'), _DOUBLE, _SINGLE)),
    Language(
        "Kotlin",
        (".kt", ".kts"),
        ("//",),
        _C,
        (
            StringKind('"""', '"""', "", ("${",), names=True),
            StringKind('"', '"', holes=("${",), names=True, lines=False),
            _SINGLE,
        ),
    ),
    Language("Groovy", (".groovy", ".gradle", ".jenkinsfile"), ("//", "#!"), _C, _GROOVY, regex=True),
    Language(
        "Scala",
        (".scala", ".sbt"),
        ("//",),
        _C,
        (
            StringKind('"""', '"""', "", ("${",), names=True),
            StringKind('"', '"', holes=("${",), names=True, lines=False),
        ),
    ),
    Language(
        "C#",
        (".cs", ".csx", ".cake"),
        ("//",),
        _C,
        (
            StringKind('$@"', '"', "", ("{",), doubled=True),
            StringKind('@$"', '"', "", ("{",), doubled=True),
            StringKind('$"', '"', holes=("{",), lines=False),
            StringKind('@"', '"', "", doubled=True),
            StringKind('"""', '"""', ""),
            _DOUBLE,
            _SINGLE,
        ),
    ),
    Language(
        "PowerShell",
        (".ps1", ".psm1", ".psd1"),
        ("#",),
        (("<#", "#>"),),
        (
            StringKind('@"', '"@', "`", ("$(", "${"), names=True),
            StringKind("@'", "'@", ""),
            StringKind('"', '"', "`", ("$(", "${"), names=True, doubled=True),
            StringKind("'", "'", "", doubled=True),
        ),
        word=r"-?[A-Za-z_$@][\w$:-]*",
        loose=True,
    ),
    Language(
        "Clojure",
        (".clj", ".cljs", ".cljc", ".edn", ".bb"),
        (";",),
        (),
        (StringKind('"', '"'),),
        word=r":?[A-Za-z_*+!?<>=.-][\w*+!?<>=./-]*",
    ),
    Language(
        "Swift",
        (".swift",),
        ("//",),
        _C,
        (StringKind('"""', '"""', holes=("\\(",)), StringKind('"', '"', holes=("\\(",), lines=False)),
    ),
    Language(
        "Rust",
        (".rs",),
        ("//",),
        _C,
        (StringKind('r#"', '"#', ""), StringKind('r"', '"', ""), StringKind('"', '"')),
    ),
    Language(
        "Perl",
        (".pl", ".pm", ".t"),
        ("#",),
        (("=pod", "=cut"), ("=head", "=cut")),
        (
            StringKind('"', '"', holes=("${", "@{["), names=True),
            _RAW_SINGLE,
            StringKind("qq{", "}", holes=("${",), names=True),
            StringKind("qq(", ")", holes=("${",), names=True),
            StringKind("q{", "}"),
            StringKind("q(", ")"),
            StringKind("`", "`", holes=("${",), names=True),
        ),
        heredoc=re.compile(r"<<~?(?P<quote>['\"]?)(?P<tag>[A-Z_][A-Z0-9_]*)(?P=quote)"),
        holes=("${",),
        word=r"[$@%]?[A-Za-z_]\w*",
    ),
    Language(
        "Elixir",
        (".ex", ".exs"),
        ("#",),
        (),
        (StringKind('"""', '"""', holes=("#{",)), StringKind('"', '"', holes=("#{",)), _RAW_SINGLE),
        word=r":?[A-Za-z_@]\w*[?!]?",
    ),
    Language("Dart", (".dart",), ("//",), _C, (StringKind('"', '"', holes=("${",), names=True), _SINGLE)),
    Language("Lua", (".lua",), ("--",), (("--[[", "]]"),), (StringKind("[[", "]]", ""), _DOUBLE, _SINGLE)),
    Language(
        "CoffeeScript",
        (".coffee", ".litcoffee", ".cson"),
        ("#",),
        (("###", "###"),),
        (*_THREE, StringKind('"', '"', holes=("#{",)), _RAW_SINGLE),
        regex=True,
    ),
    Language("R", (".r", ".rmd"), ("#",), (), (StringKind('"', '"'), _RAW_SINGLE), word=r"[A-Za-z_.][\w.]*"),
    Language("Julia", (".jl",), ("#",), (("#=", "=#"),), (_THREE[0], _DOUBLE)),
    Language("Haskell", (".hs",), ("--",), (("{-", "-}"),), (_DOUBLE,), word=r"[A-Za-z_][\w']*"),
    Language("C", (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".m", ".mm"), ("//",), _C, (_DOUBLE, _SINGLE)),
    Language("Starlark", (".bzl", ".star"), ("#",), (), (*_THREE, _DOUBLE, _SINGLE)),
    Language("F#", (".fs", ".fsx"), ("//",), (("(*", "*)"),), (_THREE[0], _DOUBLE)),
    Language("Nim", (".nim",), ("#",), (("#[", "]#"),), (_THREE[0], _DOUBLE)),
    Language("Erlang", (".erl", ".escript"), ("%",), (), (_DOUBLE, _SINGLE)),
    Language("Visual Basic", (".vb", ".vbs"), ("'",), (), (StringKind('"', '"', "", doubled=True),)),
    Language(
        "Terraform",
        (".tf", ".hcl"),
        ("#", "//"),
        _C,
        (StringKind('"', '"', holes=("${", "%{"), lines=False),),
        heredoc=re.compile(r"<<-?(?P<quote>)(?P<tag>[A-Za-z_][\w-]*)(?=\s*\n)"),
        holes=("${", "%{"),
        word=r"[A-Za-z_][\w-]*",
    ),
)
LOOSE = Language(
    "unknown",
    (),
    ("#", "//"),
    (("<!--", "-->"),),
    (*_THREE, StringKind("`", "`", holes=("${",), lines=False), _SINGLE, _DOUBLE),
    word=r"-?[A-Za-z_$@][\w$-]*",
    loose=True,
)
"""Text of which the language is not known: what most languages have in common."""
_BY_SUFFIX = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
_RUBY_FILES = "Rakefile Gemfile Fastfile Dangerfile Vagrantfile Capfile Thorfile Guardfile Podfile Brewfile Berksfile"
_BY_NAME = {**dict.fromkeys(_RUBY_FILES.split(), "Ruby"), "Tiltfile": "Starlark", "BUILD": "Starlark"}
_BY_PROGRAM = {
    "node": "JavaScript",
    "ruby": "Ruby",
    "perl": "Perl",
    "php": "PHP",
    "groovy": "Groovy",
    "pwsh": "PowerShell",
    "elixir": "Elixir",
    "bb": "Clojure",
    "deno": "JavaScript",
}


def language_of(path: str, text: str) -> Language | None:
    """The language of a program, by its name or by its first line."""
    name = PurePosixPath(path).name
    if name.startswith("Jenkinsfile") or name.endswith("Jenkinsfile"):
        return named("Groovy")
    if name in _BY_NAME:
        return named(_BY_NAME[name])
    found = re.match(r"#!\s*\S*?/?(?:env\s+(?:-\S+\s+)*)?(\w+)[^/\n]*$", text, re.MULTILINE)
    if found and found[1] in _BY_PROGRAM:
        return named(_BY_PROGRAM[found[1]])
    return _BY_SUFFIX.get(PurePosixPath(path).suffix.lower())


def named(name: str) -> Language:
    """The language of that name."""
    return next(language for language in LANGUAGES if language.name == name)
