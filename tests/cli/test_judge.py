"""``workbench judge`` as it is typed, on a simulated engine."""

from __future__ import annotations

import json

import pytest

from workbench import service
from workbench.cli.main import main
from workbench.engine.simulated import SimulatedEngine


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    (tmp_path / "pretend.gguf").write_bytes(b"")
    real = service.Workbench
    monkeypatch.setattr(service, "Workbench", lambda paths: real(paths, engine=SimulatedEngine()))

    def say(*options: str) -> tuple[int, str]:
        model = [str(tmp_path / "pretend.gguf") if each == "MODEL" else each for each in options]
        with pytest.raises(SystemExit) as ended:
            main(lambda _paths, _request: 0, ["--data-dir", str(tmp_path), "judge", *model])
        return int(ended.value.code or 0), capsys.readouterr().out

    return say


def test_bias_is_printed_axis_by_axis_and_tests_are_listed(typed) -> None:
    status, out = typed()
    assert (status, out) == (0, "No model was tested yet: workbench judge --self-test MODEL\n")
    status, out = typed("--bias", "MODEL")
    assert status == 0
    assert [line.split("\t")[0] for line in out.splitlines()[2:]] == [
        "gender",
        "age",
        "origin",
        "class",
    ]
    status, out = typed("--bias", "MODEL", "--json")
    assert [len(each["items"]) for each in json.loads(out)["axes"]] == [12, 12, 12, 12]
    assert typed("--bias", "MODEL", "--self-test", "MODEL")[0] == 2
