"""``--help`` says of every option what it does, and of every number what stands there without it."""

import argparse

import pytest

from fer.cli import COMMANDS, build_parser

PARSERS = next(
    action.choices
    for action in build_parser(COMMANDS)._actions
    if isinstance(action, argparse._SubParsersAction)
)


@pytest.mark.parametrize("command", PARSERS)
def test_every_option_is_explained_with_its_default(command):
    for action in PARSERS[command]._actions:
        assert action.help, action.dest
        if isinstance(action.default, int | float) and not isinstance(action.default, bool):
            assert "default" in action.help, action.dest
