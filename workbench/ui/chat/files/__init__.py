"""Conversations in and out of files: the report of an import, and what an export writes.

transfers.py: the commands of Chat for both
import_dialog.py: an import while it goes on, and its report
report_model.py: the lines of the report
export_dialog.py: a conversation as a file: format and parts
"""
