/** Why a call has no answer, so that whoever reads it knows what to check; nothing secret. */
import { APIConnectionError, APIError, APITimeoutError, type FailureReason } from "./errors.js";

const SENTENCES: Record<FailureReason, string> = {
  name_not_found: "The name of {place} was not found: check the address, and this network's names.",
  refused: "{place} refused the connection: check that the service runs, and the port.",
  unreachable: "{place} could not be reached: check the address, and this machine's network.",
  certificate: "The certificate of {place} was not accepted ({code}).",
  tls: "{place} could not be spoken to in TLS: check whether it is an https:// address.",
  connect_timeout:
    "There was no connection to {place} in time: check the address and the way there, or give more time by `timeout`.",
  read_timeout:
    "The service did not answer in time: it may have carried the request out all the same. Give more time by `timeout`.",
  broken_off: "The connection to {place} broke off before the answer was whole.",
  no_http: "{place} did not answer in HTTP: check the address and the port.",
};

// What Node, Bun and Deno say, by code or in words; the first that fits tells.
const SIGNS: readonly (readonly [RegExp, FailureReason])[] = [
  [/ENOTFOUND|EAI_AGAIN|dns error|getaddrinfo/, "name_not_found"],
  [/ECONNREFUSED|ConnectionRefused|connection refused/i, "refused"],
  [/EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|FailedToOpenSocket|bad port/, "unreachable"],
  [/CONNECT_TIMEOUT|ETIMEDOUT/, "connect_timeout"],
  [/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|certificate/, "certificate"],
  [/EPROTO|_SSL_|SSL routines|InvalidContentType/, "tls"],
  [/HPE_|Malformed_HTTP|InvalidHTTPResponse|invalid HTTP/i, "no_http"],
  [/HEADERS_TIMEOUT|BODY_TIMEOUT/, "read_timeout"],
];
const AFTER_SENDING: readonly FailureReason[] = ["read_timeout", "broken_off", "no_http"];

/** Make the error of a call without an answer, without what it came of: that may hold anything. */
export function connectionError(error: unknown, baseURL: string): APIError {
  const signs = [...signsOf(error)].join(" ");
  if (!(error instanceof Error && (error.name === "TypeError" || /code=/.test(signs)))) {
    const name = error instanceof Error ? error.name : typeof error;
    return new APIError(`The request could not be made: ${name}.`);
  }
  const reason = SIGNS.find(([sign]) => sign.test(signs))?.[1] ?? "broken_off";
  const code = /code=(\w+)/.exec(signs)?.[1] ?? "it could not be verified";
  const sentence = SENTENCES[reason].replaceAll("{place}", place(baseURL)).replace("{code}", code);
  const Kind = reason.endsWith("read_timeout") ? APITimeoutError : APIConnectionError;
  return new Kind(sentence, reason, AFTER_SENDING.includes(reason));
}

export function timeoutError(): APITimeoutError {
  return new APITimeoutError(SENTENCES.read_timeout, "read_timeout", true);
}

/** Yield codes and messages of an error and of all that it came of. */
function* signsOf(error: unknown, depth = 0): Generator<string> {
  if (!(error instanceof Error) || depth > 5) return;
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === "string") yield `code=${code}`;
  for (const one of [error.cause, ...(Array.isArray(errors) ? errors : [])]) {
    yield* signsOf(one, depth + 1);
  }
  yield error.message;
}

function place(baseURL: string): string {
  const { hostname, port, protocol } = new URL(baseURL);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
