"""The Settings page.

panel.py: the page
parts.py: groups and lines
appearance.py: theme, text size, motion, editor font
chat.py: titles and notifications
sampling.py: default sampling
user_name.py: the user's name, for the texts of profiles
tokens.py: what the tokens of answers take; dropping old alternatives
folders.py: where files are kept
storage.py: what the data folder holds, backups, restoring one
keys.py: the list of keys
key_editor.py: changes keys
key_button.py: a field that takes pressed keys
about.py: version, privacy, logs
"""
