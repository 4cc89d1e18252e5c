"""Models: which there are, what they say of themselves, load.

panel.py: the workspace
files_view.py: model files: table, folders, details
model_table.py: the table
details_view.py: one model file, and its load form
load_form.py: context, layers, LoRA adapters
verdict_view.py: what a chat template does with conversations
memory_view.py: estimated and used memory
folders_view.py: folders that are searched
get_view.py: downloads
servers_view.py: servers
server_form.py: one server: address, key, models
row_table.py: a plain table for downloads and servers
wording.py: words about downloads
"""
