"""Entry of a throw-away process that tries a grammar.

A grammar can end llama.cpp, so the first to meet a new one is a process that nobody will miss
(``python -m workbench.engine.worker.grammar_trial``). It reads one JSON object on standard input
(``model``: path, ``grammar``: text) and writes one: ``{"reason": ...}``, why the grammar cannot be
used, "" where it can.
"""

from __future__ import annotations

import json
import os
import sys

import numpy as np

TRIED_TOKENS = 16


def try_on_model(path: str, grammar: str) -> str:
    """Let llama.cpp read the grammar and choose some tokens by it, with the model's vocabulary.

    Returns:
        Why it cannot be used, "" where it can.
    """
    from workbench.engine.worker.candidates import Candidates  # noqa: PLC0415 - loads llama.cpp
    from workbench.engine.worker.llama import lib  # noqa: PLC0415

    params = lib.llama_model_default_params()
    params.vocab_only = True
    model = lib.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        return ""  # Loading it for work will say why.
    vocabulary = lib.llama_model_get_vocab(model)
    sampler = lib.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
    if not sampler:
        return "llama.cpp cannot use the grammar: simplify it."
    candidates = Candidates(lib.llama_vocab_n_tokens(vocabulary))
    even = np.zeros(lib.llama_vocab_n_tokens(vocabulary), dtype=np.float32)
    chance = np.random.default_rng(1)
    for count in range(TRIED_TOKENS):
        candidates.take_all(even)
        candidates.apply(sampler)
        candidates.keep_possible()
        allowed = candidates.tokens
        if not allowed.size and count:
            break  # Another way through the grammar may be open.
        if not allowed.size:
            return "No token of the model fits the grammar: it can never be followed."
        token = int(chance.choice(allowed))
        if lib.llama_vocab_is_eog(vocabulary, token):
            break
        lib.llama_sampler_accept(sampler, token)
    return ""


def main() -> None:
    """Answer one question."""
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asked = json.load(sys.stdin)
    json.dump({"reason": try_on_model(asked["model"], asked["grammar"])}, sink)
    sink.close()


if __name__ == "__main__":
    main()
