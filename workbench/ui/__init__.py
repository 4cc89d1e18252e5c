"""The window: the only room that knows Qt.

app.py: starts the window: QApplication, crash handling, the window's QSettings file
starting.py: what a start of the program asked for; starting again
main_window.py: rail, workspaces, palette; saves and restores the session
frame.py: navigation rail, top bar, status bar
panels.py: the list of workspaces, and `Panel`, what each of them offers
actions.py: `Action`: commands with titles and keys; menus, palette, shortcuts and help use them
bindings.py: keys that the user changed
command_palette.py: finds and runs commands, prompts, runs, chats, models
palette_list.py: the lines of the palette
scrim.py: the dimmed window behind the palette
bridge.py: calls from the GUI thread to the core, and events back
session.py: reads and writes what a workspace finds again, as a struct
tasks.py: coroutines on the GUI thread: `@latest` methods that await the core
preferences.py: theme, fonts, motion, default sampling; kept in the QSettings file
first_paint.py: what is shown until the session is restored
instance.py: one window for a data folder
leaving.py: asks before quitting loses something
erasing.py: deletes for good: the question, the work, the result
popups.py: whether a popup was closed just now, so that Esc closes nothing else
design/: the Design workspace
compare/: the Compare workspace
tree/: the Tree workspace
chat/: the Chat workspace
evaluate/: the Evaluate workspace
sources/: the Sources workspace
history/: the History workspace
models/: the Models workspace
protection/: the encrypted history: asked at start, turned on and off
settings/: the Settings page
help/: the Help page
editor/: the template editor
library/: the tree of prompts
runs/: views of one run, for several workspaces
markdown/: model text as Markdown
printing/: conversations as PDF
kit/: reusable widgets, forms, input fields
theme/: colours, fonts, icons, style sheet
"""
