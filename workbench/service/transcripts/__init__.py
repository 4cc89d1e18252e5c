"""Conversations in and out: files of other programs, and files for them.

files.py: which files there are to read in what the user named
importing.py: reads files in the sandbox and puts what they hold into the history
gathered.py: what an import has read, and its report as it grows
exporting.py: writes conversations into files
printing.py: a conversation as a PDF file, by a process that has Qt
"""
