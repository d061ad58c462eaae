/** Return the address without a slash at its end. Throws ConfigurationError for what is none. */
export declare function checkedAddress(given: string | undefined, allowHttp: boolean): string;
