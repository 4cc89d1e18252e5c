"""System-prompt profiles in Chat.

profile_part.py: chooses the profile of a conversation, makes and changes profiles
profile_form.py: the fields of one profile
"""
