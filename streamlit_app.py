"""The app: page configuration and navigation. Everything else lives in pages/ and fer/."""

from pages.ui.app import navigation, page_setup

page_setup.configure()
navigation.run()
