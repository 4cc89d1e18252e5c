"""Conversations with the core as coroutines on the GUI thread.

A method of a panel or its model is written in straight lines::

    @latest
    async def ask(self, goal: str) -> None:
        self.rewrite = await self.bridge.ask(lambda core: core.rewrite.read(request, answer))
        self.parts = await self.bridge.ask(lambda core: core.rewrite.hunks(base, self.rewrite.text))

Nothing between two awaits is interrupted, so no lock and no request number is needed. The driver
closes the coroutine when its owner is deleted, and with :func:`latest` when the method is called
again: a stale answer has no line of code left that could show it.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

import shiboken6
from PySide6.QtCore import QObject

from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.service import Workbench
    from workbench.ui.bridge import Bridge

P = ParamSpec("P")
T = TypeVar("T")
Owner = TypeVar("Owner", bound=QObject)
_TASKS = "_tasks_by_method"


class Ask(Generic[T]):
    """A question to the core; ``await`` gives its answer or raises its WorkbenchError."""

    def __init__(self, bridge: Bridge, ask: Callable[[Workbench], Awaitable[T]]) -> None:
        self.bridge = bridge
        self.ask = ask

    def __await__(self) -> Generator[Ask[T], T, T]:
        return (yield self)


class Task:
    """A coroutine that is driven on the GUI thread, from one answer of the core to the next.

    Where its owner is deleted it is closed at its await, once the answer is there.

    Args:
        work: awaits nothing but :class:`Ask`.
        owner: whose coroutine it is.
    """

    def __init__(self, work: Coroutine[Ask[Any], Any, None], owner: QObject) -> None:
        self._work = work
        self._owner = owner
        self._asked: Future[None] | None = None
        self._is_stepping = False
        self._is_cancelled = False
        self.done = False
        self._go_on(functools.partial(work.send, None))

    def cancel(self) -> None:
        """Close the coroutine at its await, and what it asked of the core; done, it does nothing.

        Its ``finally`` blocks run.
        """
        if self.done:
            return
        self.done = self._is_cancelled = True
        if self._asked is not None:
            self._asked.cancel()
        if not self._is_stepping:
            self._work.close()

    def _go_on(self, step: Callable[[], Ask[Any]], bridge: Bridge | None = None) -> None:
        if self.done:
            return
        if not shiboken6.isValid(self._owner):
            self.cancel()
            return
        self._is_stepping = True
        try:
            request = step()
        except StopIteration:
            self.done = True
            return
        except WorkbenchError as error:
            self.done = True
            if bridge is None:  # before anything was asked: the caller gets the error
                raise
            bridge.failed.emit(str(error))
            return
        except BaseException:
            self.done = True
            raise
        finally:
            self._is_stepping = False
        if self._is_cancelled:  # by its own step
            self._work.close()
            return
        self._asked = request.bridge.call(
            request.ask,
            lambda answer: self._go_on(functools.partial(self._work.send, answer), request.bridge),
            lambda error: self._go_on(functools.partial(self._work.throw, error), request.bridge),
        )


def latest(
    method: Callable[Concatenate[Owner, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Owner, P], Task]:
    """Run an async method of a QObject as a :class:`Task`; a newer call cancels the one before.

    For questions. An error that the method does not catch is shown by the window as a sentence.
    """
    begin = _as_slot(method)

    def start(owner: Owner, /, *args: P.args, **kwargs: P.kwargs) -> Task:
        tasks: dict[str, Task] = owner.__dict__.setdefault(_TASKS, {})
        cancel(owner, method.__name__)
        task = Task(begin(owner, *args, **kwargs), owner)
        if not task.done:
            tasks[method.__name__] = task
        return task

    functools.update_wrapper(start, method)
    return start


def background(
    method: Callable[Concatenate[Owner, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Owner, P], Task]:
    """Run an async method of a QObject as a :class:`Task`; each call runs to its end.

    For whatever changes something: a write is not cancelled because another follows.
    """
    begin = _as_slot(method)

    def start(owner: Owner, /, *args: P.args, **kwargs: P.kwargs) -> Task:
        return Task(begin(owner, *args, **kwargs), owner)

    functools.update_wrapper(start, method)
    return start


def _as_slot(
    method: Callable[Concatenate[Owner, P], Coroutine[Any, Any, None]],
) -> Callable[Concatenate[Owner, P], Coroutine[Any, Any, None]]:
    """The method, without the arguments of a signal that it does not take.

    Qt leaves those out for a slot by itself, but it cannot see what a decorated one takes.
    """
    names = inspect.getfullargspec(method)
    if names.varargs:
        return method
    taken = len(names.args) - 1

    def begin(owner: Owner, /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, None]:
        return method(owner, *args[:taken], **kwargs)  # type: ignore[arg-type]

    return begin


@contextlib.contextmanager
def errors_to(show: Callable[[str], object]) -> Iterator[None]:
    """Give the sentence of an error to ``show`` and not to the window."""
    try:
        yield
    except WorkbenchError as error:
        show(str(error))


def cancel(owner: QObject, method: str) -> None:
    """Cancel what a ``latest`` method of that name has begun, if anything."""
    task = owner.__dict__.get(_TASKS, {}).pop(method, None)
    if task is not None:
        task.cancel()
