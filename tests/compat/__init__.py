"""Compares our exports and imports with the programs whose formats they are.

The originals are not part of the set-up. They go into one folder, a virtual environment with
node's modules in it:

    python -m venv DIR
    DIR/bin/pip install langchain-core openai prompty
    DIR/bin/pip install --no-deps chainforge
    npm install --ignore-scripts --prefix DIR dotprompt promptfoo esbuild

``make compat ORIGINALS=DIR`` then exports every prompt of the library, and the nasty ones of
``nasty.py``, has the originals read and render them, and compares; and it has our importer read
what is in ``foreign.py`` and compares again. With ``COMPAT=--record`` it writes what the originals
answered into ``tests/prompts/formats/originals.json``, which the tests hold ours against.
"""
