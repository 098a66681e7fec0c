export { joinEmbedded } from './connect.ts';
export { EmbeddedStoreError, type EmbeddedStoreErrorCode } from './errors.ts';
export { type GatewayLock, holdGatewayLock } from './gateway-lock.ts';
export { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './start.ts';
