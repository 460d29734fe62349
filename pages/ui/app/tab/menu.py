"""In a narrow window the menu lies over the page: it goes once a page was chosen.

Streamlit (1.67) lets it go on telephones only; in a window that is half as wide, or at twice the size,
whoever has chosen a page would not see it.
"""

JS = """
() => {
  if (window.ferMenuGoes) return;
  window.ferMenuGoes = true;
  document.addEventListener("click", (event) => {
    const link = event.target.closest('[data-testid="stSidebarNavLink"]');
    const menu = link?.closest('[data-testid="stSidebar"]');
    if (!menu || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const goes = () => {
      const page = document.querySelector('[data-testid="stMain"]').getBoundingClientRect();
      const covers = menu.getBoundingClientRect().right > page.left + 1;
      if (covers && menu.dataset.collapsed !== "true")
        menu.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
    };
    setTimeout(goes, 100);  // Streamlit comes first
  });
}
"""
