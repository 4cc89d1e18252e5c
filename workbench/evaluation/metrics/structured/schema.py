"""JSON schemas: Draft 2020-12 unless they name another draft; nothing is fetched for them.

Their patterns are regular expressions of anybody's, so this belongs into the sandbox. Formats are
not asserted, as the standard has it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jsonschema
import referencing
import referencing.exceptions

from workbench.domain.errors import UsageError
from workbench.domain.runs.spec import Json
from workbench.evaluation.metrics.structured.reading import NotJsonError, read


@lru_cache(maxsize=32)
def validator(text: str) -> Any:
    """The validator of a schema.

    Raises:
        UsageError: it is not JSON, or no schema.
    """
    try:
        schema = read(text)
    except NotJsonError as error:
        raise UsageError(f"The schema is not JSON: {error}.") from None
    newest = jsonschema.Draft202012Validator
    try:
        kind: Any = jsonschema.validators.validator_for(schema, default=newest)
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise UsageError(f"The schema cannot be used: {error.message[:200]}.") from None
    except (TypeError, AttributeError):
        raise UsageError("The schema cannot be used: it must be an object.") from None
    return kind(schema, registry=referencing.Registry())


def problem_of(schema: str, value: Json) -> str | None:
    """What of a value does not hold to a schema; None where all does.

    Raises:
        UsageError: the schema cannot be used, or refers to something that it does not hold.
    """
    try:
        error = jsonschema.exceptions.best_match(validator(schema).iter_errors(value))
    except referencing.exceptions.Unresolvable as unknown:
        raise UsageError(
            f"The schema refers to {str(unknown.ref)[:80]}, which is not in it: put it there."
        ) from None
    if error is None:
        return None
    return f"{error.json_path}: {error.message[:200]}"
