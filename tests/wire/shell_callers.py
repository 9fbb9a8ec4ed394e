"""Callers in shell, put together from the options and forms that the tool reads, with values that encodings spoil."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from tests.wire.caller import HOSTILE, RUNTIME, WireCaller, some

if TYPE_CHECKING:
    from random import Random

BASE = "http://circleci.com/api/v1.1/project/github/acme/app"
_BRANCHES = ["main", "feature/x", "feature%2Fx", "a+b", "a%20b", "$BRANCH", "x-$BRANCH"]
_GLOBS = ["{main,next}", "rel[1-2]"]
_TYPES = ["application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded", "text/plain", ""]


def shell_caller(random: Random) -> WireCaller:
    """One call of curl's or wget's."""
    return _wget(random) if random.random() < 0.25 else _curl(random)


def _word(random: Random, text: str) -> str:
    """A shell word for text in which `$NAME` is meant to be a variable."""
    if "$" in text or random.random() < 0.4:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`")
        return f'"{escaped}"'
    return shlex.quote(text)


def _url(random: Random, query: str, user: str) -> str:
    base = BASE.replace("//", f"//{user}@" if user else "//")
    branch = random.choice(_GLOBS if some(random, 0.05) else _BRANCHES)
    tail = random.choice(["", "/", f"/tree/{branch}", f"/tree/{branch}"])
    return base + tail + query


def _fields(random: Random, values: list[str]) -> list[tuple[str, str]]:
    names = ["build_parameters[CIRCLE_JOB]", "build_parameters[A]", "build_parameters[B]"]
    fields = [(name, random.choice(values)) for name in names[1 : random.randint(1, 3)]]
    fields += [(names[0], "deploy")] if random.random() < 0.8 else []
    fields += [("revision", "f00")] if some(random, 0.15) else []
    fields += [("tag", "v1")] if some(random, 0.05) else []
    random.shuffle(fields)
    return fields


def _payload(fields: list[tuple[str, str]]) -> str:
    inner = {name[17:-1]: value for name, value in fields if name.startswith("build")}
    other = {name: value for name, value in fields if not name.startswith("build")}
    return json.dumps({**other, "build_parameters": inner}, ensure_ascii=False)


def _encoded(text: str) -> str:
    for char in "%&+\\\n":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _curl_body(random: Random) -> tuple[list[str], str]:
    fields = _fields(random, [*HOSTILE, *RUNTIME])
    kind = random.choice(["form", "joined", "urlencode", "multipart", "multipart", "string", *["json"] * 4])
    pairs = [f"{name}={value}" for name, value in fields]
    option = random.choice(["-d", "--data", "--data-raw", "--data-binary"])
    match kind:
        case "form":
            if some(random, 0.6):
                pairs = [f"{name}={_encoded(value)}" for name, value in fields]
            return [f"{option} {_word(random, pair)}" for pair in pairs], ""
        case "joined":
            return [f"{option} {_word(random, '&'.join(pairs))}"] if pairs else [], ""
        case "urlencode":
            return [f"--data-urlencode {_word(random, pair)}" for pair in pairs], ""
        case "multipart":
            return [f"{random.choice(['-F', '--form'])} {_word(random, pair)}" for pair in pairs], ""
        case "string":
            return [f"--form-string {_word(random, pair)}" for pair in pairs], ""
    return _json_body(random, fields)


def _json_body(random: Random, fields: list[tuple[str, str]]) -> tuple[list[str], str]:
    match random.choice(["whole", "document", "pieces"]):
        case "document":
            delimiter = random.choice(["EOF", "'EOF'"])
            fields = _fields(random, HOSTILE if "'" in delimiter else [v for v in HOSTILE if "\\" not in v])
            text = _payload(fields)
            if "'" not in delimiter and "\\" in text:
                text = text.replace("\\", "\\\\")
            return [random.choice(["--json @-", "-d @-", "--data-binary @-"])], f" <<{delimiter}\n{text}\nEOF"
        case "pieces":
            text = _payload(fields)
            at = random.randint(1, len(text) - 1)
            if "$" in text or some(random, 0.3):
                return [f"--json {_word(random, text)}"], ""
            option = random.choice(["--json", "--json", "-d"])
            return [f"{option} {_word(random, text[:at])}", f"{option} {_word(random, text[at:])}"], ""
    return [f"{random.choice(['--json', '-d', '--data-binary'])} {_word(random, _payload(fields))}"], ""


def _curl(random: Random) -> WireCaller:
    words, document = _curl_body(random)
    if some(random, 0.1):
        words, document = [], ""
    query = random.choice(["", "", "", "?circle-token=tok", "?circle-token=$TOKEN"])
    if query and some(random, 0.1):
        query += random.choice(["&revision=f00", "&build_parameters[Q]=1", "&build_parameters%5BQ%5D=a+b"])
    user = random.choice(["tok:", "$TOKEN:", "tok"]) if not query and some(random, 0.1) else ""
    if not query and not user:
        words.append(
            random.choice(["-u tok:", '-u "$TOKEN:"', "-H 'Circle-Token: tok'", '-H "Circle-Token: $TOKEN"', ""])
        )
    is_json = any('build_parameters"' in word or 'build_parameters\\"' in word for word in words) or bool(document)
    if some(random, 0.7) if is_json else some(random, 0.15):
        types = _TYPES[:2] if some(random, 0.8) and is_json else _TYPES
        words.append(f"-H {_word(random, 'Content-Type: ' + random.choice(types))}")
    if some(random, 0.1):
        words.append(random.choice(["-g", "--globoff", "-G", "--get", "-g --no-globoff", "-Gg"]))
    if not document and not any(w.startswith(("-d", "--data", "-F", "--form", "--json")) for w in words):
        words.append("-X POST")
    elif some(random, 0.5):
        words.append(random.choice(["-X POST", "-XPOST", "--request POST"]))
    words += random.sample(["-s", "-f", "-S", "--compressed", "-o /dev/null", "-A 'me'", "-L"], random.randint(0, 2))
    url = _word(random, _url(random, query, user))
    random.shuffle(words)
    return WireCaller(_shaped(random, [word for word in words if word], url, document), "sh")


def _shaped(random: Random, others: list[str], url: str, document: str) -> str:
    """The command by itself, behind a variable, with its arguments in an array, or through a function."""
    given = [*others]
    given.insert(random.randint(0, len(others)), random.choice(["", "--url "]) + url)
    words = " ".join(given)
    match random.choice(["plain"] * 6 + ["array", "function", "function that adds", "function with places", "prefix"]):
        case "array" if not document:
            return f'args=({words})\ncurl "${{args[@]}}"\n'
        case "function with places":
            made = 'start() {\n  local place=$1\n  shift\n  curl "$@" "$place"\n}\n'
            return f"{made}start {url} {' '.join(others)}{document}\n"
        case "function":
            return f'post() {{ curl "$@"; }}\npost {words}{document}\n'
        case "function that adds":
            return f'post() {{\n  curl -s "$@"\n}}\npost {words}{document}\n'
        case "prefix":
            return f"${{DRY_RUN:+echo}} curl {words}{document}\n"
    return f"curl {words}{document}\n"


def _wget(random: Random) -> WireCaller:
    fields = _fields(random, [*HOSTILE, *RUNTIME])
    is_json = some(random, 0.4)
    before = ""
    body = _payload(fields) if is_json else "&".join(f"{name}={value}" for name, value in fields)
    words = [f"--post-data={_word(random, body)}"]
    if some(random, 0.15):
        words.insert(0, "--post-data='build_parameters[FIRST]=1'")
    elif some(random, 0.2):
        words = [f"--method=POST --body-data={_word(random, body)}"]
    elif some(random, 0.05):
        words.append("--method=POST")
    elif some(random, 0.2):  # a file that the script writes
        name = f"body-{random.getrandbits(48)}"
        before = f"printf '%s' {_word(random, body)} > {name}\n"
        words = [random.choice([f"--post-file={name}", f"--method=POST --body-file={name}"])]
    auth = random.choice(
        [
            "--header='Circle-Token: tok'",
            '--header="Circle-Token: $TOKEN"',
            "--user=tok --password=",
            '--http-user="$TOKEN" --http-password=',
            "--auth-no-challenge --user=tok --password=",
            "--user tok --password x",
            "",
        ]
    )
    user = "tok:x" if not auth and some(random, 0.3) else ""
    query = "?circle-token=tok" if not auth and not user and some(random, 0.7) else ""
    words.append(auth)
    if is_json or some(random, 0.1):
        types = _TYPES[:2] if some(random, 0.8) and is_json else _TYPES
        words.append(f"--header={_word(random, 'Content-Type: ' + random.choice(types))}")
    words += random.sample(["-q", "-O -", "-O/dev/null", "--timeout=5", "-S"], random.randint(0, 2))
    words.append(_word(random, _url(random, query, user)))
    order = [word for word in words if word.startswith(("--post", "--method"))]
    rest = [word for word in words if word not in order]
    random.shuffle(rest)
    return WireCaller(before + "wget " + " ".join(word for word in [*order, *rest] if word) + "\n", "sh")
