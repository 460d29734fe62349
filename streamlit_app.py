"""The app: page configuration and navigation. Everything else lives in pages/ and fer/."""

from pages.ui.app import guard, navigation

guard.configure()
navigation.run()
