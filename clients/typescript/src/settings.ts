/** The numbers that can be set, for a client or for one call. */

export const DEFAULT_TIMEOUT = 10_000; // milliseconds
export const DEFAULT_RETRIES = 2;
const MOST_RETRIES = 10;
const LONGEST_TIMER = 2 ** 31 - 1; // a longer one would end at once

export const TIMEOUT_RULE = `timeout must be more than 0 milliseconds and at most ${LONGEST_TIMER}.`;
export const RETRIES_RULE = `maxRetries must be a whole number between 0 and ${MOST_RETRIES}.`;

export function isTimeout(given: unknown): boolean {
  return typeof given === "number" && given > 0 && given <= LONGEST_TIMER;
}

export function isRetries(given: unknown): boolean {
  return Number.isInteger(given) && (given as number) >= 0 && (given as number) <= MOST_RETRIES;
}
