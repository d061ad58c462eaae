/** What can be set, for a client or for one call. */
import { ConfigurationError } from "./errors.js";
import { fromEnvironment } from "./runtime.js";

/** Throw the error of this kind for a number that cannot be heeded. */
export function checkNumbers(
  timeout: number,
  maxRetries: number,
  Kind: new (message: string) => Error,
): void {
  const LONGEST_TIMER = 0x7fffffff; // a longer one would end at once
  const MOST_RETRIES = 10;
  if (!(timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw new Kind(`timeout must be more than 0 milliseconds and at most ${LONGEST_TIMER}.`);
  }
  if (!(Number.isInteger(maxRetries) && maxRetries >= 0 && maxRetries <= MOST_RETRIES)) {
    throw new Kind(`maxRetries must be a whole number between 0 and ${MOST_RETRIES}.`);
  }
}

/** What a text is called that can be set: what it is, the option, and the variable in its place. */
export type Names = readonly [what: string, option: string, variable: string];

/**
 * Return the text without white space at its ends; not given, it is the environment's. Throws
 * ConfigurationError where there is none, or where `flawOf` finds something, and never shows it.
 */
export function checkedSetting(
  given: unknown,
  [what, option, variable]: Names,
  flawOf: (text: string) => string | undefined,
): string {
  const isGiven = given !== undefined;
  const text = `${isGiven ? given : fromEnvironment(variable)}`.trim();
  const flaw = text ? flawOf(text) : `No ${what}: give ${option}, or set ${variable}.`;
  if (flaw) throw new ConfigurationError(`${isGiven ? option : variable}: ${flaw}`);
  return text;
}
