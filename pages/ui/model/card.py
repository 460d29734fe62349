"""The model card as it stands in models/, to read and to keep."""

import re
from html import escape

import streamlit as st

from fer.evaluation.figures.texts import CARD, read_text
from fer.io.places import MODELS_DIR
from pages.ui.work import model_files

_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)

_TABLE = re.compile(r"((?:^\|.*\|$\n?)+)", re.MULTILINE)
_BOLD, _CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`(.+?)`")
BOX = "card_text"
LOOK = (
    f"<style>.st-key-{BOX} table {{ border-collapse: collapse; margin-bottom: 1rem; }}"
    f".st-key-{BOX} :is(th, td) {{ padding: 0.25rem 0.6rem; border-bottom: 1px solid #8884; }}"
    f".st-key-{BOX} th {{ text-align: left; }}"
    f".st-key-{BOX} code {{ overflow-wrap: anywhere; }}</style>"
)


def show() -> None:
    """The part of the page."""
    text = model_files.read(read_text, MODELS_DIR / CARD)
    if text is None:
        return
    st.download_button(
        "Save the card",
        text.encode(),
        file_name=CARD,
        mime="text/markdown",
        icon=":material/download:",
        key="card_save",
        on_click="ignore",
    )
    st.html(LOOK)
    with st.container(width=820, key=BOX):
        # Code is wrapped: what scrolls sideways cannot be read with the keyboard.
        for k, part in enumerate(_FENCE.split(text)):
            if k % 2:
                st.code(part.strip(), language="bash", wrap_lines=True)
            else:
                _text(part)


def _text(part: str) -> None:
    for k, piece in enumerate(_TABLE.split(part)):
        if k % 2:
            st.html(table_html(piece))
        elif piece.strip():
            st.markdown(piece)


def table_html(table: str) -> str:
    """A table of Markdown as HTML that scrolls by itself where it is wider than the page, by keyboard too.

    Args:
        table: Its lines; the first is the head, the second what separates it.
    """
    head, _, *rows = (_cells(line) for line in table.strip().splitlines())
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    named = (cell.strip(" *`") for cell in table.split("\n", 1)[0].strip().split("|"))
    about = escape("Table of " + ", ".join(filter(None, named)))
    return (
        f'<div tabindex="0" role="region" aria-label="{about}" style="overflow-x: auto">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cells(line: str) -> list[str]:
    cells = (escape(cell.strip(), quote=False) for cell in line.strip().strip("|").split("|"))
    return [_CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<b>\1</b>", cell)) for cell in cells]
