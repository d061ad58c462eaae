/** Where this runs: what its environment says, and whether it is a browser. */
/** Return a variable of the environment; undefined where there is none, or no environment. */
export declare function fromEnvironment(name: string): string | undefined;
/**
 * Say whether this is a browser: a page, or a worker of one. Every browser calls itself Mozilla;
 * Node, Deno, Bun and the edge runtimes have names of their own.
 */
export declare function isBrowser(): boolean;
