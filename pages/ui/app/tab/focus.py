"""Whoever stands on a page's tab by keyboard stays there while the page is drawn anew.

Streamlit (1.67) switches a row's tabs off between two of its messages: often for a moment, never seen, and
the focus is lost for good with it. The next key would begin at the top of the page.
"""

JS = """
() => {
  if (window.ferTabKeepsFocus) return;
  window.ferTabKeepsFocus = true;
  const PATIENCE_MS = 3000;
  const off = (tab) => !tab.hasAttribute("tabindex");
  const back = (tab, until) => {
    const elsewhere = document.activeElement !== document.body;
    if (elsewhere || !tab.isConnected || performance.now() > until) return;
    if (off(tab)) requestAnimationFrame(() => back(tab, until));
    else tab.focus({ preventScroll: true });
  };
  document.addEventListener("focusout", ({ target, relatedTarget }) => {
    if (relatedTarget || target.getAttribute("role") !== "tab" || !off(target)) return; // a person went on
    requestAnimationFrame(() => back(target, performance.now() + PATIENCE_MS));
  });
}
"""
