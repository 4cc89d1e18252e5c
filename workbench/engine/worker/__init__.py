"""The engine worker: a process of its own, because llama.cpp may crash and the window may not."""
