"""How much the last runs of a prompt wrote, for the estimate of the next."""

from __future__ import annotations

from sqlalchemy import Connection, select

from workbench.domain.views import RunLength
from workbench.history import codec, versions
from workbench.history.tables import run, template_version


def recent(
    connection: Connection, path: str, strategy: str, model: str, limit: int = 12
) -> tuple[RunLength, ...]:
    """Finished runs of the prompt at a path, newest first.

    Runs that a budget ended are passed over, and so are deleted ones and those whose spec cannot
    be read.
    """
    prompt_id = versions.prompt_at(connection, path)
    if prompt_id is None:
        return ()
    texts = select(template_version.c.id).where(template_version.c.prompt_id == prompt_id)
    statement = (
        select(run.c.call_count, run.c.completion_tokens, run.c.spec)
        .where(
            run.c.template_id.in_(texts),
            run.c.deleted_at.is_(None),
            run.c.strategy == strategy,
            run.c.model == model,
            run.c.status == "done",
            run.c.limit_name == "",
            run.c.call_count > 0,
        )
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    found = []
    for row in connection.execute(statement):
        try:
            spec = codec.decode_spec(row.spec)
        except codec.UNREADABLE:
            continue
        length = RunLength(
            calls=row.call_count,
            tokens=row.completion_tokens,
            params=spec.params,
            max_tokens=spec.sampling.max_tokens,
        )
        found.append(length)
    return tuple(found)
