"""Labels: how often the network agrees with people who label the user's own material."""

from pages.ui.app import guard, session
from pages.ui.labels import report, start, tagging

with guard.page("Labels"):
    source, labelled = session.kept(session.TAG_SOURCE), session.kept(session.LABELLED)
    if source is not None:
        tagging.show(source, report.of_tags)
    elif labelled is not None:
        report.show(labelled)
    else:
        start.choose()
