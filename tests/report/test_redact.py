"""No token value may be printed, and nothing else may be hidden."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.report.redact import redact, redact_lines, redact_patch, redact_value

HEX = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"curl -u {HEX}: https://x", "curl -u ***: https://x"),
        (f"curl -u '{HEX}:' https://x", "curl -u '***:' https://x"),
        (f"curl -su {HEX} https://x", "curl -su *** https://x"),
        (f"curl -u{HEX}: x", "curl -u***: x"),
        (f'curl --user "{HEX}:" x', 'curl --user "***:" x'),
        (f"curl --user={HEX}: x", "curl --user=***: x"),
        ("curl -u short: x", "curl -u ***: x"),
        (f"https://circleci.com/x?circle-token={HEX}&a=b", "https://circleci.com/x?circle-token=***&a=b"),
        ('"x?a=b&circle-token=abc"', '"x?a=b&circle-token=***"'),
        ("-H 'Circle-Token: abc'", "-H 'Circle-Token: ***'"),
        ('-H "circle-token:abc"', '-H "circle-token:***"'),
        ('{"Circle-Token": "abc"}', '{"Circle-Token": "***"}'),
        ('{\\"Circle-Token\\": \\"abc\\"}', '{\\"Circle-Token\\": \\"***\\"}'),
        ("params={'circle-token': 'abc'}", "params={'circle-token': '***'}"),
        ('headers["Circle-Token"] = "abc"', 'headers["Circle-Token"] = "***"'),
        (f'"Circle-Token": {HEX}', '"Circle-Token": ***'),
        ('req.setHeader("Circle-Token", "abc")', 'req.setHeader("Circle-Token", "***")'),
        ("-H 'Authorization: Basic YWJjOg=='", "-H 'Authorization: Basic ***'"),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        (f"https://{HEX}@circleci.com/api", "https://***@circleci.com/api"),
        (f"https://{HEX}:@circleci.com/api", "https://***@circleci.com/api"),
        ("https://user:pass@circleci.com", "https://***@circleci.com"),
        ("echo CCIPAT_FerZRKmEgXXYvnYBqwr_9f8e7d6c5b", "echo ***"),
        ("x CCIPRJ_abc_123 y", "x *** y"),
        (f"CIRCLE_TOKEN={HEX}", "CIRCLE_TOKEN=***"),
        (f'export CIRCLE_API_TOKEN="{HEX}"', 'export CIRCLE_API_TOKEN="***"'),
        (f"token = '{HEX}'", "token = '***'"),
        (f"  CIRCLE_TOKEN: {HEX}", "  CIRCLE_TOKEN: ***"),
        (f'requests.post(url, auth=("{HEX}", ""))', 'requests.post(url, auth=("***", ""))'),
        (f"one -u {HEX}: two ?circle-token={HEX}", "one -u ***: two ?circle-token=***"),
    ],
)
def test_values_are_hidden(text: str, expected: str) -> None:
    assert redact(text) == expected
    assert redact(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        'curl -u "$CIRCLE_TOKEN:" x',
        "curl -u ${CIRCLE_TOKEN}: x",
        "curl --user $(cat token): x",
        "curl --user `cat token`: x",
        "?circle-token=$CIRCLE_TOKEN",
        "?circle-token=${CIRCLE_TOKEN}",
        "?circle-token=<< parameters.token >>",
        "?circle-token=%s",
        "?circle-token=:token",
        "f'?circle-token={token}'",
        "params={'circle-token': token}",
        'headers["Circle-Token"] = api_token',
        'req.setHeader("Circle-Token", token)',
        "Circle-Token: ${{ secrets.CIRCLE_TOKEN }}",
        "-H \"Circle-Token: $CIRCLE_TOKEN\"",
        "https://$CIRCLE_TOKEN@circleci.com/api",
        "https://${CIRCLE_TOKEN}:@circleci.com/api",
        "https://circleci.com/api/v1.1/project/gh/a/b@c",
        f"revision={HEX}",
        f"-d revision={HEX}",
        f"git checkout {HEX}",
        "CIRCLE_TOKEN=$1",
        "TOKEN=$(get_the_token_from_the_vault)",
        "token = read_token_from_environment()",
        "circleci_token = os.environ['CIRCLE_TOKEN']",
        "auth=(token, '')",
        "The call sends its token in the URL.",
        "v2 takes personal tokens only: make one.",
        "set -u; echo",
        "",
    ],
)  # fmt: skip
def test_everything_else_stays(text: str) -> None:
    assert redact(text) == text


FORMS = [
    '["curl", "-u", "{}:", url]',
    "['curl', '-su', '{}']",
    '["curl", "--user={}:"]',
    '["curl", "--user", f"{}:"]',
    'HTTPBasicAuth("{}", "")',
    "httpx.BasicAuth(username='{}', password='')",
    'aiohttp.BasicAuth("{}")',
    "auth=['{}', '']",
    "'auth' => ['{}', '']",
    "auth: {{ '{}': '' }}",
    'btoa("{}:")',
    "base64.b64encode(b'{}:')",
    "base64_encode('{}:')",
    'Base64.strict_encode64("{}:")',
    "Buffer.from('{}:').toString('base64')",
    'Base64.getEncoder().encodeToString("{}:".getBytes())',
    'echo -n "{}:" | base64',
    "printf '{}:' | openssl base64",
    "username: '{}'",
    "url_username: {}",
    '"username": "{}",',
    "user = '{}'",
    'Api("{}")',
    "new CircleCI('{}')",
    'circleci.Circle("{}")',
    'CircleCI(token="{}")',
    "TOKEN := {}",
    "CIRCLE_TOKEN ?= {}",
    "TOKEN ::= {}",
    "ENV CIRCLE_TOKEN {}",
    "ENV CIRCLE_TOKEN={}",
    "ARG API_KEY={}",
    "set CIRCLE_TOKEN={}",
    "setx CIRCLE_TOKEN {}",
    "-d build_parameters[API_KEY]={}",
    "build_parameters[DEPLOY_TOKEN]={}",
    '"build_parameters[AWS_SECRET_ACCESS_KEY]": "{}"',
    '{{"key": "circle-token", "value": "{}"}}',
    '{{"key": "circle-token", "type": "text", "value": "{}"}}',
    '{{"value": "{}", "key": "Circle-Token"}}',
    "- name: CIRCLE_TOKEN\n  value: {}",
    "{{ name: 'circle-token', value: '{}' }}",
    "'Circle-Token' => '{}'",
    '"Circle-Token" => "{}"',
]
SECRETS = st.one_of(
    st.text("0123456789abcdef", min_size=40, max_size=40).filter(lambda text: any(c.isdigit() for c in text)),
    st.from_regex(r"CCI(PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}", fullmatch=True),
    st.text(string.ascii_letters + string.digits + "_-", min_size=24, max_size=64).filter(
        lambda text: any(c.isdigit() for c in text) and text[0].isalnum() and text[-1].isalnum()
    ),
)


@pytest.mark.parametrize("form", FORMS)
@given(secret=SECRETS)
@settings(max_examples=30)
def test_a_secret_is_hidden_in_every_form(form: str, secret: str) -> None:
    shown = redact(form.format(secret))
    assert secret not in shown
    assert shown == form.format("***")


def test_a_value_on_the_line_behind_its_name_is_hidden() -> None:
    lines = ["{", '  "key": "circle-token",', f'  "value": "{HEX}"', "}"]
    assert redact_lines(lines) == ["{", '  "key": "circle-token",', '  "value": "***"', "}"]
    assert redact_lines(["a", "", "b"]) == ["a", "", "b"]


READABLE = [form.format(value) for form in FORMS for value in ("$CIRCLE_TOKEN", "${CIRCLE_TOKEN}", "<token>")]


@pytest.mark.parametrize("text", READABLE)
def test_an_expansion_stays_readable_in_every_form(text: str) -> None:
    assert redact(text) == text


def test_a_parameter_is_a_secret_by_its_name_too() -> None:
    assert redact_value("DEPLOY_TOKEN", HEX) == "***"
    assert redact_value("DEPLOY_TOKEN", "$DEPLOY_TOKEN") == "$DEPLOY_TOKEN"
    assert redact_value("VERSION", HEX) == HEX


def test_the_mark_of_a_line_of_a_patch_is_no_dash() -> None:
    text = "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-URL=https://circleci.com/x\n+USER=https://a\n u:\n"
    assert redact_patch(text) == text
    secret = "-curl -u 0123456789abcdef0123456789abcdef01234567: x"
    assert "0123456789abcdef" not in redact_patch(secret)
