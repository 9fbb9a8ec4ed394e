"""Callers in Python: every HTTP library that the tool reads, with every way to hand it a body, a query and a token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.wire.caller import HOSTILE, WireCaller, some

if TYPE_CHECKING:
    from random import Random

PATH = "/api/v1.1/project/github/acme/app"
_BRANCHES = ["main", "feature/x", "feature%2Fx", "a+b", "a%20b", "{main,next}", "rel[1-2]"]
_TYPES = ["application/json", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8"]
_LIBRARIES = [
    "requests",
    "requests.Session",
    "httpx",
    "httpx2",
    "httpx.Client",
    "aiohttp",
    "urllib",
    "urllib3",
    "http.client",
]
_HEAD = "import http.client, json, os, urllib.parse, urllib.request\n"
_VALUES = ['os.environ["V"]', '"x-" + os.environ["V"]', "f\"{os.environ['V']}.{os.environ['W']}\"", "3", "True", "1.5"]


def python_caller(random: Random) -> WireCaller:
    """One program that sends one request."""
    library = random.choice(_LIBRARIES)
    body, is_mapping = _body(random, library)
    headers: dict[str, str] = {}
    query = random.choice(
        ["", "", "", "?circle-token=tok", "?circle-token=tok", "?circle-token=tok&build_parameters[Q]=a%2Bb"]
    )
    token = "" if query else random.choice(["header", "header", "auth", "params", "user", "none"])
    if token == "header":
        headers["Circle-Token"] = random.choice(['"tok"', 'os.environ["TOKEN"]'])
    if some(random, 0.1 if is_mapping else 0.9):
        fits = [_TYPES[0], _TYPES[3]] if 'build_parameters"' in body else [_TYPES[1]]
        media = random.choice(fits if some(random, 0.8) else _TYPES)
        headers[random.choice(["Content-Type", "content-type"])] = f'"{media}"'
    tail = random.choice(["", "/", "/tree/" + random.choice(_BRANCHES), "/tree/" + random.choice(_BRANCHES)])
    path = f'"{PATH}{tail}{query}"'
    if not query and tail in {"", "/"} and some(random, 0.5):
        path = f'"{PATH}/tree/" + os.environ["BRANCH"]'
    given = "{" + ", ".join(f'"{name}": {value}' for name, value in headers.items()) + "}" if headers else ""
    return WireCaller(_HEAD + _program(random, library, path, body, given, token), "py")


def _value(random: Random, *, text: bool) -> str:
    if some(random, 0.5):
        return repr(random.choice(HOSTILE))
    return random.choice(_VALUES[:3] if text else _VALUES)


def _body(random: Random, library: str) -> tuple[str, bool]:
    """The keyword arguments that carry the body, and whether the library encodes it itself."""
    names = ["CIRCLE_JOB", "A", "B"][: random.randint(1, 3)]
    values = {name: '"deploy"' if name == "CIRCLE_JOB" else _value(random, text=library == "aiohttp") for name in names}
    inner = ", ".join(f'"{name}": {value}' for name, value in values.items())
    as_json = f'{{"build_parameters": {{{inner}}}}}'
    as_form = "{" + ", ".join(f'"build_parameters[{name}]": {value}' for name, value in values.items()) + "}"
    static = {name: random.choice(HOSTILE) if name != "CIRCLE_JOB" else "deploy" for name in names}
    texts = [
        f"json.dumps({as_json})",
        f"urllib.parse.urlencode({as_form})",
        repr(json.dumps({"build_parameters": static})),
        repr("&".join(f"build_parameters[{name}]={value}" for name, value in static.items())),
        '"build_parameters[CIRCLE_JOB]=deploy&build_parameters[A]=" + os.environ["V"]',
    ]
    raw = random.choice(texts)
    as_bytes = f"({raw}).encode()"
    match library:
        case "requests" | "requests.Session":
            parts = ", ".join(f'"build_parameters[{name}]": (None, {value})' for name, value in values.items())
            is_text = not any(value in {"3", "True", "1.5"} for value in values.values())
            multipart = f"files={{{parts}}}" if is_text else f"json={as_json}"
            return random.choice(
                [(f"json={as_json}", True), (f"data={as_form}", True), (f"data={raw}", False), (multipart, True)]
            )
        case "httpx" | "httpx2" | "httpx.Client":
            return random.choice([(f"json={as_json}", True), (f"data={as_form}", True), (f"content={raw}", False)])
        case "aiohttp":
            return random.choice(
                [
                    (f"json={as_json}", True),
                    (f"data={as_form}", True),
                    (f"data={raw}", False),
                    (f"data={as_bytes}", False),
                ]
            )
        case "urllib":
            return f"data={as_bytes}", False
        case "urllib3":
            return random.choice([(f"json={as_json}", True), (f"body={raw}", False), (f"body={as_bytes}", False)])
    return f"body={random.choice([raw, as_bytes])}", False


def _program(random: Random, library: str, path: str, body: str, headers: str, token: str) -> str:
    given = [body, f"headers={headers}" if headers else ""]
    user = "tok:@" if token == "user" and library not in {"urllib", "http.client"} else ""
    url = f'"https://{user}circleci.com" + {path}' if some(random, 0.3) else f'"https://{user}circleci.com{path[1:]}'
    module = library.partition(".")[0]
    if token == "params" and module in {"requests", "httpx", "httpx2", "aiohttp"}:
        given.append('params={"circle-token": "tok"}')
    if token == "auth" and module in {"requests", "httpx", "httpx2"}:
        given.append('auth=("tok", "")')
    if token == "auth" and module == "aiohttp":
        given.append('auth=aiohttp.BasicAuth("tok", "")')
    arguments = ", ".join(argument for argument in given if argument)
    match library:
        case "requests" | "httpx" | "httpx2":
            send = random.choice([f"{library}.post({url}, ", f'{library}.request("POST", {url}, '])
            return f"import {library}\n{send}{arguments})\n"
        case "requests.Session" | "httpx.Client":
            shared = random.choice(["", f"client.headers.update({headers})\n"]) if headers else ""
            if shared:
                arguments = ", ".join(argument for argument in given if argument and not argument.startswith("headers"))
            return f"import {module}\nclient = {library}()\n{shared}client.post({url}, {arguments})\n"
        case "aiohttp":
            return (
                "import asyncio\nimport aiohttp\n\n\nasync def go():\n"
                "    async with aiohttp.ClientSession() as session:\n"
                f"        await session.post({url}, {arguments})\n\n\nasyncio.run(go())\n"
            )
        case "urllib":
            made = f'request = urllib.request.Request({url}, {arguments}, method="POST")\n'
            return made + "urllib.request.urlopen(request)\n"
        case "urllib3":
            return f'import urllib3\nurllib3.PoolManager().request("POST", {url}, {arguments})\n'
    send = f'client.request("POST", {path}, {arguments})\n'
    return 'client = http.client.HTTPSConnection("circleci.com")\n' + send + "client.getresponse().read()\n"
