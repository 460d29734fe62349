"""Labels: how often the network agrees with people who label the user's own material."""

from pages.ui.app import page_setup, session
from pages.ui.labels import report, start, tagging

with page_setup.page("Labels"):
    source, labeled = session.kept(session.TAG_SOURCE), session.kept(session.LABELED)
    if source is not None:
        tagging.show(source, report.of_tags)
    elif labeled is not None:
        report.show(labeled)
    else:
        start.choose()
