// Shows what needs a script, and says in words why a passkey did not work: allauth tells the error.

for (const one of document.querySelectorAll("[data-passkey]")) one.hidden = false;

const REASONS = {
  AbortError: "It was stopped before it was finished. Try again.",
  ConstraintError:
    "The device cannot check that it is you: set up a PIN or a fingerprint on it, or take another.",
  InvalidStateError: "This device has a passkey for the account already.",
  NetworkError: "The service could not be reached. Try again.",
  NotAllowedError:
    "Nothing was done: it was cancelled, took too long, or the device has no passkey for this account. Try again.",
  NotReadableError: "The device could not be read. Take it out, put it in, and try again.",
  NotSupportedError: "The device offers no passkey that works here. Take another.",
  OperationError: "The browser is busy with another such request. Finish that one, and try again.",
  SecurityError: "The browser allows no passkey at this address. Open the page by the service's own name.",
  TimeoutError: "It took too long. Try again.",
  TypeError: "The service could not be reached, or this browser cannot use passkeys. Try again.",
  UnknownError: "The device reported an error. Try again, or take another.",
};

const isIpAddress = (host) => host.startsWith("[") || /^\d+(\.\d+){3}$/.test(host);
const isThisMachine = (host) => host === "[::1]" || host.startsWith("127.");

function whereInstead() {
  const { hostname, port, pathname } = location;
  if (!isThisMachine(hostname)) return "Open the page by the service's name.";
  return `Open http://localhost${port && `:${port}`}${pathname} instead.`;
}

export function reason(error) {
  if (isIpAddress(location.hostname)) {
    return `Passkeys do not work at an IP address. ${whereInstead()}`;
  }
  if (!window.isSecureContext) return "Passkeys work over HTTPS alone. Open the page by https://.";
  if (!window.PublicKeyCredential || !navigator.credentials) {
    return "This browser has no passkeys. Use another browser, or another way to sign in.";
  }
  return (
    REASONS[error?.name] ??
    `It did not work (${error?.name === "Error" ? error.message : error?.name ?? "unknown"}). Try again.`
  );
}

function say(words) {
  let note = document.querySelector("[data-passkey-error]");
  if (!note) {
    note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    note.dataset.passkeyError = "";
    (document.querySelector("main h1") ?? document.querySelector("main")).after(note);
  }
  note.textContent = "";
  note.textContent = words;
  note.scrollIntoView({ block: "nearest" });
}

document.addEventListener("allauth.error", (event) => {
  if (!event.detail?.tags?.includes("webauthn")) return;
  event.preventDefault(); // otherwise it is told to the console alone
  say(reason(event.detail.exception));
});
