"""Puzzles whose answers a program can check: arithmetic, targets, Latin squares, written texts.

Strategies use this to search, and evaluations to check what came back.
"""
