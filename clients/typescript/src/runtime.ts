/** Where this runs: what its environment says, and whether it is a browser. */

interface Surroundings {
  process?: { env?: Record<string, string | undefined> };
  document?: unknown;
  navigator?: { userAgent?: unknown };
}

const here = globalThis as unknown as Surroundings;

/** Return a variable of the environment; undefined where there is none, or no environment. */
export function fromEnvironment(name: string): string | undefined {
  try {
    return here.process?.env?.[name];
  } catch {
    return undefined; // Deno without the permission to read it
  }
}

/**
 * Say whether this is a browser: a page, or a worker of one. Every browser calls itself Mozilla;
 * Node, Deno, Bun and the edge runtimes have names of their own.
 */
export function isBrowser(): boolean {
  const name = here.navigator?.userAgent;
  return here.document !== undefined || (typeof name === "string" && name.startsWith("Mozilla/"));
}
