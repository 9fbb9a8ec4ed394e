"""No token value may be printed, and nothing else may be hidden."""

from __future__ import annotations

import pytest

from migrator.report.redact import redact, redact_value

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


def test_a_parameter_is_a_secret_by_its_name_too() -> None:
    assert redact_value("DEPLOY_TOKEN", HEX) == "***"
    assert redact_value("DEPLOY_TOKEN", "$DEPLOY_TOKEN") == "$DEPLOY_TOKEN"
    assert redact_value("VERSION", HEX) == HEX
