/** Why a call has no answer, so that whoever reads it knows what to check; nothing secret. */
import { APIConnectionError, APIError, APITimeoutError, type FailureReason } from "./errors.js";

/** A reason, the sentence about it, and what Node, Bun and Deno say: by code or in words. */
type Row = readonly [FailureReason, string, RegExp];
// The first that fits tells; the last fits what no other does.
const ROWS: readonly Row[] = [
  [
    "name_not_found",
    "The name of {place} was not found: check the address.",
    /ENOTFOUND|EAI_AGAIN|dns error|getaddrinfo/,
  ],
  [
    "refused",
    "{place} refused the connection: check the port, and that the service runs.",
    /ECONNREFUSED|ConnectionRefused|connection refused/i,
  ],
  [
    "unreachable",
    "{place} could not be reached: check the address and the network.",
    /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|FailedToOpenSocket|bad port/,
  ],
  [
    "connect_timeout",
    "No connection to {place} in time: check the address, or give more `timeout`.",
    /CONNECT_TIMEOUT|ETIMEDOUT/,
  ],
  [
    "certificate",
    "The certificate of {place} was not accepted ({code}).",
    /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|certificate/,
  ],
  [
    "tls",
    "{place} does not speak TLS: is it an https:// address?",
    /EPROTO|_SSL_|SSL routines|InvalidContentType/,
  ],
  [
    "no_http",
    "{place} did not answer in HTTP: check the address and the port.",
    /HPE_|Malformed_HTTP|InvalidHTTPResponse|invalid HTTP/i,
  ],
  [
    "read_timeout",
    "No answer in time: it may have been carried out all the same. Give more `timeout`.",
    /HEADERS_TIMEOUT|BODY_TIMEOUT/,
  ],
  ["broken_off", "The connection to {place} broke off before the answer was whole.", /(?:)/],
];
const AFTER_SENDING = /read|broken|http/;

/** Make the error of a call without an answer, without what it came of: that may hold anything. */
export function connectionError(error: unknown, baseURL: string): APIError {
  const signs = [...signsOf(error)].join(" ");
  if (!(error instanceof Error && (error.name === "TypeError" || /code=/.test(signs)))) {
    const name = error instanceof Error ? error.name : typeof error;
    return new APIError(`The request could not be made: ${name}.`);
  }
  const code = /code=(\w+)/.exec(signs)?.[1] ?? "it could not be verified";
  return errorFor(signs, { place: place(baseURL), code });
}

export function timeoutError(): APIError {
  return errorFor("BODY_TIMEOUT");
}

function errorFor(signs: string, words: Record<string, string> = {}): APIError {
  const [reason, sentence] = ROWS.find(([, , sign]) => sign.test(signs)) as Row;
  const Kind = reason === "read_timeout" ? APITimeoutError : APIConnectionError;
  const message = sentence.replace(/{(\w+)}/g, (_, word: string) => words[word] ?? "");
  return new Kind(message, reason, AFTER_SENDING.test(reason));
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
