"""The short style sheet for what the palette cannot express. Colours come from the tokens alone."""

from __future__ import annotations

import re

from workbench.ui.theme.tokens import RESOURCES

_SHEET = """
QMainWindow, QDialog { background: @panel; }
QWidget[surface="canvas"] { background: @canvas; }
QWidget[surface="chrome"] { background: @chrome; }
QWidget[surface="panel"] { background: @panel; }
QWidget[surface="raised"] { background: @raised; }
QFrame[rule="bottom"] { border: 0; border-bottom: 1px solid @line; }
QFrame[rule="top"] { border: 0; border-top: 1px solid @line; }
QFrame[rule="right"] { border: 0; border-right: 1px solid @line; }
QFrame[rule="left"] { border: 0; border-left: 1px solid @line; }
QFrame[card="true"] { background: @raised; border: 1px solid @line-strong; border-radius: 8px; }
QFrame[popover="true"] { background: @popover; border: 1px solid @line-strong;
  border-radius: 8px; }
QLabel { background: transparent; }
QLabel[tone="text-2"] { color: @text-2; }
QLabel[tone="text-3"] { color: @text-3; }
QLabel[tone="ok"] { color: @ok; }
QLabel[tone="warn"] { color: @warn; }
QLabel[tone="bad"] { color: @bad; }
QLabel[tone="sure"] { color: @sure; }
QLabel[tone="likely"] { color: @likely; }
QLabel[tone="impossible"] { color: @impossible; }
QLabel[tone="link"] { color: @link; }
QLabel[chip="true"] { background: @selected; border-radius: 4px; padding: 1px 6px; }

QPushButton { background: @raised; color: @text; border: 1px solid @line-strong;
  border-radius: 6px; padding: 0 12px; min-height: 26px; }
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @pressed; }
QPushButton:checked { background: @selected; }
QPushButton:disabled { color: @text-off; }
QPushButton:focus { border: 1px solid @focus; }
QPushButton[kind="primary"] { background: @ink; color: @on-ink; border: 1px solid @ink;
  font-weight: 600; }
QPushButton[kind="primary"]:hover { background: @ink-hover; }
QPushButton[kind="primary"]:disabled { background: @pressed; color: @text-off;
  border-color: @pressed; }
QPushButton[kind="primary"]:focus { border: 2px solid @focus; }
QPushButton[kind="ghost"] { background: transparent; border: 1px solid transparent;
  color: @text-2; padding: 0 8px; }
QPushButton[kind="ghost"]:hover { background: @hover; color: @text; }
QPushButton[kind="ghost"]:focus { border: 1px solid @focus; }
QPushButton[kind="ghost"]:checked { background: @selected; color: @text; }
QPushButton[chip="true"] { padding: 0 8px; font-size: 12px; }
QPushButton[tall="true"] { min-height: 30px; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: 6px;
  padding: 4px; color: @text-2; }
QToolButton:hover { background: @hover; }
QToolButton:pressed, QToolButton:checked { background: @selected; color: @text; }
QToolButton:focus { border: 1px solid @focus; }
QToolButton[bare="true"] { padding: 2px 0; border-radius: 2px; margin-left: -5px; }
QToolButton[bare="true"]:hover { background: transparent; color: @text; }
QToolButton[rail="true"] { border-radius: 8px; padding: 6px 0; color: @text-2; }
QToolButton[rail="true"]:checked { color: @text; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QPlainTextEdit[input="true"], QSpinBox, QDoubleSpinBox { background: @raised;
  color: @text; border: 1px solid @line-strong; border-bottom: 1px solid @line-access;
  border-radius: 6px; padding: 0 8px; min-height: 26px;
  selection-background-color: @selection; selection-color: @text; }
QPlainTextEdit[input="true"] { padding: 4px 4px; }
QPlainTextEdit[grows="true"] { background: @raised; color: @text; border: 1px solid @line-strong;
  border-bottom: 1px solid @line-access; border-radius: 6px; padding: 2px 4px;
  selection-background-color: @selection; selection-color: @text; }
QPlainTextEdit[grows="true"]:focus { border: 1px solid @focus; }
QPlainTextEdit[lines="3"] { min-height: 52px; }
QPlainTextEdit[lines="8"] { min-height: 140px; }
QLineEdit:focus, QPlainTextEdit[input="true"]:focus, QSpinBox:focus, QDoubleSpinBox:focus {
  border: 1px solid @focus; }
QLineEdit[linked="true"], QPlainTextEdit[linked="true"], QSpinBox[linked="true"],
QDoubleSpinBox[linked="true"], QComboBox[linked="true"], QPushButton[linked="true"] {
  border: 1px solid @link; }
QLineEdit:disabled { color: @text-off; }
QLineEdit[bare="true"] { background: transparent; border: 0; padding: 0; }
QAbstractSpinBox QLineEdit { border: 0; padding: 0 6px; min-height: 0; background: transparent; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button { width: 0; border: 0; }
QPlainTextEdit[plain="true"] { background: transparent; }
QPlainTextEdit, QTextBrowser, QTextEdit { border: 0; background: @canvas; color: @text;
  selection-background-color: @selection; selection-color: @text; }
QTextBrowser[surface="panel"] { background: @panel; }

QTreeView, QListView, QTableView { background: transparent; border: 0; outline: 0;
  color: @text; selection-background-color: @selected; selection-color: @text; }
QTreeView::item, QListView::item { min-height: 28px; border-radius: 6px; padding: 0 4px;
  color: @text-2; }
QTreeView::item:hover, QListView::item:hover { background: @hover; }
QTreeView::item:selected, QListView::item:selected { background: @selected; color: @text; }
QListView[ticks="true"] { background: @raised; }
QTreeView { show-decoration-selected: 0; }
QTreeView::branch, QTreeView::branch:selected { background: transparent; }
QTableView { gridline-color: transparent; }
QTableView::item { border: 0; border-bottom: 1px solid @line; padding: 0 8px; }
QTableView::item:hover { background: @hover; }
QTableView::item:selected { background: @selected; color: @text; }
QHeaderView { background: transparent; }
QHeaderView::section { background: @panel; color: @text-3; border: 0;
  border-bottom: 1px solid @line; padding: 6px 11px; font-size: 11px; font-weight: 500; }

QSplitter::handle { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @line-strong; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: @line-access; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { background: transparent; border: 0; }

QMenu { background: @popover; color: @text; border: 1px solid @line-strong; border-radius: 8px;
  padding: 4px; }
QMenu::item { padding: 6px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 10px; }
QMenu::item:selected { background: @selected; }
QMenu::item:disabled { color: @text-off; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
QToolTip { background: @popover; color: @text; border: 1px solid @line-strong;
  border-radius: 6px; padding: 4px 8px; }
QTabBar { background: @panel; border: 0; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: @text-2; padding: 0 12px; height: 35px;
  border-right: 1px solid @line; }
QTabBar::tab:hover { background: @hover; }
QTabBar::tab:selected { background: @canvas; color: @text; }
QTabBar::tab:focus { color: @focus; }
QTabBar[quiet="true"]::tab { padding: 0 8px; height: 33px; border: 0;
  border-bottom: 2px solid transparent; }
QTabBar[quiet="true"]::tab:hover { background: transparent; color: @text; }
QTabBar[quiet="true"]::tab:selected { background: transparent; border-bottom: 2px solid @ink; }
QTabBar[quiet="true"]::tab:selected:focus { color: @text; border-bottom: 2px solid @focus; }
QCheckBox { color: @text; spacing: 8px; }
QCheckBox::indicator, QListView::indicator { width: 14px; height: 14px; background: @raised;
  border: 1px solid @line-access; border-radius: 3px; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: @focus;
  border: 1px solid @focus; image: url("CHECK"); }
QCheckBox::indicator:focus { border: 1px solid @focus; }
QCheckBox::indicator:disabled, QListView::indicator:disabled { border: 1px solid @line-strong; }
QProgressBar { background: @raised; border: 0; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: @focus; border-radius: 3px; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView { background: @popover; border: 1px solid @line-strong;
  border-radius: 8px; padding: 3px; outline: 0; }
QComboBox QAbstractItemView::item { color: @text; }
"""


_TEXT_HEIGHT = re.compile(r"(font-size|min-height|[^-]height): (\d+)px")


def stylesheet(colors: dict[str, str], text_scale: float = 1.0) -> str:
    """The sheet with every ``@token`` replaced by its colour; an unknown token is a KeyError.

    Args:
        colors: of the scheme.
        text_scale: what holds text grows with it; it is never lower than designed.
    """
    sheet = re.sub(r"@([a-z0-9-]+)", lambda match: colors[match[1]], _SHEET)
    sheet = sheet.replace("CHECK", (RESOURCES / "icons" / "check.svg").as_posix())
    if text_scale == 1:
        return sheet
    return _TEXT_HEIGHT.sub(lambda match: _scaled(match, text_scale), sheet)


def _scaled(match: re.Match[str], scale: float) -> str:
    pixels = int(match[2])
    grown = round(pixels * scale) if match[1] == "font-size" or scale > 1 else pixels
    return f"{match[1]}: {grown}px"
