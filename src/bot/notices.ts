import type { CustomerLanguage } from '../core/model/conversation.ts';
import { inviteText, sealedText } from './elsewhere.ts';
import { createGreeting, type OfficialAccount } from './greeting.ts';
import { botText } from './texts.ts';

type Words = (language: CustomerLanguage) => string;

/** What we say without being asked by a brain. @param accounts as customers know them. @param greets whether the bot greets */
export function createNotices(
  accounts: readonly OfficialAccount[],
  greets: boolean,
): {
  secretWarning: Words;
  handedOver: Words;
  goPrivate: Words;
  arrived: Words;
  sealed(language: CustomerLanguage, channel: string): string;
  invite(language: CustomerLanguage, officialName: string | null): string;
  greeting?: Words;
} {
  return {
    secretWarning: (language) => botText('secretWarning', language),
    handedOver: (language) => botText('handedOver', language),
    goPrivate: (language) => botText('goPrivate', language),
    arrived: (language) => botText('arrived', language),
    sealed: (language, channel) =>
      sealedText(
        language,
        accounts.filter(({ platform }) => platform.toLowerCase() !== channel),
      ),
    invite: inviteText,
    ...(greets ? { greeting: createGreeting(accounts) } : {}),
  };
}
