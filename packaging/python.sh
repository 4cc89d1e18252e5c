#!/bin/sh
# Runs a script with the first Python from 3.11 to 3.14 that works: $PYTHON, python3, then by version.
# A name can exist and yet not run (the shims of a version manager), so each is tried.
suits='import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 14)))'
for candidate in "$PYTHON" python3 python3.14 python3.13 python3.12 python3.11; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c "$suits" >/dev/null 2>&1; then
    exec "$candidate" "$@"
  fi
done
echo "Prompt Workbench needs Python 3.11 to 3.14, and none was found: install one (on Debian or Ubuntu: apt-get install python3 python3-venv), or name it: make run PYTHON=/path/to/python3" >&2
exit 1
