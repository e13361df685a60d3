"""Drives the program `stand-in` as a program in Python does, with nothing but its standard library.

python3 by_hand.py PROGRAM README: starts the program, runs the example of the README on it, and goes from a database to
a restored branch. Run by `cargo xtask ci python`.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request

from stand_in import control, started

DATABASES = "/organizations/acme/databases"


def call(method, path, body=None):
    """Sends a request of the API. Returns the status, the header `x-stand-in`, and the body."""
    token = os.environ["PLANETSCALE_SERVICE_TOKEN_ID"] + ":" + os.environ["PLANETSCALE_SERVICE_TOKEN"]
    headers = {"Authorization": token, "Content-Type": "application/json"}
    url, data = os.environ["PLANETSCALE_SERVER_URL"] + path, None if body is None else json.dumps(body).encode()
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, method=method, headers=headers, data=data))
    except urllib.error.HTTPError as error:
        response = error
    text = response.read()
    return response.status, response.headers["x-stand-in"], json.loads(text) if text else None


def expect(answer, status):
    """Returns the body of an answer that has a status."""
    assert answer[0] == status, answer
    return answer[2]


def pipeline():
    """Creates a database, a branch and a backup, restores it, and deletes all of that."""
    control("POST", "/clock", {"freeze": True})
    expect(call("POST", DATABASES, {"name": "app", "cluster_size": "PS_10"}), 201)
    branches = DATABASES + "/app/branches"
    expect(call("POST", branches, {"name": "dev", "parent_branch": "main"}), 201)
    backups = branches + "/dev/backups"
    backup = expect(call("POST", backups, {"name": "nightly", "retention_unit": "day", "retention_value": 2}), 201)
    assert backup["state"] == "pending", backup

    # A backup that is not done cannot be restored.
    restore = {"name": "restored", "backup_id": backup["id"], "cluster_size": "PS_10"}
    assert expect(call("POST", branches, restore), 422)["code"] == "unprocessable"
    control("POST", "/clock", {"advance": 3600})
    status, origin, backup = call("GET", backups + "/" + backup["id"])
    assert (status, origin, backup["state"]) == (200, "rule", "success"), (origin, backup)

    # A request that is refused twice, and then goes through.
    control("POST", "/faults", {"fault": "refuse", "status": 503, "operation": "create_branch", "times": 2})
    assert [call("POST", branches, restore)[0] for _ in range(3)] == [503, 503, 201]
    control("POST", "/clock", {"advance": 3600})
    restored = expect(call("GET", branches + "/restored"), 200)
    assert restored["ready"] and restored["restored_from_branch"]["name"] == "dev", restored
    names = [branch["name"] for branch in expect(call("GET", branches), 200)["data"]]
    assert sorted(names) == ["dev", "main", "restored"], names

    expect(call("DELETE", branches + "/restored"), 204)
    expect(call("GET", branches + "/restored"), 404)
    expect(call("DELETE", backups + "/" + backup["id"]), 204)
    expect(call("DELETE", DATABASES + "/app"), 204)
    expect(call("GET", backups), 404)


def main():
    """Runs the example of the README, and then the pipeline."""
    program, readme = sys.argv[1:]
    with started(program):
        with open(readme, encoding="utf-8") as file:
            [example] = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
        exec(compile(example, readme, "exec"), {})
        pipeline()


main()
