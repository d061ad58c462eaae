/** Where this runs: what its environment says, and whether it is a browser. */

interface Surroundings {
  process?: { env?: Record<string, string | undefined> };
  document?: unknown;
  navigator?: { userAgent?: unknown };
}

/** Names the method by which Node, Deno and Bun show an object in a log. */
export const INSPECT = Symbol.for("nodejs.util.inspect.custom");
/** Stands for what of a secret is not shown. */
export const HIDDEN = "••••";

const here = globalThis as unknown as Surroundings;

/** Return a variable of the environment; empty where there is none, or no environment. */
export function fromEnvironment(name: string): string {
  try {
    return here.process?.env?.[name] ?? "";
  } catch {
    return ""; // Deno without the permission to read it
  }
}

/**
 * Say whether this is a browser: a page, or a worker of one. Every browser calls itself Mozilla;
 * Node, Deno, Bun and the edge runtimes have names of their own.
 */
export function isBrowser(): boolean {
  return here.document !== undefined || /^Mozilla\//.test(`${here.navigator?.userAgent}`);
}
