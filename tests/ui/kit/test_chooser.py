"""The list of a drop-down: a surface like a popover's, with icons of the theme that is on."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import WAIT_MS
from workbench.ui.kit import Chooser
from workbench.ui.theme import color, theme


def _chooser(qtbot: QtBot) -> Chooser:
    made = Chooser("Strategy", width=240)
    for name in ("Direct", "Chain of thought", "Mixture"):
        made.add_choice(name, name, icon="direct", tone="direct", description="What it is for")
    qtbot.addWidget(made)
    made.show()
    return made


def _painted(chooser: Chooser) -> QImage:
    view = chooser.view()
    return view.grab().toImage()


def test_the_list_has_a_line_around_it_and_its_rows_keep_from_it(qtbot: QtBot) -> None:
    chooser = _chooser(qtbot)
    chooser.showPopup()
    qtbot.waitUntil(chooser.view().isVisible, timeout=WAIT_MS)
    image = _painted(chooser)
    ratio = image.devicePixelRatio()
    middle = round(image.height() / ratio / 2)
    assert image.pixelColor(QPoint(0, round(middle * ratio))) == color("line-strong")
    index = chooser.model().index(0, 0)
    row = chooser.view().visualRect(index)
    assert chooser.view().viewport().x() >= 3
    assert row.width() <= chooser.view().width() - 6
    chooser.hidePopup()


def test_icons_of_the_list_follow_the_theme(qtbot: QtBot) -> None:
    chooser = _chooser(qtbot)

    def tone() -> QColor:
        chooser.showPopup()
        icon = chooser.itemData(1, Qt.ItemDataRole.DecorationRole)
        image = icon.pixmap(16, 16).toImage()
        chooser.hidePopup()
        points = (QPoint(x, y) for y in range(image.height()) for x in range(image.width()))
        return max((image.pixelColor(point) for point in points), key=QColor.alpha)

    dark = tone()
    theme().choose("light")
    QApplication.processEvents()
    assert tone().rgb() != dark.rgb()
    assert tone().rgb() == color("direct").rgb()
