"""Turns the workload's texts into tokens of a model, and finds what ends a text there."""

from __future__ import annotations

import os

from tests.benchmarks.job import Job, Result, child
from workbench.domain.text import Segment
from workbench.engine.worker.llama import lib
from workbench.engine.worker.vocabulary import Vocabulary


def work(job: Job) -> Result:
    """The tokenised workload."""
    params = lib.llama_model_default_params()
    params.vocab_only = True
    model = lib.llama_model_load_from_file(os.fsencode(job.model), params)
    if not model:
        return Result(error="llama.cpp cannot load the model")
    vocabulary = Vocabulary(model)
    banned = [token for token in range(vocabulary.size) if vocabulary.is_end(token)]
    workload = job.workload.tokenized(
        lambda text: vocabulary.tokenize((Segment(text, special=False),)), banned
    )
    return Result(workload=workload)


if __name__ == "__main__":
    child(work)
