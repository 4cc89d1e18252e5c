"""Damaged model files against the loader: ``make fuzz`` runs 500, the suite a few."""
