"""Entry of a throw-away process that tries grammars.

A grammar can end llama.cpp, so the first to meet a new one is a process that nobody will miss
(``python -m workbench.engine.worker.grammar_trial``). It reads JSON objects on standard input, one
a line (``model``: path, ``grammar``: text), and writes one for each: ``{"reason": ...}``, why the
grammar cannot be used, "" where it can. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import numpy as np

TRIED_TOKENS = 16


class Trial:
    """Tries grammars on the vocabulary of the model that was named last."""

    def __init__(self) -> None:
        self._path = ""
        self._model: Any = None

    def reason(self, path: str, grammar: str) -> str:
        """Let llama.cpp read the grammar and choose some tokens by it.

        Returns:
            Why it cannot be used, "" where it can.
        """
        from workbench.engine.worker.llama import lib  # noqa: PLC0415 - loads llama.cpp

        if path != self._path:
            params = lib.llama_model_default_params()
            params.vocab_only = True
            if self._model:
                lib.llama_model_free(self._model)
            self._model = lib.llama_model_load_from_file(os.fsencode(path), params)
            self._path = path
        if not self._model:
            return ""  # Loading it for work will say why.
        vocabulary = lib.llama_model_get_vocab(self._model)
        sampler = lib.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not sampler:
            return "llama.cpp cannot use the grammar: simplify it."
        try:
            return _followed(sampler, vocabulary)
        finally:
            lib.llama_sampler_free(sampler)


def _followed(sampler: Any, vocabulary: Any) -> str:
    """Choose some tokens by a grammar: why that cannot be done, "" where it can."""
    from workbench.engine.worker.candidates import Candidates  # noqa: PLC0415 - loads llama.cpp
    from workbench.engine.worker.llama import lib  # noqa: PLC0415

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
    """Answer until the input ends."""
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    trial = Trial()
    for line in sys.stdin:
        asked = json.loads(line)
        sink.write(json.dumps({"reason": trial.reason(asked["model"], asked["grammar"])}) + "\n")
        sink.flush()
    sink.close()


if __name__ == "__main__":
    main()
