"""Calls that are run as they are and rewritten, by the way they write values.

Every script sends the job `deploy` and, where it says `$V`, the environment variable V as the build parameter VERSION.
"""

# ruff: noqa: E501 - commands stay on the lines that they are about

API = "http://circleci.com/api/v1.1/project/github/acme/app"
JSON = "-H 'Content-Type: application/json'"

# The original encodes $V, so that every value arrives as it is.
EXACT = {
    "urlencode": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy \\
  --data-urlencode "build_parameters[VERSION]=$V" \\
  {API}/tree/main
""",
    "multipart": f'curl -s -F build_parameters[CIRCLE_JOB]=deploy -F "build_parameters[VERSION]=$V" {API}/tree/main\n',
    "multipart string": f"""curl -s --form-string build_parameters[CIRCLE_JOB]=deploy \\
  --form-string "build_parameters[VERSION]=$V" {API}/tree/main
""",
    "urlencode with text around": f"""curl -s -d 'build_parameters[CIRCLE_JOB]=deploy' \\
  --data-urlencode "build_parameters[VERSION]=v${{V}}+1" {API}/tree/main
""",
    "jq": f"""curl -s {JSON} \\
  -d "$(jq -n --arg version "$V" '{{build_parameters: {{CIRCLE_JOB: "deploy", VERSION: $version}}}}')" {API}
""",
    "percent-encoded by jq": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy \\
  -d "build_parameters[VERSION]=$(printf %s "$V" | jq -sRr @uri)" {API}
""",
    "JSON string by jq": f"""version=$(printf %s "$V" | jq -Rs .)
curl -s {JSON} -d "{{\\"build_parameters\\": {{\\"CIRCLE_JOB\\": \\"deploy\\", \\"VERSION\\": $version}}}}" {API}
""",
    "jq in a pipe": f"""jq -n --arg v "$V" '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": $v}}}}' |
  curl -s {JSON} -d @- {API}/tree/main
""",
}

# The original leaves the encoding to luck.
LOOSE = {
    "form": f'curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" {API}/tree/main\n',
    "one option": f'curl -s -d "build_parameters[CIRCLE_JOB]=deploy&build_parameters[VERSION]=$V" {API}/tree/main\n',
    "glued and clustered": f'curl -sdbuild_parameters[CIRCLE_JOB]=deploy -sd"build_parameters[VERSION]=$V" {API}\n',
    "percent-encoded names": f"""curl -s --data 'build_parameters%5BCIRCLE_JOB%5D=deploy' \\
  --data "build_parameters%5BVERSION%5D=$V" {API}
""",
    "escaped brackets": f'curl -s -d build_parameters\\[CIRCLE_JOB\\]=deploy -d build_parameters\\[VERSION\\]="$V" {API}\n',
    "query": f'curl -s -X POST "{API}?build_parameters%5BCIRCLE_JOB%5D=deploy&build_parameters%5BVERSION%5D=$V"\n',
    "get and post": f"""curl -s -G -X POST -d build_parameters[CIRCLE_JOB]=deploy \\
  -d "build_parameters[VERSION]=$V" {API}
""",
    "spliced": f"""curl -s {JSON} -d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "'"$V"'"}}}}' {API}\n""",
    "spliced without quotes": f"""curl -s {JSON} -d '{{"build_parameters":{{"CIRCLE_JOB":"deploy","VERSION":"'$V'"}}}}' {API}
""",
    "escaped": f"""curl -s {JSON} -d "{{\\"build_parameters\\": {{\\"CIRCLE_JOB\\": \\"deploy\\", \\"VERSION\\": \\"$V\\"}}}}" {API}
""",
    "variable": f"""BODY="{{\\"build_parameters\\": {{\\"CIRCLE_JOB\\": \\"deploy\\", \\"VERSION\\": \\"$V\\"}}}}"
curl -s {JSON} -d "$BODY" {API}
""",
    "here-document": f"""curl -s {JSON} -d @- {API}/tree/main <<EOF
{{
  "build_parameters": {{
    "CIRCLE_JOB": "deploy",
    "VERSION": "$V"
  }}
}}
EOF
""",
    "here-document with tabs": f"""if true; then
	curl -s {JSON} --data-binary @- {API}/tree/main <<-EOF
	{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "$V"}}}}
	EOF
fi
""",
    "here-document in a variable": f"""post_data=$(cat <<EOF
{{
  "build_parameters": {{
    "CIRCLE_JOB": "deploy", "VERSION": "${{V}}"
  }}
}}
EOF
)
curl -s {JSON} --data "${{post_data}}" --request POST {API}/tree/main
""",
    "here-document in the option": f"""curl -s {JSON} {API} -d "$(cat <<EOF
{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "$V"}}}}
EOF
)"
""",
    "quoted here-document": f"""curl -s {JSON} -d @- "{API}/tree/$BRANCH" <<'EOF'
{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "fixed $V `x`"}}}}
EOF
""",
    "here-document through a pipe": f"""cat <<EOF | curl -s {JSON} -d @- {API}/tree/main
{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "$V"}}}}
EOF
""",
    "printf through a pipe": f"""printf '%s' '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "'"$V"'"}}}}' |
  curl -s {JSON} -d @- {API}/tree/main
""",
    "printf with a format": f"""printf '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "%s"}}}}' "$V" |
  curl -s {JSON} -d @- {API}/tree/main
""",
    "wget": f"""wget -q -O - --post-data="build_parameters[CIRCLE_JOB]=deploy&build_parameters[VERSION]=$V" {API}/tree/main\n""",
    "wget with JSON": f"""wget -qO- --header 'Content-Type: application/json' \\
  --post-data '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": "'"$V"'"}}}}' {API}/tree/main
""",
    "wget with a method": f"""wget -qO- --method=POST --body-data='build_parameters[CIRCLE_JOB]=deploy' {API}/tree/main\n""",
    "command substitution": f"""reply=$(curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" {API})
echo "$reply"
""",
    "and, or, subshell": f"""true && (curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" {API}) || exit 1\n""",
    "function": f"""trigger() {{
  curl -s -d "build_parameters[CIRCLE_JOB]=$1" -d "build_parameters[VERSION]=$V" {API}/tree/main
}}
trigger deploy
""",
    "prefixed": f"""nohup env X=1 timeout -k 1 20 curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" {API}
""",
    "loop": f"""for job in deploy; do
  curl -s -d "build_parameters[CIRCLE_JOB]=$job" -d "build_parameters[VERSION]=$V" {API}/tree/main
done
""",
    "URL in pieces": """BASE=http://circleci.com/api/v1.1
ORG="acme"
PROJECT=$ORG/app
curl -s "$BASE/project/github/${PROJECT}/tree/$BRANCH" -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V"
""",
    "URL in a variable": f"""URL={API}/tree/main
curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" "$URL"
""",
    "URL in a variable used twice": f"""URL={API}
curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=$V" $URL/tree/main
echo "started on $URL"
""",
    "v1 without vcs": """curl -s -d build_parameters[CIRCLE_JOB]=deploy http://circleci.com/api/v1/project/acme/app/tree/main\n""",
    "token in the query": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy "{API}/tree/main?circle-token=$TOKEN"\n""",
    "token in the URL": """curl -s -d build_parameters[CIRCLE_JOB]=deploy http://$TOKEN:@circleci.com/api/v1.1/project/gh/acme/app\n""",
    "encoded branch": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy {API}/tree/feature%2Fx\n""",
    "branch in pieces": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy '{API}/tree/'"release-$BRANCH"\n""",
    "comment in the middle": f"""curl -s `# quiet` \\
  -d build_parameters[CIRCLE_JOB]=deploy `# the job` \\
  -d "build_parameters[VERSION]=$V" \\
  {API}/tree/main
""",
    "JSON types": f"""curl -s {JSON} {API} -d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": 1.50, "ON": true}}}}'\n""",
    "nested JSON": f"""curl -s {JSON} {API} -d '{{"build_parameters": {{"CIRCLE_JOB": "deploy", "VERSION": {{"a": ["b", 1]}}}}}}'\n""",
    "escapes in JSON": (
        f"curl -s {JSON} {API} -d "
        """'{"build_parameters": {"CIRCLE_JOB": "deploy", "VERSION": "it\\u0027s \\"x\\" \\\\ \\n\\u00e9 \\ud83d\\ude00"}}'\n"""
    ),
    "encoded literal": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy -d 'build_parameters[VERSION]=a+b%20c%2Bd%26%C3%A9' {API}\n""",
    "dollar string": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy -d "build_parameters[VERSION]=\\$V it's" {API}\n""",
    "empty data": f"""curl -s -X POST --data '' {API}/tree/main\n""",
    "no data": f"""curl -s -X POST {API}/tree/main\n""",
    "no data, URL first": f"""curl {API}/tree/main -s -X POST\n""",
}
BASH_ONLY = {
    "here-string": f"""curl -s {JSON} -d @- {API} <<< "{{\\"build_parameters\\": {{\\"CIRCLE_JOB\\": \\"deploy\\", \\"VERSION\\": \\"$V\\"}}}}"
""",
    "ANSI string": f"""curl -s -d build_parameters[CIRCLE_JOB]=deploy -d $'build_parameters[VERSION]=a\\tb\\'c' {API}\n""",
}
