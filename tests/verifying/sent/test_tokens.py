"""How a v2 request shows its token: each way is run, and only what shows the token to the server is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from migrator.model import Verdict
from tests.conftest import needs
from tests.python.stage import Stage, stage
from tests.shell.loopback import serving
from tests.verifying.support import V1, V2, checked, compared, files, migrated, told
from tests.verifying.test_v2_check import CONFIG
from tests.world import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.shell.loopback import Loopback
    from tests.world.exchange import Request

pytestmark = needs("bash", "curl", "wget")
TYPE = "-H 'Content-Type: application/json'"
BODY = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
T = "tok"
ENVIRONMENT = {"T": T, "B64": "dG9rOg==", "EMPTY": ""}
LETTER = "to the letter"
CURL = {
    "header": ('-H "Circle-Token: $T"', ""),
    "header, capitals": ('-H "CIRCLE-TOKEN:$T"', ""),
    "bearer": ('-H "Authorization: Bearer $T"', ""),
    "bearer, small": ('-H "authorization:  bearer   ${T}"', ""),
    "oauth": ('--oauth2-bearer "$T"', ""),
    "basic by base64": ('-H "Authorization: Basic $(printf \'%s:\' "$T" | base64)"', ""),
    "basic to the letter": ('-H "Authorization: Basic dG9rOg=="', ""),
    "user": ('-u "$T:"', ""),
    "user without colon": ('-u "$T" < /dev/null', ""),
    "user, and a wrong header": ('-u "$T:" -H "Circle-Token "', ""),
    "a wrong header, and one": ('-H "Circle-Token:" -H "Authorization: Bearer $T"', ""),
    "in single quotes": ("-H 'Circle-Token: ${T}'", LETTER),
    "bearer in single quotes": ("-H 'Authorization: Bearer $T'", LETTER),
    "user in single quotes": ("-u '$T:'", LETTER),
    "command in single quotes": ("-H 'Circle-Token: $(cat token)'", LETTER),
    "no scheme": ('-H "Authorization: $T"', "whether that begins with a scheme"),
    "no scheme, to the letter": ('-H "Authorization: tok"', "names no scheme"),
    "scheme of another API": ('-H "Authorization: token $T"', "another scheme"),
    "scheme without a blank": ('-H "Authorization: Bearer$T"', "whether that begins with a scheme"),
    "basic raw": ('-H "Authorization: Basic $T"', "cannot be seen"),
    "basic raw, to the letter": ('-H "Authorization: Basic tok"', "in base64"),
    "a name": ('-H "Circle-Token: CIRCLE_TOKEN"', "the name of a variable"),
    "no colon": ('-H "Circle-Token $T"', "without a colon"),
    "no colon, to the letter": ("-H 'Circle-Token tok'", "without a colon"),
    "empty header": ("-H 'Circle-Token: '", "without a value"),
    "empty header, sent": ("-H 'Circle-Token;'", "is empty"),
    "empty bearer": ("-H 'Authorization: Bearer'", "is empty"),
    "empty by assignment": ('-H "Circle-Token: $none"', "without a value"),
    "a blank behind the colon": ("-H Circle-Token: $T", ""),
    "as password": ('-u ":$T"', "none stands before the colon"),
    "as password of a user": ('-u "circleci:$T"', "is the password"),
    "digest": ('--digest -u "$T:"', "--digest"),
    "any scheme": ('--anyauth -u "$T:"', "--anyauth"),
    "user behind a header": ('-u "$T:" -H "Authorization: token x"', "another scheme"),
    "none": ("-s", "shows no token"),
    "another header": ('-H "X-Circle-Token: $T"', "shows no token"),
}
UNPROVED = {"a blank behind the colon"}
"""Which the reader of the command line sees more in."""
WGET = {
    "header": ('--header="Circle-Token: $T"', ""),
    "bearer": ('--header "Authorization: Bearer $T"', ""),
    "user": ('--auth-no-challenge --user="$T" --password=', ""),
    "other user": ('--auth-no-challenge --http-user="$T" --http-password=x', ""),
    "in single quotes": ("--header='Circle-Token: ${T}'", LETTER),
    "no scheme": ('--header="Authorization: $T"', "whether that begins with a scheme"),
    "no colon": ('--header="Circle-Token $T"', "without a colon"),
    "empty header": ("--header='Circle-Token: '", "is empty"),
    "user before a challenge": ('--user="$T" --password=', "--auth-no-challenge"),
    "user without password": ('--auth-no-challenge --user="$T"', "--password"),
    "as password": ('--auth-no-challenge --user= --password="$T"', "none stands before the colon"),
}
ADDRESSES = {
    "userinfo": ("https://$T:@", ""),
    "userinfo without colon": ("https://${T}@", ""),
    "userinfo, password": ("https://:$T@", "none stands before the colon"),
}
HEAD = """\
import aiohttp, asyncio, base64, http.client, httpx, json, os, requests, subprocess, urllib.request, urllib3
from requests.auth import HTTPBasicAuth

T = os.environ["T"]
RAW = '{"branch": "main", "parameters": {"run_job": "deploy"}}'
JSON = {"Content-Type": "application/json"}
"""
PYTHON = {
    "header": (f"requests.post('{V2}', json=__, headers={{'Circle-Token': T}})", ""),
    "bearer": (f"requests.post('{V2}', json=__, headers={{'Authorization': f'Bearer {{T}}'}})", ""),
    "bearer, sum": (f"httpx.post('{V2}', json=__, headers={{'Authorization': 'Bearer ' + T}})", ""),
    "basic": (
        (
            f"requests.post('{V2}', json=__, headers={{'Authorization': 'Basic ' + "
            "base64.b64encode((T + ':').encode()).decode()})"
        ),
        "",
    ),
    "basic, in steps": (
        (
            f"login = base64.b64encode((T + ':').encode()).decode()\n"
            f"httpx.post('{V2}', json=__, headers={{'Authorization': 'Basic ' + login}})"
        ),
        "",
    ),
    "pair": (f"requests.post('{V2}', json=__, auth=(T, ''))", ""),
    "object": (f"requests.post('{V2}', json=__, auth=HTTPBasicAuth(T, ''))", ""),
    "pair in a variable": (f"login = (T, '')\nhttpx.post('{V2}', json=__, auth=login)", ""),
    "session": (f"s = requests.Session()\ns.headers['Circle-Token'] = T\ns.post('{V2}', json=__)", ""),
    "session's bearer": (
        f"s = requests.Session()\ns.headers['Authorization'] = f'Bearer {{T}}'\ns.post('{V2}', json=__)",
        "",
    ),
    "urllib3": (
        (
            f"urllib3.PoolManager().request('POST', '{V2}', json=__, "
            "headers={**urllib3.make_headers(basic_auth=T + ':'), **JSON})"
        ),
        "",
    ),
    "add_header": (
        (
            f"r = urllib.request.Request('{V2}', RAW.encode(), JSON)\nr.add_header('Circle-Token', T)\n"
            "urllib.request.urlopen(r)"
        ),
        "",
    ),
    "no f": (f"requests.post('{V2}', json=__, headers={{'Circle-Token': '{{T}}'}})", LETTER),
    "no f, bearer": (f"httpx.post('{V2}', json=__, headers={{'Authorization': 'Bearer {{T}}'}})", LETTER),
    "no %": (f"requests.post('{V2}', json=__, headers={{'Circle-Token': '%s'}})", LETTER),
    "of the shell": (f"requests.post('{V2}', json=__, headers={{'Circle-Token': '${{T}}'}})", LETTER),
    "no scheme": (f"requests.post('{V2}', json=__, headers={{'Authorization': T}})", "begins with a scheme"),
    "other scheme": (f"httpx.post('{V2}', json=__, headers={{'Authorization': f'token {{T}}'}})", "another scheme"),
    "basic raw": (f"requests.post('{V2}', json=__, headers={{'Authorization': f'Basic {{T}}'}})", "cannot be seen"),
    "empty": (f"requests.post('{V2}', json=__, headers={{'Circle-Token': ''}})", "is empty"),
    "None": (f"requests.post('{V2}', json=__, headers={{'Circle-Token': None}})", "is None"),
    "as password": (f"requests.post('{V2}', json=__, auth=('', T))", "none stands before the colon"),
    "as password, object": (f"requests.post('{V2}', json=__, auth=HTTPBasicAuth('', T))", "none stands before"),
    "as password, httpx": (f"httpx.post('{V2}', json=__, auth=httpx.BasicAuth('x', T))", "is the password"),
    "urllib, no scheme": (
        f"urllib.request.urlopen(urllib.request.Request('{V2}', RAW.encode(), {{'Authorization': T, **JSON}}))",
        "begins with a scheme",
    ),
    "http.client": (
        (
            f"c = http.client.HTTPSConnection('circleci.com')\n"
            f"c.request('POST', '{V2[20:]}', RAW, {{'Circle-Token': '{{T}}', **JSON}})"
        ),
        LETTER,
    ),
    "aiohttp": (
        (
            "async def go():\n    async with aiohttp.ClientSession() as s:\n"
            f"        await s.post('{V2}', json=__, auth=aiohttp.BasicAuth('', T))\nasyncio.run(go())"
        ),
        "none stands before the colon",
    ),
    "list": (
        f"subprocess.run(['curl', '-H', 'Circle-Token: $T', '--json', RAW, '{V2}'], stdout=subprocess.DEVNULL)",
        LETTER,
    ),
    "list, user": (
        f"subprocess.run(['curl', '-u', ':' + T, '--json', RAW, '{V2}'], stdout=subprocess.DEVNULL)",
        "none stands before",
    ),
    "query": (f"requests.post('{V2}', json=__, params={{'circle-token': T}})", "stands in the query"),
}


@pytest.fixture(name="loopback", scope="module")
def _loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    with serving(tmp_path_factory.mktemp("loopback")) as loopback:
        yield loopback


@pytest.fixture(name="stage", scope="module")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage")) as found:
        yield found


def _judge(content: dict[str, str], sent: list[Request], wanted: str) -> None:
    found = [proof for call in checked(content).calls for proof in call.proofs]
    lines = told(found)
    proved = all(proof.verdict is Verdict.PROVED for proof in found)
    assert proved == (not wanted), lines
    assert any(wanted in line for line in lines), lines
    shown = {tokens.in_header(request) for request in sent if request.method == "POST"}
    assert (shown == {T}) == proved, (sent, lines)


def _in_shell(loopback: Loopback, call: str, wanted: str) -> None:
    text = f"none=\n{call}\n"
    sent = loopback.run("bash", text.replace("https://", "http://"), ENVIRONMENT)
    _judge(files(CONFIG, call=text), sent, wanted)


@pytest.mark.parametrize("name", sorted(CURL.keys() - UNPROVED))
def test_curl(loopback: Loopback, name: str) -> None:
    option, wanted = CURL[name]
    _in_shell(loopback, f"curl -s {TYPE} -d '{BODY}' {V2} {option}", wanted)


@pytest.mark.parametrize("name", WGET)
def test_wget(loopback: Loopback, name: str) -> None:
    option, wanted = WGET[name]
    _in_shell(
        loopback, f"wget -qO- --header='Content-Type: application/json' --post-data='{BODY}' {V2} {option}", wanted
    )


@pytest.mark.parametrize("name", ADDRESSES)
def test_in_the_address(loopback: Loopback, name: str) -> None:
    start, wanted = ADDRESSES[name]
    _in_shell(loopback, f"curl -s {TYPE} -d '{BODY}' {V2.replace('https://', start)}", wanted)


@pytest.mark.parametrize("name", PYTHON)
def test_python(stage: Stage, name: str) -> None:
    call, wanted = PYTHON[name]
    code = HEAD + call.replace("json=__", f"json={BODY}") + "\n"
    sent, _ = stage.run(code, env=ENVIRONMENT)
    _judge({**files(CONFIG), "ci/go.py": code}, sent, wanted)


_OLD_CONFIG = "version: 2.1\njobs: {deploy: {docker: [{image: cimg/base:1}], steps: [checkout]}}\nworkflows: {}\n"
OLD = files(_OLD_CONFIG, call=f'curl -u "$T:" -d build_parameters[CIRCLE_JOB]=deploy {V1}/tree/main\n')


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("-H 'Circle-Token: ${T}'", "deploy: differs: its token is `${T}` to the letter"),
        ('-H "Authorization: token $T"', "deploy: differs: `Authorization` is of another scheme"),
        ('-u ":$T"', "deploy: differs: the token has to be the user"),
        ("-u abcdef:", "deploy: unknown: its token stands in the text now"),
    ],
)
def test_against_a_call_that_showed_it(shown: str, wanted: str) -> None:
    new = migrated(OLD)
    spoilt = {**new, "call.sh": new["call.sh"].replace('-u "$T:"', shown)}
    assert spoilt != new
    (call,) = compared(OLD, spoilt).calls
    assert told(call.proofs)[0].startswith(wanted), told(call.proofs)


@pytest.mark.parametrize("shown", ["-H 'Circle-Token: ${T}'", '-H "Authorization: $AUTH"', "-u :$T"])
def test_what_was_no_better_before_is_the_same(shown: str) -> None:
    old = {**OLD, "call.sh": OLD["call.sh"].replace('-u "$T:"', shown)}
    (call,) = compared(old, migrated(old)).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.PROVED], told(call.proofs)


def test_a_token_from_elsewhere_is_told() -> None:
    new = migrated(OLD)
    (call,) = compared(OLD, {**new, "call.sh": new["call.sh"].replace('"$T:"', '"$PERSONAL:"')}).calls
    (proof,) = call.proofs
    assert proof.verdict is Verdict.PROVED
    assert proof.claim.endswith("; its token is `$PERSONAL` now, and was `$T`")
    (call,) = compared(OLD, new).calls
    assert "token" not in call.proofs[0].claim


def test_an_address_without_a_scheme_is_plain_http(loopback: Loopback) -> None:
    text = f"curl -s -u $T: {TYPE} -d '{BODY}' {V2.removeprefix('https://')}\n"
    assert len(loopback.run("bash", text, ENVIRONMENT)) == 1  # its proxy takes plain http
    (call,) = checked(files(CONFIG, call=text)).calls
    assert [proof.verdict for proof in call.proofs] == [Verdict.DIFFERS]


@pytest.mark.parametrize(("scheme", "verdict"), [("https", Verdict.DIFFERS), ("http", Verdict.PROVED)])
def test_plain_http_is_told_where_it_is_new(scheme: str, verdict: Verdict) -> None:
    old = {**OLD, "call.sh": OLD["call.sh"].replace("https:", f"{scheme}:")}
    new = migrated(old)
    plain = {**new, "call.sh": new["call.sh"].replace("https:", "http:")}
    (call,) = compared(old, plain).calls
    assert [proof.verdict for proof in call.proofs] == [verdict], told(call.proofs)


@pytest.mark.parametrize(
    ("host", "wanted"),
    [
        ("circleci.com", "deploy: proved"),
        ("user@circleci.com", "deploy: proved"),
        ("$CIRCLE_HOST", "deploy: proved"),
        ("api.circleci.com", "deploy: unknown: it goes to api.circleci.com, and the old call went to circleci.com"),
        ("circleci.acme.com", "deploy: unknown: it goes to circleci.acme.com, and the old call went to circleci.com"),
    ],
)
def test_another_host_is_told(host: str, wanted: str) -> None:
    new = migrated(OLD)
    (call,) = compared(OLD, {**new, "call.sh": new["call.sh"].replace("circleci.com", host)}).calls
    assert told(call.proofs) == [wanted]
