"""Chat: conversations with the loaded model.

panel.py: the workspace: conversations, transcript, composer
view_model.py: the conversations, the shown branch, the answers being written
conversation_list.py: the list of conversations
filing/: pins, folders and tags of conversations, also by dragging
conversations_model.py: the values of that list, and what all conversations share
page.py: one conversation: its messages, or how to begin
transcript.py: the messages; only those in view have widgets
message_view.py: one message
focus_line.py: the line at the left of the message that has the focus
message_keys.py: the message that has the focus, and its keys
message_parts.py: its versions, name, folded text, words of its end
system_view.py: the system prompt
composer.py: where a message is written
box_work.py: an edit or insertion in its place, and one that was cancelled
message_box.py: its text box, and the button that sends or stops
drafts.py: unsent text, on disk within a second
reading.py: where each conversation was left, so that it opens there again
sending.py: sends messages, edits and retries
live_answers.py: answers being written, in all conversations
side.py: the column of panes at the right
sides/: several answers to one message side by side
context/: how full the context is, and what the model does not see
profiles/: named system prompts
afterwards/: when an answer has ended: a title is suggested, a notification shown
slash/: prompts in a message: "/"
off_record/: conversations in memory only
regions.py: the parts that F6 goes through
find_bar.py: the find bar
finding.py: joins find bar and transcript
places.py: where the words that are searched for occur
tokens/: answers tinted by probability, alternatives, the sampler microscope
map/: the map of a conversation
branching/: versions, insertions, names, copies, forks, undo, the bin
files/: conversations in and out of files
attaching/: files of messages: dropped, pasted, chosen, shown
waiting/: messages that wait for the answer that is being written
"""
