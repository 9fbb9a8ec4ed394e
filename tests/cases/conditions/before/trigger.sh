#!/bin/bash
curl -X POST "https://circleci.com/api/v1.1/project/github/acme/app/tree/release%2F1.0?circle-token=${CIRCLE_TOKEN}" -H "Content-Type: application/json" -d "{\"build_parameters\": {\"CIRCLE_JOB\": \"deploy\"}}"
