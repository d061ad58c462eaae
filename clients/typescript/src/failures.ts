/** Why a call has no answer, so that whoever reads it knows what to check; nothing secret. */
import { APIConnectionError, APIError, APITimeoutError, type FailureReason } from "./errors.js";

/** A reason, what Node, Bun and Deno say of it, by code or in words, and the sentence about a place. */
type Row = readonly [FailureReason, RegExp, string];
// The first that fits tells; the last fits what no other does.
const ROWS: readonly Row[] = [
  ["name_not_found", /ENOTFOUND|EAI_AGAIN|dns error/, "was not found: check the address."],
  ["refused", /conn(ection ?)?refused/i, "refused: check the port, and that the service runs."],
  [
    "unreachable",
    /UNREACH|EADDRNOTAVAIL|FailedToOpenSocket|bad port/,
    "cannot be reached: check the address and the network.",
  ],
  [
    "connect_timeout",
    /CONNECT_TIMEOUT|ETIMEDOUT/,
    "took no connection in time: check the address.",
  ],
  ["certificate", /CERT|UNABLE_TO_|certificate/, "has a certificate that is not accepted."],
  ["tls", /EPROTO|SSL|InvalidContentType/, "does not speak TLS: is it an https:// address?"],
  [
    "no_http",
    /HPE_|Malformed_HTTP|Invalid ?HTTP/i,
    "does not speak HTTP: check the address and the port.",
  ],
  ["broken_off", /(?:)/, "broke off before the answer was whole."],
];

/** Make the error of a call without an answer, without what it came of: that may hold anything. */
export function connectionError(error: unknown, baseURL: string): APIError {
  const signs = signsOf(error);
  const [, code] = /<code ([A-Z]\w*)>/.exec(signs) ?? [];
  const name = error instanceof Error ? error.name : typeof error;
  if (name !== "TypeError" && !code) {
    return new APIError(`The request could not be made: ${name}.`);
  }
  if (/(HEADERS|BODY)_TIMEOUT/.test(signs)) return timeoutError();
  const [reason, , sentence] = ROWS.find(([, sign]) => sign.test(signs)) as Row;
  const message = `${new URL(baseURL).host} ${sentence}${code ? ` (${code})` : ""}`;
  return new APIConnectionError(message, reason, /broken|http/.test(reason));
}

export function timeoutError(): APITimeoutError {
  return new APITimeoutError(
    "No answer in time: it may have been carried out. Give more `timeout`.",
    "read_timeout",
  );
}

/** Return the codes and messages of an error and of all that it came of. */
function signsOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return "";
  const { code, errors, cause, message } = error as Error & { code?: unknown; errors?: unknown };
  const within = [cause, errors].flat().map((one) => signsOf(one, depth + 1));
  return [`<code ${code}>`, ...within, message].join(" ");
}
