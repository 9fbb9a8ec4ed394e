"""Callers in Python: every HTTP library that the tool reads, with every way to hand it a body, a query and a token."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from tests.wire.caller import HOSTILE, WireCaller, some

if TYPE_CHECKING:
    from random import Random

PATH = "/api/v1.1/project/github/acme/app"
_BRANCHES = ["main", "feature/x", "feature%2Fx", "a+b", "a%20b", "{main,next}", "rel[1-2]"]
_TYPES = ["application/json", "application/x-www-form-urlencoded", "text/plain", "application/json; charset=utf-8"]
_ENCODINGS = ["", "", '"utf-8"', '"latin-1"', '"ascii", "ignore"']
_LIBRARIES = [
    "requests",
    "requests.Session",
    "requests.Request",
    "httpx",
    "httpx2",
    "httpx.Client",
    "aiohttp",
    "aiohttp.request",
    "urllib",
    "urllib3",
    "http.client",
    "subprocess",
    "os.system",
]
_HEAD = "import base64, http.client, json, os, urllib.parse, urllib.request\n"
_VALUES = ['os.environ["V"]', '"x-" + os.environ["V"]', "f\"{os.environ['V']}.{os.environ['W']}\"", "3", "True", "1.5"]


def python_caller(random: Random) -> WireCaller:
    """One program that sends one request."""
    library = random.choice(_LIBRARIES)
    if library in {"subprocess", "os.system"}:
        return WireCaller(_HEAD + _command(random, library), "py")
    body, is_mapping = _body(random, library)
    headers: dict[str, str] = {}
    query = random.choice(
        ["", "", "", "?circle-token=tok", "?circle-token=tok", "?circle-token=tok&build_parameters[Q]=a%2Bb"]
    )
    token = "" if query else random.choice(["header", "header", "auth", "params", "user", "none"])
    if token == "header":
        headers["Circle-Token"] = random.choice(['"tok"', 'os.environ["TOKEN"]'])
    if token == "auth" and library in {"urllib", "urllib3", "http.client"}:
        user = random.choice(
            ['b"tok:"', '(os.environ["TOKEN"] + ":").encode()', "f\"{os.environ['TOKEN']}:\".encode()"]
        )
        headers["Authorization"] = f'"Basic " + base64.b64encode({user}).decode()'
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


def _command(random: Random, library: str) -> str:
    """A program that runs curl: a list of arguments, or a text for a shell."""
    fields = [("build_parameters[CIRCLE_JOB]", "deploy")]
    fields += [(f"build_parameters[{name}]", random.choice(HOSTILE)) for name in ("A", "B") if some(random, 0.6)]
    url = f"https://circleci.com{PATH}" + random.choice(["", "/tree/main", "/tree/feature/x"])
    if some(random, 0.4):
        payload = {"build_parameters": {name[17:-1]: value for name, value in fields}}
        data = ["-H", "Content-Type: application/json", "-d", json.dumps(payload, ensure_ascii=some(random, 0.5))]
    else:
        option = random.choice(["-d", "--data-urlencode", "-F", "--form-string"])
        data = [word for name, value in fields for word in (option, f"{name}={value}")]
    words = ["curl", "-sSo", "/dev/null", *random.choice([["-u", "tok:"], ["-H", "Circle-Token: tok"]]), *data, url]
    if library == "os.system":
        run = random.choice(["os.system(%r)", "import subprocess\nsubprocess.check_call(%r, shell=True)"])
        return run % " ".join(map(shlex.quote, words)) + "\n"
    given = [repr(word) for word in words]
    if some(random, 0.5) and "-d" not in data:
        given.insert(-1, random.choice(['"--form-string"', '"-F"']) if "-F" in data else f'"{data[0]}"')
        given.insert(-1, '"build_parameters[Q]=" + os.environ["V"]')
    return f"import subprocess\nsubprocess.run([{', '.join(given)}], check=True)\n"


def _value(random: Random, *, text: bool) -> str:
    if some(random, 0.5):
        return repr(random.choice(HOSTILE))
    return random.choice(_VALUES[:3] if text else _VALUES)


def _body(random: Random, library: str) -> tuple[str, bool]:
    """The keyword arguments that carry the body, and whether the library encodes it itself."""
    names = ["CIRCLE_JOB", "A", "B"][: random.randint(1, 3)]
    module = library.partition(".")[0]
    values = {name: '"deploy"' if name == "CIRCLE_JOB" else _value(random, text=module == "aiohttp") for name in names}
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
    as_bytes = f"({raw}).encode({random.choice(_ENCODINGS)})"
    match library:
        case "requests" | "requests.Session" | "requests.Request":
            parts = ", ".join(f'"build_parameters[{name}]": (None, {value})' for name, value in values.items())
            is_text = not any(value in {"3", "True", "1.5"} for value in values.values())
            multipart = f"files={{{parts}}}" if is_text else f"json={as_json}"
            return random.choice(
                [
                    (f"json={as_json}", True),
                    (f"data={as_form}", True),
                    (f"data={raw}", False),
                    (f"data={as_bytes}", False),
                    (multipart, True),
                ]
            )
        case "httpx" | "httpx2" | "httpx.Client":
            return random.choice(
                [
                    (f"json={as_json}", True),
                    (f"data={as_form}", True),
                    (f"content={raw}", False),
                    (f"content={as_bytes}", False),
                ]
            )
        case "aiohttp" | "aiohttp.request":
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
            plain = not any(value in {"3", "True", "1.5"} for value in values.values())
            fields = [(f"fields={as_form}", True)] if plain else []
            return random.choice(
                [(f"json={as_json}", True), (f"body={raw}", False), (f"body={as_bytes}", False), *fields]
            )
    return f"body={random.choice([raw, as_bytes])}", False


def _client(random: Random, library: str, url: str) -> tuple[str, str]:
    """What makes a client, and the address that it is given: maybe one below a base."""
    if library == "httpx.Client" and url.startswith('"https://circleci.com/') and some(random, 0.4):
        base = "https://circleci.com/api/v1.1"
        return f'{library}(base_url="{base}")', url.replace(base, "")
    return f"{library}()", url


def _shared(random: Random, module: str, arguments: list[str]) -> tuple[str, list[str]]:
    """Lines that give a client what every request sends, and the arguments that are left for the one request."""
    lines, left = "", []
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name == "headers" and some(random, 0.5):
            lines += f"client.headers.update({value})\n"
        elif name == "auth" and some(random, 0.5):
            lines += f"client.auth = {value}\n"
        elif name == "params" and some(random, 0.5):
            lines += f"client.params = {value}\n" if module != "requests" else f"client.params.update({value})\n"
        else:
            left.append(argument)
    return lines, left


def _aiohttp(library: str, given: str) -> str:
    if library == "aiohttp.request":
        send = f'    async with aiohttp.request("POST", {given}) as reply:\n        await reply.read()\n'
    else:
        send = f"    async with aiohttp.ClientSession() as session:\n        await session.post({given})\n"
    return f"import asyncio\nimport aiohttp\n\n\nasync def go():\n{send}\n\nasyncio.run(go())\n"


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
            made, url = _client(random, library, url)
            shared, given = _shared(random, module, [argument for argument in given if argument])
            verb = random.choice(["post(", 'request("POST", '])
            return f"import {module}\nclient = {made}\n{shared}client.{verb}{url}, {', '.join(given)})\n"
        case "requests.Request":
            send = random.choice(["client.prepare_request(asked)", "asked.prepare()"])
            trusted = 'client.verify = os.environ["REQUESTS_CA_BUNDLE"]\n'  # which `send` does not read by itself
            made = f'client = requests.Session()\n{trusted}asked = requests.Request("POST", {url}, {arguments})\n'
            return f"import requests\n{made}client.send({send})\n"
        case "aiohttp" | "aiohttp.request":
            return _aiohttp(library, f"{url}, {arguments}")
        case "urllib":
            made = f'request = urllib.request.Request({url}, {arguments}, method="POST")\n'
            return made + "urllib.request.urlopen(request)\n"
        case "urllib3":
            return f'import urllib3\nurllib3.PoolManager().request("POST", {url}, {arguments})\n'
    send = f'client.request("POST", {path}, {arguments})\n'
    return 'client = http.client.HTTPSConnection("circleci.com")\n' + send + "client.getresponse().read()\n"
