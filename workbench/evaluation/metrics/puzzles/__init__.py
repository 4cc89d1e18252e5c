"""Puzzles with many right answers: a program checks whether an answer is one."""
