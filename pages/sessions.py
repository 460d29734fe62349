"""Sessions: what was kept, found again."""

from fer.library import places
from pages.ui.app import page_setup
from pages.ui.sessions import comparison, listing

with page_setup.page("Sessions"):
    if not places.is_on():
        listing.switched_off()
    elif comparison.asked():
        comparison.show()
    else:
        listing.show()
