"""How much memory a model needs, and how much this machine has."""
