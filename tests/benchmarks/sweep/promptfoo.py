"""promptfoo on llama.cpp's server, as ``xllamacpp`` carries it; it asks all slots at once.

The time is that of ``promptfoo eval`` from its start to its end; that of an evaluation of one row
is given besides, mostly the program's own start.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import xllamacpp

from tests.benchmarks.job import PATIENCE_SECONDS, Result, Stopwatch, child, peak_bytes
from tests.benchmarks.sweep.rows import SweepJob

SLOT_TOKENS = 2048
BOS = "<bos>"
"""The server begins each prompt with it where the model wants that."""


def serve(job: SweepJob) -> tuple[Any, str]:
    """A server with a slot for each answer that is asked for together, and its address."""
    params = xllamacpp.CommonParams()
    params.model.path = job.model
    params.n_parallel = job.width
    params.n_ctx = job.width * SLOT_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = job.threads
    params.port = 0
    server = xllamacpp.Server(params)
    return server, urlsplit(server.listening_address).netloc


class Promptfoo:
    """The program with a folder of its own; it sends nothing anywhere but to the server."""

    def __init__(self, job: SweepJob, folder: Path, address: str) -> None:
        self._job = job
        self._folder = folder
        self._address = address

    def evaluate(self, prompts: tuple[str, ...]) -> dict[str, str]:
        """The outputs by prompt."""
        config = {
            "prompts": ["{{prompt}}"],
            "providers": [
                {
                    "id": "openai:completion:local",
                    "config": {
                        "apiBaseUrl": f"http://{self._address}/v1",
                        "apiKey": "none",
                        "temperature": 0,
                        "max_tokens": self._job.new_tokens,
                        "passthrough": {"cache_prompt": True, "top_k": 1},
                    },
                }
            ],
            "tests": [{"vars": {"prompt": text.removeprefix(BOS)}} for text in prompts],
        }
        (self._folder / "config.json").write_text(json.dumps(config))
        output = self._folder / "out.json"
        command = [
            self._job.promptfoo, "eval", "-c", "config.json", "-o", str(output), "--no-cache",
            "--no-progress-bar", "--no-table", "--no-write", "-j", str(self._job.width),
        ]  # fmt: skip
        environment = os.environ | {
            "PROMPTFOO_DISABLE_TELEMETRY": "1",
            "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1",
            "PROMPTFOO_CONFIG_DIR": str(self._folder / "config"),
        }
        done = subprocess.run(
            command, cwd=self._folder, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        if not output.exists():
            raise RuntimeError((done.stdout + done.stderr).decode("utf-8", "replace")[-400:])
        results = json.loads(output.read_text())["results"]["results"]
        found = {}
        for each in results:
            response = each.get("response") or {}
            if response.get("error") or each.get("error"):
                raise RuntimeError(str(response.get("error") or each["error"])[:400])
            found[each["vars"]["prompt"]] = response["output"]
        return {text: found[text.removeprefix(BOS)] for text in prompts}


def work(job: SweepJob) -> Result:
    """Start the server, evaluate one row, then all."""
    server, address = serve(job)
    with tempfile.TemporaryDirectory() as name:
        program = Promptfoo(job, Path(name), address)
        with Stopwatch() as alone:
            program.evaluate(("Once upon a time",))
        with Stopwatch() as watch:
            outputs = program.evaluate(job.prompts)
    del server
    return Result(
        seconds=watch.seconds,
        peak_bytes=peak_bytes(),
        settings={"slots": job.width},
        versions=f"xllamacpp {xllamacpp.__version__}",
        figures={"outputs": outputs, "one_row_seconds": alone.seconds},
    )


if __name__ == "__main__":
    child(work, SweepJob)
