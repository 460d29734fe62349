"""Labels: how often the network agrees with people who label the user's own material."""

from pages.ui import guard, labelled_view, labels_start, session, tag_view

with guard.page("Labels"):
    source, labelled = session.kept(session.TAG_SOURCE), session.kept(session.LABELLED)
    if source is not None:
        tag_view.show(source, labelled_view.of_tags)
    elif labelled is not None:
        labelled_view.show(labelled)
    else:
        labels_start.choose()
