export function findRedis(): string | undefined;
export function findPostgres(): string | undefined;
export function ensureServers(): string | undefined;
export function findBrowser(): string | undefined;
export function ensureBrowser(): string | undefined;
