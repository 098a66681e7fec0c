import { type BusinessConnection, userObject } from './world.ts';

/** A BusinessConnection object as the Bot API gives it. Rights are there while it is enabled. */
export function connectionObject(connection: BusinessConnection): Record<string, unknown> {
  const { id, owner, date, isEnabled, rights } = connection;
  return {
    id,
    user: userObject(owner),
    user_chat_id: owner.id,
    date,
    ...(isEnabled ? { rights } : {}),
    is_enabled: isEnabled,
  };
}
