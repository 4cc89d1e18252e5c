"""What can be done with a message: versions, insertions, names, copies, forks, the bin.

branches.py: joins all of it with the panel
branching.py: asks the core for it, and says what was done
message_menu.py: all of it as a menu, of a message in the transcript or on the map
label_form.py: asks for the name of a branch
bin_view.py: what is deleted, and brings it back
"""
