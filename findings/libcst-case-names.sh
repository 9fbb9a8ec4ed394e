#!/usr/bin/env bash
# libcst: ScopeProvider does not see names that the patterns of `case` bind: of `job = 1` and a later `case [job]:`
# it knows one assignment, though Python rebinds the name. What `for`, `with`, `except`, `import` and `:=` bind is seen.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check libcst==1.9.0
cat > "$folder/show.py" <<'END'
from importlib.metadata import version

import libcst
from libcst.metadata import MetadataWrapper, ScopeProvider

BINDINGS = {
    "case [job]": "match [2]:\n    case [job]:\n        pass\n",
    "case [*job]": "match [2]:\n    case [*job]:\n        pass\n",
    "case int() as job": "match 2:\n    case int() as job:\n        pass\n",
    "case {**job}": "match {2: 3}:\n    case {**job}:\n        pass\n",
    "for job": "for job in [2]:\n    pass\n",
    ":=": "(job := 2)\n",
}
print("libcst", version("libcst"))
seen = {}
for name, text in BINDINGS.items():
    text = "job = 1\n" + text
    wrapper = MetadataWrapper(libcst.parse_module(text))
    scope = wrapper.resolve(ScopeProvider)[wrapper.module]
    values = {}
    exec(text, values)
    seen[name] = len(list(scope["job"]))
    print(f"{name}: job is {values['job']!r} afterwards, and libcst sees {seen[name]} assignment(s)")
    assert values["job"] != 1
assert seen == {"case [job]": 1, "case [*job]": 1, "case int() as job": 1, "case {**job}": 1, "for job": 2, ":=": 2}, seen
END
"$folder/venv/bin/python" "$folder/show.py"
