"""What a sandbox process refuses, tried in a process of its own."""

import subprocess
import sys

import pytest

ATTEMPTS = {
    "write": "open('x', 'w')",
    "append": "open(path, 'a')",
    "connect": "import socket; socket.create_connection(('127.0.0.1', 9))",
    "process": "import subprocess; subprocess.run(['true'])",
    "shell": "import os; os.system('true')",
    "fork": "import os; os.fork()",
    "remove": "import os; os.remove(path)",
    "rename": "import os; os.rename(path, path + '2')",
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_nothing_outside_is_reached(attempt: str, tmp_path: object) -> None:
    program = (
        "import socket, subprocess, os\n"
        f"path = {__file__!r}\n"
        "from workbench.processes.limits import forbid_outside\n"
        "forbid_outside()\n"
        "try:\n"
        f"    exec({attempt!r})\n"
        "except PermissionError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=str(tmp_path),
        check=True,
    )
    assert "sandboxed function tried" in done.stdout


def test_reading_and_importing_go_on() -> None:
    program = (
        "from workbench.processes.limits import forbid_outside\n"
        "forbid_outside()\n"
        "import statistics, fractions\n"
        f"print(len(open({__file__!r}).read()) > 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"
