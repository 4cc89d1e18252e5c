"""Blind votes on the columns of a comparison: which column an answer is of shows after the vote."""
