"""What a group of processes may take counts, not what the machine has."""

from __future__ import annotations

import psutil
import pytest

from workbench.models.memory.machine import memory, memory_kills

MIB = 1024**2


def write(root, files):
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def test_without_groups_it_is_the_machines(tmp_path):
    found = memory(tmp_path)
    assert found.total_bytes == psutil.virtual_memory().total
    assert 0 < found.free_bytes <= found.total_bytes


@pytest.mark.parametrize(
    ("group", "mount", "names", "kept"),
    [
        ("0::/box/inner\n", "sys/fs/cgroup", ("memory.max", "memory.current"), ""),
        (
            "9:name=systemd:/\n4:cpu,memory:/box/inner\n0::/\n",
            "sys/fs/cgroup/memory",
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
            "total_",
        ),
    ],
)
def test_the_tightest_limit_counts_and_kept_files_are_free(tmp_path, group, mount, names, kept):
    limit, used = names
    write(
        tmp_path,
        {
            "proc/self/cgroup": group,
            f"{mount}/box/{limit}": f"{64 * MIB}\n",
            f"{mount}/box/{used}": f"{40 * MIB}\n",
            f"{mount}/box/memory.stat": f"anon 5\n{kept}inactive_file {8 * MIB}\n"
            f"{kept}active_file {4 * MIB}\n",
            f"{mount}/box/inner/{limit}": "max\n" if not kept else "9223372036854771712\n",
            f"{mount}/box/inner/{used}": f"{10 * MIB}\n",
        },
    )
    found = memory(tmp_path)
    assert (found.total_bytes, found.free_bytes) == (64 * MIB, 36 * MIB)


def test_a_group_over_its_limit_has_nothing_free(tmp_path):
    write(
        tmp_path,
        {
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": f"{MIB}",
            "sys/fs/cgroup/memory.current": f"{2 * MIB}",
        },
    )
    assert memory(tmp_path).free_bytes == 0


def test_what_cannot_be_read_is_no_limit(tmp_path):
    write(tmp_path, {"proc/self/cgroup": "nonsense\n0::/\n", "sys/fs/cgroup/memory.max": "lots"})
    assert memory(tmp_path).total_bytes == psutil.virtual_memory().total


def test_kills_are_counted_where_the_kernel_counts_them(tmp_path):
    assert memory_kills(tmp_path) is None
    write(tmp_path, {"proc/vmstat": "nr_free_pages 77\noom_kill 3\n"})
    assert memory_kills(tmp_path) == 3
