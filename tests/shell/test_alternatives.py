"""Text that a script itself puts into an expansion is known, wherever it stands: `${X:-word}`, `${X// /+}`."""

from __future__ import annotations

import pytest

from migrator.model import Severity
from tests.shell.support import API, codes, only, rewritten


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("build_parameters[CIRCLE_JOB]=deploy${V:+&build_parameters[V]=$V}", "special-value"),
        ("build_parameters[V]=${V:-a&b}", "special-value"),
        ("build_parameters[V]=${V//,/&}", "special-value"),
        ("build_parameters[V]=${V// /%20}", "encoded-value"),
        ("build_parameters[V]=${V// /+}", "encoded-value"),
        ("build_parameters[V]=${V:-hello%20world}", "encoded-value"),
        ("build_parameters[V]=${V:-${W:-a+b}}", "encoded-value"),
    ],
)
def test_what_a_script_puts_into_an_expansion_is_its_own_text(data: str, code: str) -> None:
    """v1.1 decodes the form and divides it; the text behind the operator stands in the script."""
    assert code in codes(only(f'curl -d "{data}" {API}\n'))
    assert code in codes(only(f'X="{data.partition("=")[2]}"\ncurl -d "{data.partition("=")[0]}=$X" {API}\n'))


@pytest.mark.parametrize("default", ["$(date +%F)", "`date +%F`", "$(git log -1 --format=%h)", "$((N+1))"])
def test_what_a_command_prints_is_not_how_it_is_called(default: str) -> None:
    assert "encoded-value" not in codes(only(f'curl -d "build_parameters[V]=${{V:-{default}}}" {API}\n'))
    assert "encoded-value" in codes(only(f'curl -d "build_parameters[V]=${{V:-a+{default}}}" {API}\n'))


def test_what_a_command_is_given_may_be_what_it_prints() -> None:
    assert "encoded-value" in codes(only(f'curl -d "build_parameters[V]=${{V:-$(echo a+b)}}" {API}\n'))
    piped = "$(date +%F | tr - +)"
    assert "encoded-value" in codes(only(f'curl -d "build_parameters[V]=${{V:-{piped}}}" {API}\n'))


def test_a_value_that_a_pipe_encodes_is_refused() -> None:
    assert "encoded-value" in codes(only(f'M=$(echo "$1" | tr " " "+")\ncurl -d "build_parameters[V]=$M" {API}\n'))


@pytest.mark.parametrize("option", ["--data-urlencode", "--form-string"])
def test_a_value_that_curl_encodes_may_hold_anything(option: str) -> None:
    assert codes(only(f'curl {option} "build_parameters[V]=${{V:-a+b%20c}}" {API}\n'), Severity.ERROR) == []


@pytest.mark.parametrize(
    "address",
    [
        "$API/tree/main${T:+?circle-token=$T}",
        "$API/tree/main${T:+#x}",
        "$API$SUFFIX",
        "${API}x${X:+/tree/$X}",
    ],
)
def test_an_address_that_an_expansion_may_end_otherwise(address: str) -> None:
    text = f'SUFFIX=""\n[ -z "$1" ] || SUFFIX="/tree/$1"\ncurl -d job=x "{address.replace("$API", API)}"\n'
    assert "unresolved-url" in codes(only(text.replace("${API}", API)))


def test_a_name_with_a_part_of_its_own_is_no_address() -> None:
    text = f'NAME=$(cat ci/name)\ncurl -d job=x "{API}-$NAME/tree/release-${{V:-1}}"\n'
    assert codes(only(text), Severity.ERROR) == []


@pytest.mark.parametrize("word", ['say \\"hi\\"', "back\\\\slash", '"two words"'])
def test_a_default_that_json_has_to_escape_goes_through_jq(word: str) -> None:
    new = rewritten(f'curl -d "build_parameters[V]=${{V:-{word}}}" {API}\n')
    assert f'--arg v "${{V:-{word}}}"' in new
    assert "jq" not in rewritten(f'curl -d "build_parameters[V]=${{V:-plain}}" {API}\n')
