"""v2 requests that start nothing, or are refused: none is proved, and the reason is told, in every language."""

from __future__ import annotations

import pytest

from tests.verifying.support import V2, checked, files, told
from tests.verifying.test_v2_check import CONFIG

RUN = f"{V2}/run"
TYPE = "-H 'Content-Type: application/json'"
TOKEN = '-H "Circle-Token: $T"'
BODY = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
OF_RUN = (
    '{"definition_id": "1", "config": {"branch": "main"}, "checkout": {"branch": "main"}, '
    '"parameters": {"run_job": "deploy"}}'
)
NO_TOKEN = "unknown: the request shows no token"
IN_QUERY = "differs: `/pipeline/run` takes no token in the query"
PLAIN, NO_TLS = V2.replace("https", "http"), "it goes to CircleCI by plain http"
WGET = f"wget --header=\"Circle-Token: $T\" {{types}} --post-data='{BODY.replace('{', '{{').replace('}', '}}')}' {V2}"
NOT_JSON = "no `Content-Type: application/json`"
NO_QUOTES = "stands in the JSON without quotes"


def _with(name: str, value: str) -> str:
    """The body with one more parameter."""
    return BODY.replace("}}", f', "{name}": {value}}}}}')


SPLICED, QUOTED = "'$1'", "\"'$1'\""
SELECTED, AT = BODY.replace('"deploy"', SPLICED), BODY.replace('"main"', SPLICED)
PULL = "pull/'$1'"
LITERAL = BODY.replace("main", "$B")


SHELL = {
    "token in a header": (f"curl {TOKEN} {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "bearer": (f"curl -H \"Authorization: Bearer $T\" {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "oauth": (f"curl --oauth2-bearer $T {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "basic": (f"curl -u $T: {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "userinfo": (f"curl {TYPE} -d '{OF_RUN}' {RUN.replace('//', '//$T:@')}", ""),
    "netrc": (f"curl -n {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "a header that the run shows": (f"curl -H \"$AUTH\" {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "headers in a file": (f"curl -K file {TYPE} -d '{OF_RUN}' {RUN}", ""),
    "query of /pipeline": (f"curl {TYPE} -d '{BODY}' '{V2}?circle-token='$T", "unknown: the token stands in the query"),
    "no token": (f"curl {TYPE} -d '{BODY}' {V2}", NO_TOKEN),
    "no token, run": (f"curl {TYPE} -d '{OF_RUN}' {RUN}", NO_TOKEN),
    "wget without token": (f"wget --header='Content-Type: application/json' --post-data='{BODY}' {V2}", NO_TOKEN),
    "token in the query, run": (f"curl {TYPE} -d '{OF_RUN}' '{RUN}?circle-token='$T", IN_QUERY),
    "token in --url-query": (f"curl {TYPE} --url-query circle-token=$T -d '{OF_RUN}' {RUN}", "unknown: "),
    "body of /pipeline": (f"curl {TOKEN} {TYPE} -d '{BODY}' {RUN}", "differs: `branch` is a field of `/pipeline`"),
    "body of /pipeline/run": (f"curl {TOKEN} {TYPE} -d '{OF_RUN}' {V2}", "it is one of `/pipeline/run`"),
    "encoded slug, run": (f"curl {TOKEN} {TYPE} -d '{OF_RUN}' {RUN.replace('/acme/', '%2Facme%2F')}", "404"),
    "github, run": (f"curl {TOKEN} {TYPE} -d '{OF_RUN}' {RUN.replace('/gh/', '/github/')}", "write `gh`"),
    "url-encoded": (f"curl {TOKEN} {TYPE} --data-urlencode '{BODY}' {V2}", "percent-encodes the JSON"),
    "in a field": (f"curl {TOKEN} {TYPE} --data-urlencode 'body={BODY}' {V2}", "not JSON"),
    "plain http": (f"curl {TOKEN} {TYPE} -d '{BODY}' {PLAIN}", f"differs: {NO_TLS}"),
    "plain http, user": (f"curl {TYPE} -d '{BODY}' {PLAIN.replace('//', '//$T:@')}", f"differs: {NO_TLS}"),
    "plain http, followed": (f"curl -L {TOKEN} {TYPE} -d '{BODY}' {PLAIN}", f"unknown: {NO_TLS}"),
    "plain http, wget": (
        f"wget --header=\"Circle-Token: $T\" --header='Content-Type: application/json' --post-data='{BODY}' {PLAIN}",
        f"unknown: {NO_TLS}",
    ),
    "wget, two types": (
        WGET.format(types="--header='Content-Type: application/json' --header=Content-Type:text/plain"),
        NOT_JSON,
    ),
    "wget, JSON last": (
        WGET.format(types="--header=Content-Type:text/plain --header='Content-Type: application/json'"),
        "",
    ),
    "curl, two types": (f"curl {TOKEN} {TYPE} -H 'Content-Type: text/plain' -d '{BODY}' {V2}", "cannot be seen"),
    "no scheme": (f"curl {TOKEN} {TYPE} -d '{BODY}' {PLAIN[7:]}", f"differs: {NO_TLS}"),
    "plain http in a variable": (
        f"api=http://circleci.com/api/v2\ncurl {TOKEN} {TYPE} -d '{BODY}' $api{V2[27:]}",
        NO_TLS,
    ),
    "scheme of the run": (f"curl {TOKEN} {TYPE} -d '{BODY}' $SCHEME{V2[5:]}", ""),
    "plain http to a server": (f"curl {TOKEN} {TYPE} -d '{BODY}' {PLAIN.replace('.com', '.acme.com')}", ""),
    "multipart": (f"curl {TOKEN} -F 'json={BODY}' {V2}", "no `Content-Type: application/json`"),
    "multipart, said to be JSON": (f"curl {TOKEN} {TYPE} -F 'json={BODY}' {V2}", "not JSON"),
    "-G": (f"curl -X POST -G {TOKEN} {TYPE} -d '{BODY}' {V2}", "into the query"),
    "query": (f"curl -X POST {TOKEN} '{V2}?branch=main&parameters[run_job]=deploy'", "`branch` stands in the query"),
    "parameters in the query": (f"curl -X POST {TOKEN} '{V2}?parameters%5Brun_job%5D=deploy'", "stands in the query"),
    "bare string": (f"curl {TOKEN} {TYPE} -d '{_with('stage', SPLICED)}' {V2}", NO_QUOTES),
    "bare selector": (f"curl {TOKEN} {TYPE} -d '{SELECTED}' {V2}", NO_QUOTES),
    "bare branch": (f"curl {TOKEN} {TYPE} -d '{AT}' {V2}", NO_QUOTES),
    "bare by jq": (
        f'curl {TOKEN} --json "$(jq -n --argjson s $1 \'{{parameters: {{run_job: "deploy", stage: $s}}}}\')" {V2}',
        NO_QUOTES,
    ),
    "text by jq": (
        f'curl {TOKEN} --json "$(jq -n --arg s $1 \'{{parameters: {{run_job: "deploy", stage: $s}}}}\')" {V2}',
        "",
    ),
    "bare number": (f"curl {TOKEN} {TYPE} -d '{_with('count', SPLICED)}' {V2}", ""),
    "text for a number": (f"curl {TOKEN} {TYPE} -d '{_with('count', QUOTED)}' {V2}", "expected type: integer"),
    "text for a switch": (f"curl {TOKEN} {TYPE} -d '{_with('extra', QUOTED)}' {V2}", "expected type: boolean"),
    "a variable in single quotes": (f"curl {TOKEN} {TYPE} -d '{LITERAL}' {V2}", "to the letter"),
    "pull request": (
        f"curl {TOKEN} {TYPE} -d '{BODY.replace('main', 'pull/12')}' {V2}",
        "unknown: `branch` is `pull/12`",
    ),
    "pull request of the run": (f"curl {TOKEN} {TYPE} -d '{BODY.replace('main', PULL)}' {V2}", "`pull/N/head`"),
    "pull request for v2": (f"curl {TOKEN} {TYPE} -d '{BODY.replace('main', 'pull/12/head')}' {V2}", ""),
}
HEAD = """\
import http.client, httpx, json, os, requests, subprocess, urllib.parse, urllib.request

T = os.environ["T"]
TOKEN = {"Circle-Token": T}
TYPED = {"Circle-Token": T, "Content-Type": "application/json"}
"""
MAIN, PULL_OF = '"main"', '"pull/" + T'
PYTHON = {
    "token in a header": (f"requests.post('{RUN}', json={OF_RUN}, headers=TOKEN)", ""),
    "basic": (f"requests.post('{RUN}', json={OF_RUN}, auth=(T, ''))", ""),
    "session": (f"s = requests.Session()\ns.headers['Circle-Token'] = T\ns.post('{RUN}', json={OF_RUN})", ""),
    "session's user": (f"s = requests.Session()\ns.auth = (T, '')\ns.post('{RUN}', json={OF_RUN})", ""),
    "headers that the run shows": (f"requests.post('{RUN}', json={OF_RUN}, headers=made())", ""),
    "no token": (f"requests.post('{V2}', json={BODY})", NO_TOKEN),
    "no token, httpx": (f"httpx.post('{RUN}', json={OF_RUN})", NO_TOKEN),
    "no token, urllib": (
        f"urllib.request.urlopen(urllib.request.Request('{V2}', b'{BODY}', {{'Content-Type': 'application/json'}}))",
        NO_TOKEN,
    ),
    "no token, list": (f"subprocess.run(['curl', '--json', json.dumps({BODY}), '{V2}'])", NO_TOKEN),
    "token in params": (f"requests.post('{RUN}', json={OF_RUN}, params={{'circle-token': T}})", IN_QUERY),
    "token in the query": (f"requests.post(f'{RUN}?circle-token={{T}}', json={OF_RUN})", IN_QUERY),
    "body of /pipeline": (f"requests.post('{RUN}', json={BODY}, headers=TOKEN)", "`branch` is a field of `/pipeline`"),
    "body of /pipeline/run": (f"requests.post('{V2}', json={OF_RUN}, headers=TOKEN)", "it is one of `/pipeline/run`"),
    "plain http": (f"requests.post('{PLAIN}', json={BODY}, headers=TOKEN)", f"unknown: {NO_TLS}"),
    "plain http, connection": (
        f"c = http.client.HTTPConnection('circleci.com')\nc.request('POST', '{V2[20:]}', json.dumps({BODY}), TYPED)",
        f"unknown: {NO_TLS}",
    ),
    "urllib, text": (
        f"urllib.request.urlopen(urllib.request.Request('{V2}', '{BODY}', TYPED))",
        "differs: urllib raises an error",
    ),
    "urllib, dumps": (
        f"urllib.request.urlopen(urllib.request.Request('{V2}', data=json.dumps({BODY}), headers=TYPED))",
        "differs: urllib raises an error",
    ),
    "urllib, bytes": (
        f"urllib.request.urlopen(urllib.request.Request('{V2}', json.dumps({BODY}).encode(), TYPED))",
        "",
    ),
    "connection": (
        f"c = http.client.HTTPSConnection('circleci.com')\nc.request('POST', '{V2[20:]}', json.dumps({BODY}), TYPED)",
        "",
    ),
    "plain http, list": (
        f"subprocess.run(['curl', '-u', T + ':', '--json', json.dumps({BODY}), '{PLAIN}'])",
        f"differs: {NO_TLS}",
    ),
    "form": (f"requests.post('{V2}', data={BODY}, headers=TYPED)", "a form"),
    "url-encoded": (f"requests.post('{V2}', data=urllib.parse.urlencode({BODY}), headers=TYPED)", "a form"),
    "quoted": (f"requests.post('{V2}', data=urllib.parse.quote(json.dumps({BODY})), headers=TYPED)", "not a map"),
    "multipart": (f"requests.post('{V2}', files={{'json': json.dumps({BODY})}}, headers=TOKEN)", "no `Content-Type"),
    "query": (f"requests.post('{V2}', params={BODY}, headers=TYPED)", "`branch` stands in the query"),
    "JSON in JSON": (f"requests.post('{V2}', json=json.dumps({BODY}), headers=TOKEN)", "not a map"),
    "bare string": (
        f"requests.post('{V2}', data='{_with('stage', '%s')}' % T, headers=TYPED)",
        NO_QUOTES,
    ),
    "text for a number": (
        f"requests.post('{V2}', json={_with('count', 'T')}, headers=TOKEN)",
        "expected type: integer",
    ),
    "number": (f"requests.post('{V2}', json={_with('count', 'int(T)')}, headers=TOKEN)", ""),
    "text for a switch": (
        f"requests.post('{V2}', json={_with('extra', 'str(T)')}, headers=TOKEN)",
        "expected type: boolean",
    ),
    "number for text": (f"requests.post('{V2}', json={_with('stage', 'len(T)')}, headers=TOKEN)", "sent as integer"),
    "text or null": (f"requests.post('{V2}', json={_with('stage', 'os.environ.get(T)')}, headers=TOKEN)", "be null"),
    "pull request": (f"requests.post('{V2}', json={BODY.replace('main', 'pull/12')}, headers=TOKEN)", "`pull/N/head`"),
    "pull request of the run": (
        f"requests.post('{V2}', json={BODY.replace(MAIN, PULL_OF)}, headers=TOKEN)",
        "`pull/N/head`",
    ),
    "any type": (f"requests.post('{V2}', json={_with('stage', 'made()')}, headers=TOKEN)", "of another type"),
}


def _proofs(content: dict[str, str]) -> list[str]:
    return [line for call in checked(content).calls for line in told(call.proofs)]


def _judge(lines: list[str], wanted: str) -> None:
    assert lines
    assert any(wanted in line for line in lines), lines
    assert any(line.endswith(": proved") for line in lines) == (not wanted), lines


@pytest.mark.parametrize("name", SHELL)
def test_in_shell(name: str) -> None:
    call, wanted = SHELL[name]
    _judge(_proofs(files(CONFIG, call=call + "\n")), wanted)


@pytest.mark.parametrize("name", PYTHON)
def test_in_python(name: str) -> None:
    call, wanted = PYTHON[name]
    _judge(_proofs({**files(CONFIG), "ci/go.py": f"{HEAD}{call}\n"}), wanted)
