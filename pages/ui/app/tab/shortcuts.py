"""A key that is held down presses a button once.

A browser repeats such a key 30 times a second, and each time Streamlit (1.67) presses the button whose
shortcut it is: whoever rests on a key would give a dozen faces a tag, or set a dozen marks.
"""

JS = """
() => {
  if (window.ferKeysPressOnce) return;
  window.ferKeysPressOnce = true;
  const same = (one, key) => one.textContent.trim().toLowerCase() === key.toLowerCase();
  const once = (event) => {
    if (!event.repeat || !event.key || event.target.closest?.("input, textarea, select")) return;
    const keys = [...document.querySelectorAll("button [data-has-shortcut] kbd")];
    if (keys.some((one) => same(one, event.key))) event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", once, { capture: true });
}
"""
