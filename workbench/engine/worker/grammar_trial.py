"""Entry of a throw-away process that tries a grammar.

A grammar can end llama.cpp, so the first to meet a new one is a process that nobody will miss
(``python -m workbench.engine.worker.grammar_trial``). It reads one JSON object on standard input
(``model``: path; ``grammar`` or ``json_schema``: text) and writes one: ``{"grammar": ...,
"unbound": [...]}``, the grammar to use and the keywords of the schema that it does not enforce, or
``{"error": ..., "line": ...}``.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import re
import sys
from typing import Any

import jsonschema
import numpy as np

from workbench.domain.errors import GrammarError
from workbench.engine.grammar import check_grammar

CANARY_TOKENS = 8
MAX_SCHEMA_CHARACTERS = 64 * 1024
_UNBOUND = frozenset(
    (
        *("not", "if", "then", "else", "dependentSchemas", "dependentRequired", "contains"),
        *("uniqueItems", "multipleOf", "minimum", "maximum", "exclusiveMinimum"),
        *("exclusiveMaximum", "patternProperties", "propertyNames", "unevaluatedProperties"),
        *("unevaluatedItems", "minProperties", "maxProperties"),
    )
)
"""Keywords that the converter knows nothing of: an answer is not bound by them."""
_VALUES = ("const", "enum", "default", "examples")
_NAMED = ("properties", "$defs", "definitions")


def schema_to_grammar(text: str) -> str:
    """The grammar of a JSON schema, by the converter that comes with llama-cpp-python.

    Raises:
        GrammarError: it is no JSON, no schema, refers elsewhere, or uses what cannot be enforced.
    """
    if len(text) > MAX_SCHEMA_CHARACTERS:
        raise GrammarError("The JSON schema is longer than 64 KB: make it shorter.")
    try:
        schema = json.loads(text)
    except ValueError as error:
        raise GrammarError(f"The JSON schema is no JSON: {error}.", line=1) from None
    if not isinstance(schema, dict):
        raise GrammarError('A JSON schema is an object, for example {"type": "object"}.')
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise GrammarError(f"The JSON schema cannot be used: {error.message}.") from None
    _refuse_references(text)
    try:
        return str(_converter().json_schema_to_gbnf(text))
    except (ValueError, KeyError, TypeError, AssertionError, NotImplementedError) as error:
        raise GrammarError(f"The JSON schema cannot be turned into a grammar: {error}.") from None


def unbound_keywords(schema: Any) -> set[str]:
    """Keywords of a schema that its grammar does not enforce."""
    if isinstance(schema, list):
        return set().union(*map(unbound_keywords, schema))
    if not isinstance(schema, dict):
        return set()
    found = set(_UNBOUND & schema.keys())
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            found |= unbound_keywords(list(value.values()))
        elif key not in _VALUES:
            found |= unbound_keywords(value)
    return found


def _refuse_references(text: str) -> None:
    """The converter would fetch what a schema refers to from elsewhere."""
    for reference in re.findall(r'"\$ref"\s*:\s*"((?:[^"\\]|\\.)*)"', text):
        if not reference.startswith("#"):
            raise GrammarError(
                f"The JSON schema refers to {reference}: only parts of itself can be referred to."
            )


def _converter() -> Any:
    """llama_cpp.llama_grammar by itself; the package would bring its high-level classes along."""
    package = importlib.util.find_spec("llama_cpp")
    assert package is not None
    assert package.submodule_search_locations
    path = os.path.join(package.submodule_search_locations[0], "llama_grammar.py")  # noqa: PTH118
    spec = importlib.util.spec_from_file_location("llama_grammar", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def try_on_model(path: str, grammar: str) -> None:
    """Let llama.cpp read the grammar and choose a few tokens by it, with the model's vocabulary.

    Raises:
        GrammarError: llama.cpp refuses it.
    """
    from workbench.engine.worker.llama import lib  # noqa: PLC0415 - loads llama.cpp
    from workbench.engine.worker.sampling import native_candidates  # noqa: PLC0415

    params = lib.llama_model_default_params()
    params.vocab_only = True
    model = lib.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        return  # Loading it for work will say why.
    vocabulary = lib.llama_model_get_vocab(model)
    sampler = lib.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
    if not sampler:
        raise GrammarError("llama.cpp cannot use the grammar: simplify it.")
    size = lib.llama_vocab_n_tokens(vocabulary)
    for _ in range(CANARY_TOKENS):
        candidates, array = native_candidates(size)
        lib.llama_sampler_apply(sampler, ctypes.byref(array))
        allowed = np.flatnonzero(np.isfinite(candidates["logit"]))
        if not allowed.size:
            raise GrammarError("No token of the model fits the grammar: it can never be followed.")
        token = int(candidates["id"][allowed[0]])
        if lib.llama_vocab_is_eog(vocabulary, token):
            break
        lib.llama_sampler_accept(sampler, token)


def main() -> None:
    """Answer one question."""
    sink = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    asked = json.load(sys.stdin)
    try:
        grammar = asked["grammar"] or schema_to_grammar(asked["json_schema"])
        check_grammar(grammar)
        try_on_model(asked["model"], grammar)
        unbound = sorted(unbound_keywords(json.loads(asked["json_schema"] or "{}")))
        answer: dict[str, Any] = {"grammar": grammar, "unbound": unbound}
    except GrammarError as error:
        answer = {"error": error.reason, "line": error.line}
    except RecursionError:
        answer = {"error": "The JSON schema is nested too deeply: make it flatter.", "line": 0}
    json.dump(answer, sink)
    sink.close()


if __name__ == "__main__":
    main()
