"""Fields for the inputs of prompts, one for each type.

variable_fields.py: all inputs of a prompt; which field an input gets
editors.py: `Editor`: line, growing text, number, choice, switch
file_fields.py: files and images
structured_field.py: lists, objects, conversations
item_rows.py: the rows of those
values.py: values to field text and back, with problems
"""
