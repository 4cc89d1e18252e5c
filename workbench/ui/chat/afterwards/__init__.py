"""What follows when an answer has ended: a title is suggested, a notification is shown.

choices.py: what the user chose of both
titles.py: asks for a title and offers it
notices.py: notifies of a long answer while another window is in front
"""
