"""``Llama`` of llama-cpp-python, called once for each answer, with its own prefix cache."""

from __future__ import annotations

import llama_cpp

from tests.benchmarks.job import Job, Result, Stopwatch, child, peak_bytes
from tests.benchmarks.workload import SAMPLING, Workload

CONTEXT_TOKENS = 2048
NEVER = float("-inf")


def run(llama: llama_cpp.Llama, workload: Workload) -> int:
    """Every answer after the other; returns the tokens generated."""
    bias = dict.fromkeys(workload.banned, NEVER)
    total = 0
    for call in workload.calls:
        for seed in call.seeds:
            answer = llama.create_completion(
                prompt=list(call.tokens),
                max_tokens=call.new_tokens,
                seed=seed,
                temperature=SAMPLING.temperature,
                top_k=SAMPLING.top_k,
                top_p=SAMPLING.top_p,
                min_p=SAMPLING.min_p,
                repeat_penalty=1.0,
                logit_bias=bias,
            )
            total += answer["usage"]["completion_tokens"]
    return total


def work(job: Job) -> Result:
    """Load, warm up, work."""
    llama = llama_cpp.Llama(
        job.model,
        n_ctx=CONTEXT_TOKENS,
        n_threads=job.threads,
        n_threads_batch=job.threads,
        verbose=False,
    )
    llama.create_completion(prompt="Once upon a time", max_tokens=8)
    llama.reset()
    llama_cpp.llama_perf_context_reset(llama.ctx)
    with Stopwatch() as watch:
        generated = run(llama, job.workload)
    counted = llama_cpp.llama_perf_context(llama.ctx)
    # Every token of an answer but its last is evaluated as well.
    evaluated = counted.n_p_eval + counted.n_eval - (generated - job.workload.samples)
    return Result(
        seconds=watch.seconds,
        new_tokens=generated,
        prompt_tokens=job.workload.prompt_tokens,
        evaluated_tokens=evaluated,
        peak_bytes=peak_bytes(),
        versions=f"llama-cpp-python {llama_cpp.__version__}",
    )


if __name__ == "__main__":
    child(work)
