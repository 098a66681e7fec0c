export function findRedis(): string | undefined;
export function findPostgres(): string | undefined;
export function ensureServers(): string | undefined;
export function findBrowser(): string | undefined;
export function ensureBrowser(): string | undefined;
export function findDovecot(): { dovecot: string; doveadm: string } | undefined;
export function findPostfix(): string | undefined;
export function missingMailServers(): string | undefined;
export function ensureMailServers(): string | undefined;
