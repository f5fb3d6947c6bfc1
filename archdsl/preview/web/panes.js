// Panes whose sizes are dragged or set by arrow keys, tabs, and the choice of light or dark.

const STEP = 2; // per cent of the window for each press of an arrow key

function remembered(key) {
  try {
    return localStorage.getItem(`archdsl.${key}`);
  } catch {
    return null; // a browser may keep nothing
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(`archdsl.${key}`, value);
  } catch {
    return;
  }
}

// Lets a separator set the custom property `property` of `holder`, in per cent of its size.
export function splitter(handle, holder, property, { across, least, most, usual, turned }) {
  const set = (value, keep = true) => {
    const held = Math.round(Math.min(most, Math.max(least, value)) * 10) / 10;
    holder.style.setProperty(property, `${held}%`);
    handle.setAttribute("aria-valuenow", Math.round(held));
    if (keep) remember(property, held);
  };
  handle.setAttribute("aria-valuemin", least);
  handle.setAttribute("aria-valuemax", most);
  const before = Number.parseFloat(remembered(property) ?? "");
  set(Number.isFinite(before) ? before : usual, false);
  const at = (event) => {
    const box = holder.getBoundingClientRect();
    const part = across ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width;
    return (turned ? 1 - part : part) * 100;
  };
  handle.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (handle.hasPointerCapture(event.pointerId)) set(at(event));
  });
  handle.addEventListener("dblclick", () => set(usual));
  handle.addEventListener("keydown", (event) => {
    const [less, more] = across ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
    if (event.key !== less && event.key !== more) return;
    event.preventDefault();
    const now = Number(handle.getAttribute("aria-valuenow"));
    set(now + ((event.key === more) === !turned ? STEP : -STEP));
  });
}

// Makes the buttons of a tab list work by mouse and arrow keys; `chosen(button)` shows the panel.
export function tabs(list, chosen) {
  const all = () => [...list.querySelectorAll('[role="tab"]')];
  const choose = (tab, focus) => {
    for (const each of all()) {
      const on = each === tab;
      each.setAttribute("aria-selected", on);
      each.tabIndex = on ? 0 : -1;
    }
    if (focus) tab.focus();
    chosen(tab);
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) choose(tab, false);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tab = event.target.closest('[role="tab"]');
    if (!step || !tab) return;
    event.preventDefault();
    const row = all();
    choose(row[(row.indexOf(tab) + step + row.length) % row.length], true);
  });
  return choose;
}

// The page follows the system's light or dark until the button says otherwise.
export function scheme(button, changed) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => {
    const dark = isDark();
    root.style.colorScheme = dark ? "dark" : "light";
    button.textContent = dark ? "☀" : "☾";
    button.title = dark ? "Light colours" : "Dark colours";
    button.setAttribute("aria-label", button.title);
    changed(dark);
  };
  button.addEventListener("click", () => {
    const wanted = isDark() ? "light" : "dark";
    // Back to what the system has means to follow it again.
    const same = (wanted === "dark") === system.matches;
    if (same) delete root.dataset.theme;
    else root.dataset.theme = wanted;
    remember("theme", same ? "" : wanted);
    show();
  });
  system.addEventListener("change", show);
  const before = remembered("theme");
  if (before) root.dataset.theme = before;
  show();
}
