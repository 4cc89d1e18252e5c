"""Data sets: tables of rows, which prompt they match, and what a row gives to its inputs."""
