// Comforts only: every page works without this file.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break; // browsers keep it from pages that are neither local nor encrypted
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy it, please";
    }
    setTimeout(() => (button.textContent = words), 2000);
  });
}

for (const keys of document.querySelectorAll(".keys")) keys.hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find").select();
  } else if (event.key === "j" || event.key === "k") {
    const titles = [...document.querySelectorAll(".paper h2 a")];
    const at = titles.findIndex((title) => title.closest(".paper").contains(document.activeElement));
    const next = titles[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
    if (next) {
      next.focus({ preventScroll: true });
      next.closest(".paper").scrollIntoView({ block: "nearest" });
    }
  }
});
