// Conveniences on pages that all work without them: copying, downloading, forgetting a secret.

const status = document.querySelector("[data-status]");

function say(words) {
  status.textContent = words;
}

function select(field) {
  if (field.select) {
    field.select();
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(field);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

async function copy(field) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(field.value ?? field.textContent);
  } catch {
    select(field);
    try {
      copied = document.execCommand("copy");
    } catch {
      copied = false;
    }
  }
  say(
    copied
      ? "Copied."
      : "Not copied: the browser does not allow it. The text is selected: copy it yourself.",
  );
}

function download(field) {
  const text = `MEMORY_SCOPE_API_KEY=${field.value}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = "memory-scope.env";
  link.click();
  URL.revokeObjectURL(link.href);
  say("Downloaded memory-scope.env.");
}

for (const button of document.querySelectorAll("[data-copy], [data-download]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const { copy: copied, download: downloaded } = button.dataset;
    if (copied) copy(document.getElementById(copied));
    if (downloaded) download(document.getElementById(downloaded));
  });
}

// A long list of contents shows where one is.
const here = document.querySelector(".docs-side [aria-current]");
if (here) {
  const side = here.closest(".docs-side");
  side.scrollTop = here.offsetTop - side.clientHeight / 2;
}

// A form that was sent is not sent again by an impatient second click.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.forms) delete form.dataset.sent;
});

// Whoever comes back to the page does not find the secret there.
addEventListener("pagehide", () => {
  for (const secret of document.querySelectorAll("[data-secret]")) {
    if ("value" in secret) secret.value = "";
    else secret.textContent = "";
  }
});
