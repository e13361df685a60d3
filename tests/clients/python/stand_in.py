"""Starts the program `stand-in`, and makes control calls of it."""

import contextlib
import json
import os
import subprocess
import urllib.request


@contextlib.contextmanager
def started(program):
    """Runs the program, with what it prints in the environment, and ends it."""
    arguments = ["--listen", "127.0.0.1:0", "--print-env"]
    with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True) as server:
        try:
            for line in server.stdout:
                if line.startswith("ready "):
                    break
                name, _, value = line.strip().partition("=")
                os.environ[name] = value
            yield
        finally:
            server.terminate()


def control(method, path, body):
    """Makes a control call."""
    url = os.environ["PLANETSCALE_SERVER_URL"].replace("/v1", "/_standin" + path)
    with urllib.request.urlopen(urllib.request.Request(url, method=method, data=json.dumps(body).encode())) as response:
        return json.load(response)
