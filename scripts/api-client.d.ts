/** The types for an OpenAPI document. */
export function typesOf(document: unknown): Promise<string>;
