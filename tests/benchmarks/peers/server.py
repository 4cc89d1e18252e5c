"""llama.cpp's own server, as the ``xllamacpp`` package carries it, asked over loopback."""

from __future__ import annotations

import http.client
import json
import math
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import xllamacpp

from tests.benchmarks.job import Job, Result, Stopwatch, child, peak_bytes
from tests.benchmarks.workload import SAMPLING, Call, Stage, Workload

SLOTS = (4, 8, 16, 32)
SMALL_SETTINGS = {"slots": 8, "together": True}
"""For a quick look: good on two cores."""
SLOT_TOKENS = 1024
TRIAL_CALLS = 12
TRIAL_NEW_TOKENS = 8
HTTP_SECONDS = 1800
HTTP_THREADS = 160
"""Each waiting request holds one of the server's; they sleep."""
FLASH = {
    "auto": xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_AUTO,
    "off": xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED,
    "on": xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_ENABLED,
}


class Counts(NamedTuple):
    """Tokens that the server says it generated, and prompt tokens it evaluated."""

    generated: int = 0
    evaluated: int = 0

    def plus(self, other: Counts) -> Counts:
        """The sums."""
        return Counts(self.generated + other.generated, self.evaluated + other.evaluated)


class Server:
    """A server with ``settings``: slots, flash attention, and how several answers are asked for.

    With ``together`` the answers to one prompt are one request (``n_cmpl``): the server then reads
    the prompt once and copies it to the other slots. Otherwise each answer is a request.
    """

    def __init__(self, job: Job, settings: dict[str, Any]) -> None:
        self._slots = int(settings["slots"])
        self._together = bool(settings["together"])
        params = xllamacpp.CommonParams()
        params.model.path = job.model
        params.n_parallel = self._slots
        params.n_ctx = self._slots * SLOT_TOKENS
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = job.threads
        params.flash_attn_type = FLASH[settings["flash_attention"]]
        params.n_threads_http = HTTP_THREADS
        params.port = 0
        self._native = xllamacpp.Server(params)
        self._address = urlsplit(self._native.listening_address).netloc

    def run(self, workload: Workload) -> Counts:
        """Do a workload stage by stage, all requests of a stage at once."""
        total = Counts()
        for stage in workload.stages:
            requests = [part for call in stage.calls for part in self._requests(call)]
            with ThreadPoolExecutor(len(requests)) as threads:
                for counts in threads.map(self._post, requests):
                    total = total.plus(counts)
        return total

    def _requests(self, call: Call) -> list[dict[str, Any]]:
        size = min(self._slots, call.samples) if self._together else 1
        return [
            {
                "prompt": list(call.tokens),
                "n_predict": call.new_tokens,
                "n_cmpl": min(size, call.samples - first),
                "seed": call.seed + first,
                "ignore_eos": True,
                "cache_prompt": True,
                "temperature": SAMPLING.temperature,
                "top_k": SAMPLING.top_k,
                "top_p": SAMPLING.top_p,
                "min_p": SAMPLING.min_p,
                "samplers": ["top_k", "top_p", "min_p", "temperature"],
            }
            for first in range(0, call.samples, size)
        ]

    def _post(self, request: dict[str, Any]) -> Counts:
        connection = http.client.HTTPConnection(self._address, timeout=HTTP_SECONDS)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/completion", json.dumps(request), headers)
        reported = json.loads(connection.getresponse().read())
        connection.close()
        answers = reported if isinstance(reported, list) else [reported]
        counts = Counts()
        for answer in answers:
            if "timings" not in answer:
                raise RuntimeError(f"the server answered {str(answer)[:300]}")
            timings = answer["timings"]
            counts = counts.plus(Counts(timings["predicted_n"], timings["prompt_n"]))
        return counts


def find_settings(job: Job) -> Result:
    """The number of slots, and the way of asking, that is expected to do the work fastest.

    A piece of the work is done twice: the first time also reads the two few-shot prefixes into the
    slots, the second time shows the pace after that.
    """
    if job.small:
        return Result(settings=SMALL_SETTINGS | job.settings)
    trial = job.workload.first_calls(TRIAL_CALLS, TRIAL_NEW_TOKENS)
    pieces = job.workload.new_tokens / trial.new_tokens
    expected: dict[str, float] = {}
    best: dict[str, Any] = {}
    for slots, together in product(SLOTS, (True, False)):
        settings = {"slots": slots, "together": together} | job.settings
        server = Server(job, settings)
        with Stopwatch() as cold:
            server.run(trial)
        with Stopwatch() as warm:
            server.run(trial)
        del server
        seconds = 2 * max(0.0, cold.seconds - warm.seconds) + pieces * warm.seconds
        if seconds < min(expected.values(), default=math.inf):
            best = settings
        expected[f"{slots} slots, {'together' if together else 'apart'}"] = round(seconds, 1)
    return Result(settings=best, figures={"expected_seconds": expected})


def work(job: Job) -> Result:
    """The settings of a trial, or the workload with them."""
    if job.trial:
        return find_settings(job)
    server = Server(job, job.settings)
    warm = Call(prompt="", family=0, samples=1, new_tokens=8, seed=1, tokens=(1, 2, 3, 4))
    server.run(Workload((Stage("warm-up", (warm,)),)))
    with Stopwatch() as watch:
        counts = server.run(job.workload)
    return Result(
        seconds=watch.seconds,
        new_tokens=counts.generated,
        prompt_tokens=job.workload.prompt_tokens,
        evaluated_tokens=counts.evaluated,
        peak_bytes=peak_bytes(),
        settings=job.settings,
        versions=f"xllamacpp {xllamacpp.__version__}; {xllamacpp.get_system_info().strip()}",
    )


if __name__ == "__main__":
    child(work)
