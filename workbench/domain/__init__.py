"""The values that every room uses: frozen structs, no I/O, no clock, no randomness.

errors.py: every error that can reach the user, as one tree of classes
parameters.py: `about(...)`: a parameter described once, for form, command line and checks
registry.py: a named table of things that can be chosen: strategies, engines, metrics
text.py: messages and spans: text with the place each piece came from; words for counts and sizes
code.py: code in answers, as it is coloured
formulas.py: formulas of answers, as drawings
formula_rules.py: which pieces of Markdown are formulas
transcripts.py: conversations of files, and the report of an import
off_record.py: conversations off the record, known by their numbers
opening.py: what a start of the program asks the window for (`OpenRequest`)
views.py: what the service returns about strategies, models, engine, run lists, conversations
servers.py: servers that speak the OpenAI protocol, as entered and as they describe themselves
chat.py: options and draft of a conversation
attachments.py: files that are attached to messages
storage.py: parts of the data folder, backups, what is deleted for good
searching.py: what a search in the history asks for and finds
history_figures.py: figures of the history, for statistics
chat_context.py: what of a conversation a model gets, in tokens (`ContextReport`)
chat_templates.py: what chat templates do with system messages, neighbours, thoughts
profiles.py: named system prompts of conversations (`Profile`), also from character cards
chat_sides.py: answers to one message as columns
chat_tree.py: a conversation as a tree: its nodes, changes, the bin
finding.py: names that the command palette finds, and when typed words match one
prompts/: files, inputs, versions, data sets, the library
evaluation/: scores, checks, estimates with their intervals, verdicts, boards of votes
runs/: specs, sampling, effects, events, and the state folded from events
puzzles/: exact arithmetic, and what is wrong with the answer to a puzzle
sources/: documents of the user's own, and the passages that are found in them
answers/: which answers are equal, and where an answer is in a text
"""
