/** The file with our settings, included from the server's postgresql.conf and written anew at every start. */
export const SETTINGS_FILE = 'parley.conf';

/**
 * Settings for a desk on a small machine. Durability is never traded: an acknowledged message survives a power cut.
 * The server's log must never hold a customer's text, hence no statements and no details (which quote values).
 * @param port TCP port on 127.0.0.1
 */
export function serverSettings(port: number): string {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // No socket file: its path may be at most 107 bytes long, which a deep data folder exceeds.
    unix_socket_directories: '',
    max_connections: '60',
    superuser_reserved_connections: '2',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    wal_compression: 'pglz',
    max_wal_senders: '0',
    max_wal_size: '512MB',
    min_wal_size: '64MB',
    checkpoint_timeout: '10min',
    shared_buffers: '64MB',
    effective_cache_size: '256MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    huge_pages: 'off',
    jit: 'off',
    io_method: 'sync',
    max_worker_processes: '4',
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    random_page_cost: '1.1',
    autovacuum_max_workers: '2',
    autovacuum_naptime: '15s',
    autovacuum_vacuum_scale_factor: '0.05',
    autovacuum_vacuum_insert_scale_factor: '0.1',
    autovacuum_analyze_scale_factor: '0.05',
    // Ends a transaction whose process was stopped (SIGSTOP) while it held row locks.
    idle_in_transaction_session_timeout: '60s',
    // Notices a killed client in the middle of a long statement, so that its advisory locks become free.
    client_connection_check_interval: '2s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    password_encryption: 'scram-sha-256',
    logging_collector: 'off',
    log_checkpoints: 'off',
    log_min_messages: 'warning',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_line_prefix: '%m [%p] ',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  return `# Written at every start of the gateway; put your own settings into postgresql.auto.conf (ALTER SYSTEM).\n${lines.join('\n')}\n`;
}

/** Who may connect: nobody but with the password, over loopback. */
export const HOST_RULES = 'host all all 127.0.0.1/32 scram-sha-256\n';
