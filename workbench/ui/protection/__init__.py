"""The encrypted history in the window.

passphrase_dialog.py: asks for a passphrase, or for a new one twice
unlocking.py: asks at start, before the history is opened
encryption.py: turns encryption on and off in Settings
"""
