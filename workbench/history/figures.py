"""Figures of the whole history: runs, tokens and hours by model and day, conversations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from workbench.domain.history_figures import DayFigures, HistoryFigures, ModelFigures
from workbench.history.stored_types import as_number, as_text, as_time

_BY_MODEL = text(
    """
    SELECT model, count(*), sum(prompt_tokens), sum(completion_tokens), sum(seconds),
           min(started_at), max(started_at)
    FROM run WHERE deleted_at IS NULL GROUP BY model ORDER BY sum(completion_tokens) DESC
    """
)
_BY_DAY = text(
    """
    SELECT cast(started_at / 3600 AS INTEGER), count(*), sum(completion_tokens), sum(seconds)
    FROM run WHERE deleted_at IS NULL AND started_at >= :since GROUP BY 1
    """
)
_HOUR = 3600


def read(connection: Connection, since: float = 0.0) -> HistoryFigures:
    """Figures of what is not deleted.

    Args:
        connection: in a transaction.
        since: days from this time on are listed (Unix seconds).
    """
    models = tuple(
        ModelFigures(
            model=as_text(row[0]) or "",
            runs=row[1],
            prompt_tokens=int(as_number(row[2]) or 0),
            completion_tokens=int(as_number(row[3]) or 0),
            seconds=as_number(row[4]) or 0.0,
            first_at=as_time(row[5]) or 0.0,
            last_at=as_time(row[6]) or 0.0,
        )
        for row in connection.execute(_BY_MODEL)
    )
    days: dict[float, DayFigures] = {}
    for hour, runs, tokens, seconds in connection.execute(_BY_DAY, {"since": since}):
        day = datetime.fromtimestamp(hour * _HOUR).astimezone().date()
        begin = datetime(day.year, day.month, day.day).astimezone().timestamp()
        before = days.get(begin, DayFigures(begin, 0, 0, 0.0))
        days[begin] = DayFigures(
            begin,
            before.runs + runs,
            before.completion_tokens + int(as_number(tokens) or 0),
            before.seconds + (as_number(seconds) or 0.0),
        )
    chats, messages = connection.execute(
        text(
            """SELECT (SELECT count(*) FROM conversation WHERE deleted_at IS NULL),
                      (SELECT count(*) FROM message WHERE deleted_at IS NULL)"""
        )
    ).one()
    return HistoryFigures(
        models=models,
        days=tuple(days[begin] for begin in sorted(days)),
        conversations=chats,
        messages=messages,
    )
