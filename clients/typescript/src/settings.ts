/** The numbers that can be set, for a client or for one call. */

export const DEFAULT_TIMEOUT = 10_000; // milliseconds
export const DEFAULT_RETRIES = 2;
const MOST_RETRIES = 10;
const LONGEST_TIMER = 2 ** 31 - 1; // a longer one would end at once

/** Throw the error of this kind for a number that cannot be heeded. */
export function checkNumbers(
  {
    timeout = DEFAULT_TIMEOUT,
    maxRetries = DEFAULT_RETRIES,
  }: { timeout?: unknown; maxRetries?: unknown },
  Kind: new (message: string) => Error,
): void {
  if (!(typeof timeout === "number" && timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw new Kind(`timeout must be more than 0 milliseconds and at most ${LONGEST_TIMER}.`);
  }
  const retries = maxRetries as number;
  if (!(Number.isInteger(retries) && retries >= 0 && retries <= MOST_RETRIES)) {
    throw new Kind(`maxRetries must be a whole number between 0 and ${MOST_RETRIES}.`);
  }
}
