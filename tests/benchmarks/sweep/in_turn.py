"""``Llama`` of llama-cpp-python, called row by row, with its own prefix cache."""

from __future__ import annotations

from typing import Any

import llama_cpp

from tests.benchmarks.job import Result, Stopwatch, child, peak_bytes
from tests.benchmarks.sweep.rows import SweepJob

CONTEXT_TOKENS = 2048


def work(job: SweepJob) -> Result:
    """Load, warm up, answer."""
    llama = llama_cpp.Llama(
        job.model,
        n_ctx=CONTEXT_TOKENS,
        n_threads=job.threads,
        n_threads_batch=job.threads,
        verbose=False,
    )
    llama.create_completion(prompt="Once upon a time", max_tokens=8)
    llama.reset()  # type: ignore[no-untyped-call]
    llama_cpp.llama_perf_context_reset(llama.ctx)
    outputs, new_tokens, prompt_tokens = {}, 0, 0
    adds = llama_cpp.llama_vocab_get_add_bos(llama_cpp.llama_model_get_vocab(llama.model))
    with Stopwatch() as watch:
        for text in job.prompts:
            tokens = llama.tokenize(text.encode(), add_bos=False, special=True)
            if adds and tokens[:1] != [llama.token_bos()]:
                tokens.insert(0, llama.token_bos())
            answer: Any = llama.create_completion(
                prompt=tokens, max_tokens=job.new_tokens, temperature=0.0, repeat_penalty=1.0
            )
            outputs[text] = answer["choices"][0]["text"]
            new_tokens += answer["usage"]["completion_tokens"]
            prompt_tokens += len(tokens)
    counted = llama_cpp.llama_perf_context(llama.ctx)
    return Result(
        seconds=watch.seconds,
        new_tokens=new_tokens,
        prompt_tokens=prompt_tokens,
        evaluated_tokens=counted.n_p_eval + counted.n_eval - (new_tokens - len(job.prompts)),
        peak_bytes=peak_bytes(),
        versions=f"llama-cpp-python {llama_cpp.__version__}",
        figures={"outputs": outputs},
    )


if __name__ == "__main__":
    child(work, SweepJob)
