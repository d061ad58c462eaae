// Small helps on pages that all work without them.

const all = (selector, root = document) => root.querySelectorAll(selector);
const status = document.querySelector("[data-status]");

function say(words) {
  if (!status) return;
  status.hidden = false;
  status.textContent = words;
}

// Copying and downloading. data-copy="id" copies that field; without an id, the code shown beside it.

function copied(button) {
  if (button.dataset.copy) return document.getElementById(button.dataset.copy);
  return [...all("pre", button.closest(".code"))].find((pre) => pre.offsetParent);
}

async function copy(button) {
  const source = copied(button);
  let done = true;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
  } catch {
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
    done = document.execCommand("copy");
  }
  if (!done) {
    say("Not copied: the browser does not allow it. The text is selected: copy it yourself.");
    return;
  }
  say("Copied.");
  if (source.closest("[data-secret]")) saved();
  const label = button.querySelector("span");
  if (!label) return;
  label.dataset.label ??= label.textContent;
  label.textContent = "Copied";
  setTimeout(() => (label.textContent = label.dataset.label), 2000);
}

function download(field) {
  const { download: name = "memory-scope.env", prefix = "MEMORY_SCOPE_API_KEY=" } = field.dataset;
  const text = `${prefix}${field.value ?? field.textContent}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
  say(`Downloaded ${name}.`);
  saved();
}

for (const button of all("[data-copy], [data-download]:is(button)")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    if ("copy" in button.dataset) copy(button);
    else download(document.getElementById(button.dataset.download));
  });
}

// A secret that is shown once: leaving before it was copied, downloaded or confirmed asks.
// Whoever comes back to the page does not find it there.

const secrets = all("[data-secret]");
const ask = (event) => {
  event.preventDefault();
  setTimeout(unlock); // for whoever stays
};
const saved = () => removeEventListener("beforeunload", ask);

if (all('[data-secret=""]').length) addEventListener("beforeunload", ask);
for (const link of all("[data-saved]")) link.addEventListener("click", saved);

addEventListener("pagehide", () => {
  for (const secret of secrets) {
    if ("value" in secret) secret.value = "";
    else secret.textContent = "";
  }
});

// A form that was sent is not sent again by an impatient second click; one whose answer is a file
// leaves its page where it is, to be sent again.
for (const form of all("form[method=post]:not([data-file])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

function unlock() {
  for (const form of document.forms) delete form.dataset.sent;
}

addEventListener("pageshow", (event) => event.persisted && unlock());

// The language of code samples is chosen once, for every page.
addEventListener("change", ({ target }) => {
  if (!target.closest(".tabs")) return;
  localStorage.language = target.value;
  choose(target.value);
});

function choose(language) {
  for (const radio of all(".tabs input")) if (radio.value === language) radio.checked = true;
}

choose(localStorage.language);

// The theme changes at once; the server has the last word, by its cookie.
for (const form of all("[data-look]")) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { submitter } = event;
    document.documentElement.dataset.theme = submitter.value;
    for (const button of all("button", form)) button.ariaPressed = String(button === submitter);
    delete form.dataset.sent;
    fetch(form.action, { method: "POST", body: new FormData(form, submitter) }).catch(() => {});
  });
}

// What changes is fetched again every so many seconds, as long as somebody looks and no row is open.
for (const part of all("[data-refresh]")) {
  setInterval(async () => {
    const isRead = part.contains(document.activeElement) || part.querySelector(".log [open]");
    if (document.hidden || isRead) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
  }, part.dataset.refresh * 1000);
}

// One box ticks all of a list.
for (const box of all("[data-tick-all]")) {
  box.hidden = false;
  box.addEventListener("change", () => {
    for (const one of all(`input[name="${box.dataset.tickAll}"]`)) one.checked = box.checked;
  });
}

// A chart is one stop for the keyboard; the arrows walk through its columns.
for (const plot of all("[data-plot]")) {
  const columns = [...plot.children];
  columns.forEach((column, i) => (column.tabIndex = i === columns.length - 1 ? 0 : -1));
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = columns[columns.indexOf(document.activeElement) + step];
    if (!next) return;
    document.activeElement.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
  });
}

// A long list of contents shows where one is.
const here = document.querySelector(".side [aria-current=page]");
here?.closest(".side").scrollTo(0, here.offsetTop - innerHeight / 2);

// Ctrl-K: the search page as a dialog. Its list is that page's list, filtered as you type; Enter
// asks the page itself for what the list does not have.
const palette = document.getElementById("palette");

async function fillPalette() {
  palette.innerHTML =
    '<input role="combobox" autocomplete="off" aria-expanded="true" aria-controls="hits" aria-label="Search" placeholder="A page, a key, an id, a user, a topic">' +
    '<ul class="results" id="hits" role="listbox" aria-label="Results"></ul>';
  const [field, list] = palette.children;
  const add = (content, href) => {
    const hit = document.createElement("li");
    hit.role = "option";
    hit.id = `hit-${list.children.length}`;
    hit.dataset.href = href;
    hit.append(...content);
    list.append(hit);
    return hit;
  };
  const everywhere = add([""], "");
  const shown = () => [...list.children].filter((hit) => !hit.hidden);
  const select = (hit) => {
    for (const one of list.children) one.ariaSelected = String(one === hit);
    field.setAttribute("aria-activedescendant", hit?.id ?? "");
    hit?.scrollIntoView({ block: "nearest" });
  };
  const go = (hit) => hit && (location.href = hit.dataset.href);
  const filter = () => {
    const asked = field.value.trim();
    const words = asked.toLowerCase().split(/\s+/);
    for (const hit of list.children) {
      hit.hidden = !words.every((word) => hit.textContent.toLowerCase().includes(word));
    }
    everywhere.hidden = !asked;
    everywhere.textContent = `Search for “${asked}”`;
    everywhere.dataset.href = `${palette.dataset.from}?q=${encodeURIComponent(asked)}`;
    select(shown()[0]);
  };
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => {
    const hits = shown();
    const at = hits.findIndex((hit) => hit.ariaSelected === "true");
    if (event.key === "Enter") go(hits[at]);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    select(hits[(at + step + hits.length) % hits.length]);
    event.preventDefault();
  });
  list.addEventListener("click", (event) => go(event.target.closest("li")));
  filter();
  // One can type already while the list comes, and search if it does not.
  const answer = await fetch(palette.dataset.from).catch(() => null);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  for (const link of page.querySelectorAll("[data-results] a")) add(link.childNodes, link.getAttribute("href"));
  list.append(everywhere);
  filter();
}

function openPalette(event) {
  event.preventDefault();
  if (!palette.firstChild) fillPalette();
  if (!palette.open) palette.showModal();
}

if (palette) {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) openPalette(event);
  });
  for (const link of all("[data-palette]")) link.addEventListener("click", openPalette);
}
