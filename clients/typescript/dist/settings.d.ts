/** Throw the error of this kind for a number that cannot be heeded. */
export declare function checkNumbers(timeout: number, maxRetries: number, Kind: new (message: string) => Error): void;
/** What a text is called that can be set: what it is, the option, and the variable in its place. */
export type Names = readonly [what: string, option: string, variable: string];
/**
 * Return the text without white space at its ends; not given, it is the environment's. Throws
 * ConfigurationError where there is none, or where `flawOf` finds something, and never shows it.
 */
export declare function checkedSetting(given: unknown, [what, option, variable]: Names, flawOf: (text: string) => string | undefined): string;
