"""Run a build again."""

import os
import sys

import requests

PROJECT = "https://circleci.com/api/v1.1/project/github/acme/app"


def again(build: int) -> None:
    response = requests.post(f"{PROJECT}/{build}/retry", auth=(os.environ["TOKEN"], ""), timeout=10)
    response.raise_for_status()
    sys.stdout.write(response.json()["build_url"])


if __name__ == "__main__":
    again(int(sys.argv[1]))
