"""A dead worker's sentence names the cause (R9)."""

from __future__ import annotations

import pytest

from workbench.engine.exit_causes import describe_exit


@pytest.mark.parametrize(
    ("code", "part"),
    [
        (-4, "newer processor"),
        (0xC000001D, "newer processor"),
        (-9, "memory ran out"),
        (0xC0000017, "memory ran out"),
        (-7, "model file changed"),
        (-10, "model file changed"),
        (-11, "crashed (SIGSEGV"),
        (-6, "crashed (SIGABRT"),
        (0xC0000005, "crashed (exit code 0xc0000005"),
        (0xC0000374, "crashed"),
        (-1073741819, "crashed (exit code 0xc0000005"),
        (0xC0000135, "library is missing"),
        (-15, "from outside"),
        (1, "ended by itself (exit code 1"),
    ],
)
def test_table(code, part):
    assert part in describe_exit(code)


def test_memory_is_told_in_numbers():
    sentence = describe_exit(-9, model_bytes=4_700_000_000, free_bytes=1_200_000_000)
    assert "the model takes 4.7 GB, 1.2 GB were free" in sentence


def test_the_last_words_are_told_without_paths():
    log = ["loading", "/build/ggml/src/ggml.c:123: GGML_ASSERT(a > 0) failed", ""]
    assert "(SIGABRT: ggml.c:123: GGML_ASSERT(a > 0) failed)" in describe_exit(-6, log=log)
    assert "ModuleNotFoundError: x" in describe_exit(1, log=["Traceback", "ModuleNotFoundError: x"])


def test_memory_is_not_blamed_where_the_system_says_it_was_not():
    sentence = describe_exit(
        -9, model_bytes=100_000_000, free_bytes=24_300_000_000, was_memory=False
    )
    assert "from outside (SIGKILL)" in sentence
    assert "memory" not in sentence
    assert "memory ran out" in describe_exit(-9, was_memory=True)
