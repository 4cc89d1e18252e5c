"""The commands and menus of the library."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import PurePath

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QWidgetAction

from workbench.domain.prompts.exchange import SANDBOXED
from workbench.domain.text import count_text, without_directions
from workbench.ui.actions import Action
from workbench.ui.design.view_model import DesignModel
from workbench.ui.kit import Question
from workbench.ui.kit.menu import Menu
from workbench.ui.library.actions import LibraryActions
from workbench.ui.library.nodes import Node, section_name
from workbench.ui.library.pane import LibraryTree

_MOST_NAMES = 8
"""Files that the question before an import names."""
_LONGEST_NAME = 48


class LibraryCommands(QObject):
    """Joins the tree with what can be done, by keys, menus and the palette.

    A command is about what is selected in the tree while that has the focus, else about the prompt
    that is open.

    Signals:
        import_wanted(), bundle_wanted(): of the library as a whole. export_wanted(str): a path.
    """

    import_wanted = Signal()
    export_wanted = Signal(str)
    bundle_wanted = Signal()

    def __init__(self, tree: LibraryTree, actions: LibraryActions, model: DesignModel) -> None:
        super().__init__()
        self._pane = tree
        self._tree = tree.tree
        self._actions = actions
        self._model = model
        view, rows = tree.tree, tree.tree.library
        tree.opened.connect(model.open)
        tree.create_wanted.connect(self.create)
        tree.menu_wanted.connect(self.show_menu)
        tree.searched.connect(actions.search)
        tree.search_opened.connect(actions.prepare_search)
        view.duplicate_wanted.connect(actions.duplicate)
        view.trash_wanted.connect(actions.trash)
        view.favourite_wanted.connect(actions.favourite)
        view.undo_wanted.connect(actions.undo)
        view.pasted.connect(self._on_pasted)
        rows.rename_wanted.connect(actions.rename)
        rows.dropped.connect(self._on_dropped)
        actions.found.connect(tree.show_result)
        actions.named.connect(view.edit_when_shown)
        actions.moved.connect(view.follow)

    def actions_table(self) -> tuple[Action, ...]:
        """The commands for the palette; those with keys work in all of Design."""
        chosen, files = self._has_targets, self._has_files
        return (
            Action(id="prompt.new", title="New prompt", run=self.create, keys="Ctrl+N"),
            Action(id="prompt.duplicate", title="Duplicate the prompt", run=self._duplicate,
                   when=files),
            Action(id="prompt.rename", title="Rename the prompt", run=self._rename, when=chosen),
            Action(id="prompt.move", title="Move the prompt to…", run=self._move, when=chosen),
            Action(id="prompt.tag", title="Tag the prompt…", run=self._tag, when=files),
            Action(id="prompt.favourite", title="Add the prompt to the favourites, or remove it",
                   run=self._favourite, when=files),
            Action(id="prompt.trash", title="Move the prompt to the trash", run=self._trash,
                   when=chosen),
            Action(id="library.search", title="Search the library", run=self._pane.open_search,
                   keys="Ctrl+Shift+F"),
            Action(id="library.undo", title="Undo the last change of the library",
                   run=self._actions.undo),
            Action(id="library.new_folder", title="New folder in the library",
                   run=self.create_folder, keys="Ctrl+Shift+N"),
            Action(id="library.add_folder", title="Add a folder to the library…",
                   run=self._add_folder),
            Action(id="library.fold", title="Fold all folders of the library",
                   run=functools.partial(self._tree.set_all_folded, True)),
            Action(id="library.open", title="Open all folders of the library",
                   run=functools.partial(self._tree.set_all_folded, False)),
        )  # fmt: skip

    @Slot()
    def create(self) -> None:
        """A new prompt in the folder that is current."""
        self._actions.create(folder=self._tree.current_folder())

    @Slot()
    def create_folder(self) -> None:
        """A new folder in the one that is current."""
        self._actions.create_folder(self._tree.current_folder())

    # --- what a command is about ----------------------------------------------------------------

    def _targets(self) -> list[Node]:
        chosen = self._tree.chosen()
        if self._tree.hasFocus():
            return chosen
        path = self._model.current.path if self._model.current else ""
        node = self._tree.library.node(self._tree.library.index_of(path)) if path else None
        if node is None:
            return []
        return chosen if path in [each.path for each in chosen] else [node]

    def _has_targets(self) -> bool:
        return bool(self._targets())

    def _files(self) -> list[str]:
        return [node.path for node in self._targets() if node.kind == "file"]

    def _has_files(self) -> bool:
        return bool(self._files())

    def _duplicate(self) -> None:
        self._actions.duplicate(self._files())

    def _favourite(self) -> None:
        self._actions.favourite(self._files())

    def _trash(self) -> None:
        self._actions.trash([node.path for node in self._targets()])

    def _rename(self) -> None:
        targets = self._targets()
        if targets:
            self._tree.edit_when_shown(targets[0].path)

    def _move(self) -> None:
        menu = self._menu()
        self._fill_folders(menu, [node.path for node in self._targets()])
        self._popup(menu)

    def _tag(self) -> None:
        menu = self._menu()
        self._fill_tags(menu, self._targets())
        self._popup(menu)

    # --- drops ----------------------------------------------------------------------------------

    @Slot(list, str, bool)
    def _on_dropped(self, paths: Sequence[str], folder: str, inside: bool) -> None:
        self._take(paths, folder, self._actions.move if inside else self._actions.import_file)

    @Slot(list, str, bool)
    def _on_pasted(self, paths: Sequence[str], folder: str, move: bool) -> None:
        self._take(paths, folder, self._actions.move if move else self._actions.import_file)

    def _take(
        self,
        paths: Sequence[str],
        folder: str,
        act: Callable[[Sequence[str], str], object],
    ) -> None:
        """Move or copy files into a folder; those from outside the library after a question."""
        roots = [root.path for root in self._tree.library.listing.folders]
        outside = [
            path for path in paths if not any(PurePath(path).is_relative_to(r) for r in roots)
        ]
        if not outside:
            act(paths, folder)
            return
        names = "\n".join(_in_a_line(PurePath(path).name) for path in outside[:_MOST_NAMES])
        if len(outside) > _MOST_NAMES:
            names += f"\nand {len(outside) - _MOST_NAMES:,} more"
        title = f"Import {count_text(len(outside), 'file')} into {PurePath(folder).name}?"
        question = Question(
            self._pane.window(), title, f"{names}\n\n{SANDBOXED}", ("Import", "Cancel")
        )
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.accepted.connect(lambda: question.chosen == 0 and act(paths, folder))
        question.open()  # not exec(): the program that the files are dragged from waits

    # --- menus ----------------------------------------------------------------------------------

    @Slot(QPoint)
    def show_menu(self, place: QPoint) -> None:
        """The menu of the row at a point of the tree; elsewhere that of the whole library."""
        node = self._tree.library.node(self._tree.indexAt(place)) if place.x() >= 0 else None
        menu = self._menu()
        _add(menu, "New prompt", self.create)
        _add(menu, "New folder", self.create_folder)
        if node is not None and node.kind in ("file", "folder"):
            menu.addSeparator()
            self._fill_things(menu, self._tree.chosen() or [node])
        menu.addSeparator()
        if self._tree.library.cut or node is None:
            _add(menu, "Paste", self._tree.paste, on=bool(self._tree.current_folder()))
        _add(menu, "Import prompts…", self.import_wanted.emit)
        _add(menu, "Export your prompts as a bundle…", self.bundle_wanted.emit)
        menu.addSeparator()
        _add(menu, "Add a folder to the library…", self._add_folder)
        if node is not None and node.root is not None and node.root.kind == "added":
            remove = functools.partial(self._actions.remove_folder, node.path)
            _add(menu, f"Remove {node.name} from the library", remove)
        if place.x() < 0:
            corner = self._pane.more.rect().bottomLeft()
            menu.popup(self._pane.more.mapToGlobal(corner))
        else:
            menu.popup(self._tree.viewport().mapToGlobal(place))

    def _fill_things(self, menu: QMenu, nodes: Sequence[Node]) -> None:
        paths = [node.path for node in nodes]
        files = [node.path for node in nodes if node.kind == "file"]
        own = all(node.writable for node in nodes)
        if files:
            _add(menu, "Open", functools.partial(self._open, files))
            taken = set(files) <= self._tree.library.listing.favourites
            words = "Remove from favourites" if taken else "Add to favourites"
            _add(menu, words, functools.partial(self._actions.favourite, files))
            export = functools.partial(self.export_wanted.emit, files[0])
            _add(menu, "Export…", export, on=len(files) == 1)
            _add(menu, "Duplicate", functools.partial(self._actions.duplicate, files))
        rename = functools.partial(self._tree.edit_when_shown, paths[0])
        _add(menu, "Rename", rename, on=own and len(nodes) == 1)
        move = menu.addMenu("Move to" if own else "Copy to")
        self._fill_folders(move, paths)
        if files:
            tags = menu.addMenu("Tags")
            self._fill_tags(tags, nodes)
        _add(menu, "Cut", self._tree.cut, on=own)
        _add(menu, "Copy", self._tree.copy)
        _add(menu, "Move to trash", functools.partial(self._actions.trash, paths), on=own)

    def _fill_folders(self, menu: QMenu, paths: Sequence[str]) -> None:
        """Every folder that can be written, by section."""
        for root in self._tree.library.listing.folders:
            if not root.writable or root.problem:
                continue
            menu.addSection(section_name(root))
            places = [("", root.path)]
            places += [(name, str(PurePath(root.path, name))) for name in root.folders]
            for name, path in places:
                act = functools.partial(self._actions.move, paths, path)
                _add(menu, name or "(top)", act)

    def _fill_tags(self, menu: QMenu, nodes: Sequence[Node]) -> None:
        """A line for a new tag, and the tags there are."""
        paths = [node.path for node in nodes if node.kind == "file"]
        line = QLineEdit()
        line.setPlaceholderText("New tag")
        line.setAccessibleName("New tag")
        holder = QWidgetAction(menu)
        holder.setDefaultWidget(line)
        menu.addAction(holder)
        line.returnPressed.connect(functools.partial(self._on_new_tag, menu, line, paths))
        had = [{tag.casefold() for tag in node.entry.tags} for node in nodes if node.entry]
        for tag in self._pane.foot.tags():
            taken = all(tag.casefold() in tags for tags in had)
            entry = menu.addAction(tag.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(taken)
            add, remove = ([], [tag]) if taken else ([tag], [])
            _connect(entry, functools.partial(self._actions.tag, paths, add, remove))

    def _on_new_tag(self, menu: QMenu, line: QLineEdit, paths: Sequence[str]) -> None:
        tag = line.text().strip()
        menu.close()
        parent = menu.parent()
        if isinstance(parent, QMenu):
            parent.close()
        if tag:
            self._actions.tag(paths, [tag])

    def _menu(self) -> QMenu:
        menu = Menu("More about the library", self._pane)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _popup(self, menu: QMenu) -> None:
        area = self._tree.visualRect(self._tree.currentIndex())
        menu.popup(self._tree.viewport().mapToGlobal(area.bottomLeft()))

    def _open(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._model.open(path)

    def _add_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._pane, "Choose a folder with prompts")
        if folder:
            self._actions.add_folder(folder)


def _in_a_line(name: str) -> str:
    """A file's name for a question, which no name can lengthen, break or turn round."""
    words = " ".join(without_directions(name).split())
    return words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1] + "…"


def _add(menu: QMenu, text: str, act: Callable[[], object], *, on: bool = True) -> None:
    entry = menu.addAction(text.replace("&", "&&"))
    entry.setEnabled(on)
    _connect(entry, act)


def _connect(entry: QAction, act: Callable[[], object]) -> None:
    entry.triggered.connect(lambda _checked=False: act())
