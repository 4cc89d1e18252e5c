"""Conversations as PDF, in a process of its own: long ones take seconds and much memory.

pages.py: Markdown as the pages of a PDF file, with no text beyond the margin
process.py: entry of the process
"""
