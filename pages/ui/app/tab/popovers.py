"""The Tab key leads from a popover's button into what it has unfolded, and on from there.

Streamlit (1.67) puts what is unfolded at the end of the document: whoever goes by keyboard would come to it
after everything else on the page.
"""

JS = """
() => {
  if (window.ferPopoverKeys) return;
  window.ferPopoverKeys = true;
  // While the focus is elsewhere, what can be reached inside is marked as if it could not.
  const place = ({ dataset, tabIndex }) => ("tabindex" in dataset ? Number(dataset.tabindex) : tabIndex);
  const stops = (body) =>
    [...body.querySelectorAll("a[href], button, input, select, textarea, [tabindex]")].filter(
      (one) => place(one) >= 0 && !one.disabled && one.checkVisibility(),
    );
  const tab = (event) => {
    if (event.key !== "Tab") return;
    const body = [...document.querySelectorAll('[data-testid="stPopoverBody"]')].pop();
    const opener = document.querySelector('[data-testid="stPopoverButton"][aria-expanded="true"]');
    if (!body || !opener) return;
    const inside = stops(body);
    const [at, first, last] = [document.activeElement, inside[0], inside[inside.length - 1]];
    if (at === opener && first && !event.shiftKey) {
      first.focus();
      event.preventDefault();
    } else if (at === first && event.shiftKey) {
      opener.focus();
      event.preventDefault();
    } else if (at === last && !event.shiftKey) {
      opener.focus(); // the browser goes on from there
    }
  };
  document.addEventListener("keydown", tab, { capture: true });
}
"""
