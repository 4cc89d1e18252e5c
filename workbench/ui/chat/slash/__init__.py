"""Prompts in the composer: "/" lists them, Enter puts one in with the form of its inputs.

slash.py: when the list opens, its keys, and what becomes of the chosen prompt
prompt_list.py: the list over the composer, and what the current prompt asks for
slash_form.py: the form of a prompt in place of the message box
matching.py: which prompts fit what is typed
"""
