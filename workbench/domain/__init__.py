"""The words every room speaks: frozen values, no I/O, no clock, no randomness."""
