"""Scripts that read the reply of a trigger, each of which is adapted exactly or with a word of warning.

They run with $TOKEN, and with $ORG and $REPO as `acme` and `app`, in the environment.
"""

CALL = (
    'curl -fsS -u "$TOKEN:" -H "Accept: application/json" -d build_parameters[CIRCLE_JOB]=deploy '
    "https://circleci.com/api/v1.1/project/github/acme/app/tree/main"
)
OPEN_CALL = CALL.replace("github/acme/app", "github/$ORG/$REPO")
PAGE = "https://circleci.com/gh/acme/app"

# Safe: what is printed is the page of the pipeline in place of that of the build, and nothing else differs.
SAFE = {
    "pipe": f"{CALL} | jq -r .build_url",
    "single-quotes": f"{CALL} | jq -r '.build_url'",
    "double-quotes": f'{CALL} | jq -r ".build_url"',
    "index": f"""{CALL} | jq -r '.["build_url"]'""",
    "long-option": f"{CALL} | jq --raw-output .build_url",
    "json-string": f"{CALL} | jq .build_url",
    "json-string-without-quotes": f"{CALL} | jq .build_url | tr -d '\"'",
    "exit-status": f"{CALL} | jq -er .build_url",
    "or-empty": f"{CALL} | jq -r '.build_url // empty'",
    "in-a-sentence": f"""{CALL} | jq -r '"See \\(.build_url) please"'""",
    "summed": f"""{CALL} | jq -r '"See " + .build_url + "!"'""",
    "two-readers": (
        f'R=$({CALL})\necho "$R" | jq -r .build_url\nURL=$(printf %s "$R" | jq -r .build_url)\necho "at $URL"'
    ),
    "variable": f'RESPONSE=$({CALL})\necho "$RESPONSE" | jq -r .build_url',
    "here-string": f'RESPONSE=$({CALL})\njq -r .build_url <<< "$RESPONSE"',
    "here-string-of-the-call": f'jq -r .build_url <<< "$({CALL})"',
    "behind-a-prefix": f"{CALL} | command jq -r .build_url",
    "status-on-a-line": (
        f"""R=$({CALL} -w '\\n%{{http_code}}')\n[ "$(echo "$R" | tail -n1)" -lt 300 ]\n"""
        """echo "$R" | sed '$d' | jq -r .build_url"""
    ),
    "two-variables": f'R=$({CALL})\nCOPY="$R"\necho "$COPY" | jq -r .build_url',
    "file": f"{CALL} -o out.json\njq -r .build_url out.json\nrm out.json",
    "redirected-file": f"{CALL} > redirected.json\ncat redirected.json | jq -r .build_url",
    "file-on-stdin": f"{CALL} > stdin.json\njq -r .build_url < stdin.json",
    "tee": f"{CALL} | tee copy.json | jq -r .build_url",
    "group": f"{{ {CALL}; }} | jq -r .build_url",
    "backticks": f'URL=`{CALL} | jq -r .build_url`\necho "$URL"',
    "quoted-backticks": f'echo "page: `{CALL} | jq -r .build_url`"',
    "set-e": f'set -euo pipefail\nURL=$({CALL} | jq -r .build_url)\necho "$URL"',
    "function": f'go() {{\n  {CALL} | jq -r .build_url\n}}\nURL=$(go)\necho "$URL"',
    "local": f'go() {{\n  local url\n  url=$({CALL} | jq -r .build_url)\n  echo "started $url" >&1\n}}\ngo',
    "function-gives-the-reply": f'go() {{\n  {CALL}\n}}\nR=$(go)\necho "$R" | jq -r .build_url',
    "own-log-function": (
        f'log() {{\n  echo "[ci] $*"\n}}\nURL=$({CALL} | jq -r .build_url)\nlog "$URL"\nprintf "%s\\n" "$URL"'
    ),
    "here-document": f"URL=$({CALL} | jq -r .build_url)\ncat <<END\nsee $URL\nEND",
    "null-is-looked-for": (
        f'URL=$({CALL} | jq -r .build_url)\nif [ -z "$URL" ] || [ "$URL" = null ]; then exit 1; fi\necho "$URL"'
    ),
    "variables-in-the-slug": f"{OPEN_CALL} | jq -r .build_url",
    "variables-and-arguments": f"""{OPEN_CALL} | jq -r --arg org x '"\\($org): \\(.build_url)"'""",
    "constants-in-the-slug": f"ORG=acme\nREPO=app\n{OPEN_CALL} | jq -r .build_url",
    "number-in-an-address": f'N=$({CALL} | jq -r .build_num)\necho "{PAGE}/$N."',
    "number-in-an-address-in-a-variable": (
        f'N=$({CALL} | jq .build_num)\nURL="{PAGE}/${{N}}"\necho "See $URL"\necho "$URL again"'
    ),
    "number-in-an-open-address": f'N=$({OPEN_CALL} | jq .build_num)\necho "https://circleci.com/gh/$ORG/$REPO/$N"',
    "address-in-pieces": f'BASE={PAGE}\nN=$({CALL} | jq .build_num)\necho "$BASE/$N" and again "$BASE/$N"',
    "address-in-the-program": f"""{CALL} | jq -r '"{PAGE}/\\(.build_num)"'""",
    "address-summed-in-the-program": f"""{CALL} | jq -r '"{PAGE}/" + (.build_num | tostring)'""",
}

# The project is known at run time only, for which there are other warnings.
OPEN = {
    name: SAFE.pop(name) for name in [name for name, text in SAFE.items() if OPEN_CALL in text and "ORG=" not in text]
}

# With --unsafe only: a number is shown that is another one from then on.
NUMBERS = {
    "number": f"{CALL} | jq .build_num",
    "number-in-a-sentence": f'N=$({CALL} | jq -r .build_num)\necho "number $N is started"',
    "number-and-address": f'N=$({CALL} | jq -r .build_num)\necho "number $N at {PAGE}/$N"',
    "address-and-number": f'N=$({CALL} | jq -r .build_num)\necho "<{PAGE}/$N> is number $N"',
    "address-and-number-in-a-variable": f'N=$({CALL} | jq .build_num)\nT="{PAGE}/$N ($N)"\necho "$T"',
    "number-and-page": f"""{CALL} | jq -r '"\\(.build_num) is at \\(.build_url)"'""",
}
