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

for (const field of document.querySelectorAll("[data-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && (field.type === "hidden" || [...field.options].some((option) => option.value === zone))) field.value = zone;
}

// A form of one button, which says a thing or takes it back, without leaving the page.
function staysHere(selector, show) {
  for (const form of document.querySelectorAll(selector)) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      const body = new FormData(form);
      body.set("on", button.value);
      button.disabled = true;
      try {
        const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        show(form, button, await answer.json());
      } catch {
        submitAsIs(form, button);
      } finally {
        button.disabled = false;
        if (document.activeElement === document.body) button.focus(); // a button that is disabled loses it
      }
    });
  }
}

staysHere("form.upvote", (form, button, { voted, upvotes_in_all }) => {
  button.value = voted ? "0" : "1";
  button.title = voted ? "Take your upvote back" : "Upvote";
  button.setAttribute("aria-pressed", voted);
  form.querySelector(".number").textContent = upvotes_in_all;
});

staysHere(".paper form.less", (form, button, { hidden }) => {
  form.closest(".paper").classList.toggle("is-gone", hidden);
  button.value = hidden ? "0" : "1";
  button.textContent = hidden ? "It does not come back. Undo" : "Less like this";
});

for (const text of document.querySelectorAll(".write textarea")) {
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) text.form.requestSubmit();
  });
}

// Keeping a paper: the same forms, without leaving the page.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".save form");
  if (!form) return;
  event.preventDefault();
  const control = form.closest(".save");
  const body = new FormData(form, event.submitter);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    show(control, said);
    if (form.matches(".choose")) {
      control.open = false;
      control.querySelector("summary").focus();
      if (body.get("fresh")) control.querySelector(".choose").remove(); // it lacks the new collection
    }
  } catch {
    submitAsIs(form, event.submitter);
  }
});

// The way without a script says what is wrong. A form that a script submits leaves out what its button says.
function submitAsIs(form, button) {
  if (button?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
  HTMLFormElement.prototype.submit.call(form);
}

function show(control, { state, hidden, words, collections, note }) {
  control.querySelector(".kept").textContent = words || "Save";
  control.classList.toggle("hides", hidden);
  control.classList.toggle("kept-in", Boolean(collections.length || note));
  for (const button of control.querySelectorAll(".states button")) {
    const on = button.name === "hidden" ? hidden : button.dataset.state === state;
    button.setAttribute("aria-pressed", on);
    button.value = button.name === "hidden" ? (on ? "0" : "1") : on ? "" : button.dataset.state;
  }
}

document.addEventListener("toggle", async (event) => {
  const control = event.target;
  if (!control.matches?.(".save[data-more]") || !control.open || control.querySelector(".choose")) return;
  try {
    const answer = await fetch(control.dataset.more);
    if (!answer.ok || answer.redirected) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".choose");
    part.querySelector("[name=next]").value = location.pathname + location.search;
    control.querySelector(".more").hidden = true;
    control.append(part);
  } catch {
    // the link beside it leads to the same form
  }
}, true);

// A collection is put in order with the mouse, too: its forms do the work.
function below(item, event) {
  const { top, height } = item.getBoundingClientRect();
  return event.clientY > top + height / 2;
}

for (const shelf of document.querySelectorAll("[data-move]")) {
  let held = null;
  for (const item of shelf.children) {
    const place = item.querySelector(".place");
    place.addEventListener("pointerdown", () => (item.draggable = true));
    place.addEventListener("pointerup", () => (item.draggable = false));
    item.addEventListener("dragstart", () => (held = item));
    item.addEventListener("dragend", () => {
      item.draggable = false;
      for (const each of shelf.children) each.classList.remove("over-here", "behind-here");
    });
    item.addEventListener("dragover", (event) => {
      if (!held) return;
      event.preventDefault();
      for (const each of shelf.children) {
        const over = each === item && item !== held;
        each.classList.toggle("over-here", over && !below(item, event));
        each.classList.toggle("behind-here", over && below(item, event));
      }
    });
    item.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!held || held === item) return;
      const form = held.querySelector(".move:has([type=number])");
      const from = Number(held.dataset.place);
      const to = Number(item.dataset.place) + (below(item, event) ? 1 : 0);
      form.querySelector("[type=number]").value = from < to ? to - 1 : to;
      form.submit();
    });
  }
}

for (const link of document.querySelectorAll(".drag")) {
  link.addEventListener("click", (event) => event.preventDefault()); // it is to be dragged away
}

// Where two rankings are compared, a paper that is opened counts for the one that brought it; nothing says by whom.
for (const paper of document.querySelectorAll("[data-team]")) {
  paper.querySelector("h2 a").addEventListener("click", () => {
    const body = new FormData(paper.querySelector("form.upvote"));
    body.set("team", paper.dataset.team);
    if (!paper.dataset.counted) navigator.sendBeacon("/for-you/opened", body);
    paper.dataset.counted = "yes";
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find").select();
  } else if (event.key === "a" || event.key === "x") {
    // One key decides about the entry that has the focus, or about the first.
    const entries = [...document.querySelectorAll(".decisions > .paper")];
    const entry = entries.find((each) => each.contains(document.activeElement)) ?? entries[0];
    entry?.querySelector(`[data-key="${event.key}"]`)?.click();
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

// What the line in the search field may become: a combobox as the ARIA practices describe it.
const field = document.getElementById("find");
const list = document.createElement("ul");
let chosen = -1;
let asked = "";
let waiting = 0;

Object.assign(list, { id: "suggestions", className: "suggestions", hidden: true });
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "Suggestions");
field.after(list);
field.setAttribute("role", "combobox");
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-controls", "suggestions");
close();

function close() {
  list.hidden = true;
  choose(-1);
  field.setAttribute("aria-expanded", "false");
}

function choose(place) {
  chosen = place;
  [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === place));
  if (place >= 0) field.setAttribute("aria-activedescendant", list.children[place].id);
  else field.removeAttribute("aria-activedescendant");
}

function offer(text, small, address) {
  const item = document.createElement("li");
  item.id = `suggestion-${list.children.length}`;
  item.setAttribute("role", "option");
  item.textContent = text;
  item.dataset.address = address;
  const about = document.createElement("small");
  about.textContent = small;
  item.append(about);
  list.append(item);
}

async function suggest() {
  const line = field.value.trim();
  asked = line;
  if (line.length < 2) return close();
  try {
    const answer = await fetch(`/suggest?q=${encodeURIComponent(line)}`);
    const found = await answer.json();
    if (asked !== line || document.activeElement !== field) return;
    list.replaceChildren();
    for (const { name, line: search } of found.authors) offer(name, "author", `/search?q=${encodeURIComponent(search)}`);
    for (const { title, authors, url } of found.papers) offer(title, authors.join(", "), url);
    list.hidden = !list.children.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    choose(-1);
  } catch {
    close(); // the field works without suggestions
  }
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 60);
});
field.addEventListener("blur", () => setTimeout(close, 150));
field.addEventListener("keydown", (event) => {
  const last = list.children.length - 1;
  if (event.key === "Escape" && !list.hidden) {
    event.preventDefault(); // or the browser empties the field
    event.stopPropagation();
    close();
  } else if (event.key === "ArrowDown" && !list.hidden) {
    event.preventDefault();
    choose(chosen < last ? chosen + 1 : -1);
  } else if (event.key === "ArrowUp" && !list.hidden) {
    event.preventDefault();
    choose(chosen < 0 ? last : chosen - 1);
  } else if (event.key === "Enter" && chosen >= 0) {
    event.preventDefault();
    location.assign(list.children[chosen].dataset.address);
  }
});
list.addEventListener("pointerdown", (event) => event.preventDefault());
list.addEventListener("click", (event) => location.assign(event.target.closest("li").dataset.address));
