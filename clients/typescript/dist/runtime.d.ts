/** Where this runs: what its environment says, and whether it is a browser. */
/** Names the method by which Node, Deno and Bun show an object in a log. */
export declare const INSPECT: unique symbol;
/** Stands for what of a secret is not shown. */
export declare const HIDDEN = "\u2022\u2022\u2022\u2022";
/** Return a variable of the environment; empty where there is none, or no environment. */
export declare function fromEnvironment(name: string): string;
/**
 * Say whether this is a browser: a page, or a worker of one. Every browser calls itself Mozilla;
 * Node, Deno, Bun and the edge runtimes have names of their own.
 */
export declare function isBrowser(): boolean;
