"""Headers of GGUF files, read within bounds."""
