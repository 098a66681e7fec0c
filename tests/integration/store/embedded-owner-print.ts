/** The miniature gateway for a parent that cannot talk by messages (it stands behind `unshare`): prints its answer. */
process.send = (message: unknown) => process.stdout.write(JSON.stringify(message));
process.disconnect = () => undefined;
await import('./embedded-owner.ts');
