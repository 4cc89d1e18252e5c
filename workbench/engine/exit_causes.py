"""Explains why the worker ended, one sentence for each cause."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.domain.text import size_text

# Exit codes: negative signal numbers on POSIX, NTSTATUS values on Windows.
_ILLEGAL_INSTRUCTION = {-4, 0xC000001D}
_KILLED = {-9, 0xC0000017, 0xC000012D}
_BUS_ERROR = {-7, -10, 0xC0000006}
_CRASHED = {-11, -6, -8, -5, 0xC0000005, 0xC0000374, 0xC0000409, 0xC00000FD}
_MISSING_LIBRARY = {0xC0000135, 0xC0000139}
_TERMINATED = {-15, -2, -1, 0xC000013A}

_NAMES = {
    -4: "SIGILL",
    -5: "SIGTRAP",
    -6: "SIGABRT",
    -7: "SIGBUS",
    -8: "SIGFPE",
    -9: "SIGKILL",
    -10: "SIGBUS",
    -11: "SIGSEGV",
}

_OLD_PROCESSOR = (
    "The engine needs a newer processor than this one ({name}): build llama-cpp-python on this "
    "machine, or with GGML_NATIVE off."
)
_OUT_OF_MEMORY = (
    "The engine was ended from outside ({name}), most likely because the memory ran out{memory}: "
    "close other programs, choose a smaller model, or load it with a smaller context."
)
_FILE_CHANGED = (
    "The model file changed or its drive was removed while it was in use ({name}): check the file."
)
_LIBRARY_MISSING = (
    "The engine could not start because a library is missing ({name}): install the program again."
)
_ENDED_FROM_OUTSIDE = (
    "The engine was ended from outside ({name}): run it again, a new one is started."
)
_CRASH = "The engine crashed ({name}): run it again, a new one is started."
_ENDED = "The engine ended by itself ({name}): run it again, a new one is started."


def is_crash(code: int) -> bool:
    """Whether a process ended by a fault of its own: an abort or a bad access."""
    return (code if -256 < code < 0 else code & 0xFFFFFFFF) in _CRASHED


def describe_exit(
    code: int,
    *,
    model_bytes: int = 0,
    free_bytes: int = 0,
    was_memory: bool | None = None,
    log: Iterable[str] = (),
) -> str:
    """The sentence for a worker that ended by itself.

    Args:
        code: what the process returned; negative is a signal.
        model_bytes: size of the loaded model's file, 0 for none.
        free_bytes: memory that was free shortly before.
        was_memory: whether the system has ended something for lack of memory since the worker
            started; None where that is not known, then it is taken for likely.
        log: the worker's last lines on standard error.
    """
    code = code if -256 < code < 0 else code & 0xFFFFFFFF
    name = _NAMES.get(code, f"exit code {code if abs(code) < 256 else hex(code)}")
    for codes, sentence in (
        (_ILLEGAL_INSTRUCTION, _OLD_PROCESSOR),
        (_BUS_ERROR, _FILE_CHANGED),
        (_MISSING_LIBRARY, _LIBRARY_MISSING),
        (_TERMINATED, _ENDED_FROM_OUTSIDE),
    ):
        if code in codes:
            return sentence.format(name=name)
    if code in _KILLED and was_memory is False:
        return _ENDED_FROM_OUTSIDE.format(name=name)
    if code in _KILLED:
        return _OUT_OF_MEMORY.format(name=name, memory=_memory(model_bytes, free_bytes))
    lines = [line.strip() for line in log if line.strip()]
    if code in _CRASHED:
        return _CRASH.format(name=_with_reason(name, _last_assertion(lines)))
    return _ENDED.format(name=_with_reason(name, lines[-1] if lines else ""))


def _with_reason(name: str, reason: str) -> str:
    return f"{name}: {reason}" if reason else name


def _memory(model_bytes: int, free_bytes: int) -> str:
    parts = []
    if model_bytes:
        parts.append(f"the model takes {size_text(model_bytes)}")
    if free_bytes:
        parts.append(f"{size_text(free_bytes)} were free")
    return f" ({', '.join(parts)})" if parts else ""


def _last_assertion(log: list[str]) -> str:
    """The message of ggml before it aborted, without the path of its source."""
    found = [line for line in log if "GGML_ASSERT" in line or "GGML_ABORT" in line]
    return found[-1].rsplit("/", 1)[-1].strip() if found else ""
