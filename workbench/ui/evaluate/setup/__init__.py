"""The Setup view: cases, variants, checks of the set that is open."""
