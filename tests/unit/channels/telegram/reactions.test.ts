import { expect, test } from '@jest/globals';
import { telegramCapabilities } from '../../../../channels/telegram/capabilities.ts';
import { REACTION_EMOJI } from '../../../../channels/telegram/simulator/reaction-emoji.ts';

test('what is offered as a reaction is what the platform takes', () => {
  expect([...telegramCapabilities.reactionEmoji].toSorted()).toEqual([...REACTION_EMOJI].toSorted());
  expect(telegramCapabilities.reactionEmoji.length).toBeGreaterThan(70);
});
