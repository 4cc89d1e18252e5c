"""Processes of the program: starting, feeding and ending them; the sandbox for untrusted work.

keeper.py: `ChildProcess`: a module as a process, seen from outside; `on_loop`
inside.py: what each process does first, on its own side
frames.py: length-prefixed bodies between program and process
pool.py: `SandboxPool`: what the rest of the program calls
child.py: one sandbox process, seen from the program
process.py: entry of a sandbox process
limits.py: limits of memory and processor time; no access to anything outside
"""
