"""The system libraries that Qt needs under X11, as the dynamic linker finds them missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Debian's and Ubuntu's package for each library that PySide6's plugins ask for.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_QT_FILES = ("Qt/plugins/platforms/libqxcb.so", "Qt/lib/libQt6Gui.so.6", "Qt/lib/libQt6XcbQpa.so.6")


def missing_packages(python: Path) -> list[str]:
    """Debian packages whose libraries the linker does not find for the Qt in ``python``'s place."""
    code = "import importlib.util as u; print(u.find_spec('PySide6').submodule_search_locations[0])"
    found = subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True)
    folder = Path(found.stdout.strip())
    missing: set[str] = set()
    for name in _QT_FILES:
        listing = subprocess.run(
            ["ldd", str(folder / name)], capture_output=True, text=True, check=False
        )
        missing.update(re.findall(r"(\S+) => not found", listing.stdout))
    unknown = sorted(
        name for name in missing if name not in PACKAGES and not name.startswith("libQt")
    )
    if unknown:
        print(f"workbench: Qt also needs {', '.join(unknown)}, whose package is not known here")
    return sorted({PACKAGES[name] for name in missing if name in PACKAGES})


def install_or_explain(packages: list[str], what: str, *, optional: bool = False) -> None:
    """Install Debian packages where that is allowed, else print the line that does it and end.

    Args:
        packages: names for apt-get.
        what: what they bring, in words.
        optional: only say so, and go on.
    """
    line = f"apt-get install -y {' '.join(packages)}"
    prefix = _privilege()
    if shutil.which("apt-get") and prefix is not None:
        print(f"workbench: installing {what}: {line}", flush=True)
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *packages]):
            done = subprocess.run(
                [*prefix, *command], env=quiet, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        if done.returncode == 0:
            return
    message = (
        f"workbench: {what} is missing. Type this, then the make command again:\n  sudo {line}"
    )
    if optional:
        print(f"{message}\n  (going on without: the tests that need it are skipped)")
    else:
        sys.exit(message)


def _privilege() -> list[str] | None:
    """What to put before apt-get: nothing for root, sudo where it needs no password, else None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if allowed.returncode == 0:
            return ["sudo", "-n"]
    return None
