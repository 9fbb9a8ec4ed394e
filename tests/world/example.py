"""A migration made by hand: the little repository before and after, for the tests of the comparison."""

from __future__ import annotations

OLD_CONFIG = """
    version: 2
    jobs:
      build:
        machine: true
        steps:
          - checkout
          - run: echo "built by ${MAKER-nobody}" >> $EFFECTS
          - run: bash ci/release.sh "from $CIRCLE_JOB" "${CIRCLE_BRANCH-}" "$CIRCLE_SHA1"
      deploy:
        machine: true
        environment: {STAGE: production}
        steps:
          - checkout
          - run: echo "deploy ${VERSION-unset} to $STAGE as ${CHANNEL-no channel} $(git rev-parse HEAD)" >> $EFFECTS
    workflows:
      version: 2
      usual:
        jobs:
          - build: {context: makers, filters: {tags: {only: /.*/}}}
      nightly:
        triggers:
          - schedule: {cron: "0 0 * * *", filters: {branches: {only: main}}}
        jobs: [build]
    """

OLD_SCRIPT = """
    # Deploy: what, which branch, which commit.
    test -n "$2" || exit 0
    curl -sSf -u "$TOKEN:" -d 'build_parameters[CIRCLE_JOB]=deploy' -d "revision=$3" \\
      --data-urlencode "build_parameters[VERSION]=$1" \\
      "https://circleci.com/api/v1.1/project/github/acme/app/tree/$2"
    """

OLD_TAG_SCRIPT = """
    curl -sSf -u "$TOKEN:" -d 'build_parameters[CIRCLE_JOB]=deploy' -d "tag=$1" \\
      https://circleci.com/api/v1.1/project/github/acme/app
    """

EXPORT = """\
          - when:
              condition: << pipeline.parameters.version >>
              steps:
                - run:
                    environment: {VALUE: << pipeline.parameters.version >>}
                    command: printf 'export VERSION=%q\\n' "$VALUE" >> "$BASH_ENV"
"""

CHECK_OUT = """\
          - when:
              condition: << pipeline.parameters.revision >>
              steps:
                - run: git checkout -q << pipeline.parameters.revision >>
"""

TELL = """\
          - run: echo "deploy ${VERSION-unset} to $STAGE as ${CHANNEL-no channel} $(git rev-parse HEAD)" >> $EFFECTS
"""

NEW_CONFIG = """
    version: 2.1
    parameters:
      run_job: {type: enum, enum: [none, deploy], default: none}
      version: {type: string, default: ""}
      revision: {type: string, default: ""}
    jobs:
      build:
        machine: true
        steps:
          - checkout
          - run: echo "built by ${MAKER-nobody}" >> $EFFECTS
          - run: bash ci/release.sh "from $CIRCLE_JOB" "${CIRCLE_BRANCH-}" "$CIRCLE_SHA1"
      deploy:
        machine: true
        environment: {STAGE: production}
        steps:
DEPLOY_STEPS
    workflows:
      usual:
        when: {equal: [none, << pipeline.parameters.run_job >>]}
        jobs:
          - build: {context: makers, filters: {tags: {only: /.*/}}}
      nightly:
        triggers:
          - schedule: {cron: "0 0 * * *", filters: {branches: {only: main}}}
        jobs: [build]
      run-deploy:
        when: {equal: [deploy, << pipeline.parameters.run_job >>]}
        jobs:
          - deploy: {filters: {tags: {only: /.*/}}}
    """.replace("DEPLOY_STEPS\n", f"{EXPORT}          - checkout\n{CHECK_OUT}{TELL}")

NEW_SCRIPT = """
    # Deploy: what, which branch, which commit.
    test -n "$2" || exit 0
    body=$(jq -n --arg branch "$2" --arg version "$1" --arg revision "$3" \\
      '{branch: $branch, parameters: {run_job: "deploy", version: $version, revision: $revision}}')
    curl -sSf -u "$TOKEN:" -H "Content-Type: application/json" --data-binary "$body" \\
      https://circleci.com/api/v2/project/gh/acme/app/pipeline
    """

NEW_TAG_SCRIPT = """
    curl -sSf -u "$TOKEN:" -H "Content-Type: application/json" \\
      -d '{"tag": "'"$1"'", "parameters": {"run_job": "deploy"}}' \\
      https://circleci.com/api/v2/project/gh/acme/app/pipeline
    """

OLD = {".circleci/config.yml": OLD_CONFIG, "ci/release.sh": OLD_SCRIPT, "ci/tag.sh": OLD_TAG_SCRIPT}
NEW = {".circleci/config.yml": NEW_CONFIG, "ci/release.sh": NEW_SCRIPT, "ci/tag.sh": NEW_TAG_SCRIPT}
