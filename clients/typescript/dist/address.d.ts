export declare const VARIABLE = "MEMORY_SCOPE_BASE_URL";
/** Return the address without a slash at its end. Throws ConfigurationError for what is none. */
export declare function checkedAddress(given: string | undefined, allowHttp: boolean): string;
/** Say whether the host is this machine. A URL has every spelling of an address made one. */
export declare function isLoopback(hostname: string): boolean;
