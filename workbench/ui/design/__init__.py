"""Design: library, editor, inputs, what the model receives, and a run of it."""
