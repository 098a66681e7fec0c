import type { SpecialContent } from '../../../src/core/model/extras.ts';
import { integerOf, recordOf, stringOf } from '../../shared/read-unknown.ts';
import { nameLine, wellFormed } from '../../shared/well-formed.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A poll's question and its options have at most 300 and 100 characters; a contact's and a place's names are names. */
const MAX_QUESTION = 300;
const MAX_OPTION = 100;
const MAX_OPTIONS = 20;

function degreesOf(value: unknown, limit: number): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= limit ? value : null;
}

function placeOf(location: Fields | null): { latitude: number; longitude: number } | null {
  const latitude = degreesOf(location?.['latitude'], 90);
  const longitude = degreesOf(location?.['longitude'], 180);
  return latitude === null || longitude === null ? null : { latitude, longitude };
}

function locationOf(location: Fields | null): SpecialContent | null {
  const place = placeOf(location);
  if (location === null || place === null) return null;
  const accuracy = location['horizontal_accuracy'];
  return {
    type: 'location',
    ...place,
    ...(typeof accuracy === 'number' && accuracy >= 0 && accuracy <= 1_500 ? { accuracyM: accuracy } : {}),
    ...(integerOf(location['live_period']) === null ? {} : { live: true }),
  };
}

function venueOf(venue: Fields | null): SpecialContent | null {
  const place = placeOf(recordOf(venue?.['location']));
  if (venue === null || place === null) return null;
  const title = nameLine(stringOf(venue['title']) ?? '');
  return { type: 'venue', ...place, title, address: nameLine(stringOf(venue['address']) ?? '') };
}

function contactOf(contact: Fields | null): SpecialContent | null {
  const phone = nameLine(stringOf(contact?.['phone_number']) ?? '', 40);
  if (contact === null || phone === '') return null;
  const name = `${stringOf(contact['first_name']) ?? ''} ${stringOf(contact['last_name']) ?? ''}`;
  return { type: 'contact', name: nameLine(name), phone };
}

function pollOf(poll: Fields | null): SpecialContent | null {
  const question = stringOf(poll?.['question']);
  if (poll === null || question === null) return null;
  const options = Array.isArray(poll['options']) ? poll['options'].slice(0, MAX_OPTIONS) : [];
  return {
    type: 'poll',
    question: wellFormed(question).slice(0, MAX_QUESTION).toWellFormed(),
    options: options.map((option) => nameLine(stringOf(recordOf(option)?.['text']) ?? '', MAX_OPTION)),
  };
}

function diceOf(dice: Fields | null): SpecialContent | null {
  const value = integerOf(dice?.['value']);
  if (dice === null || value === null) return null;
  return { type: 'dice', emoji: nameLine(stringOf(dice['emoji']) ?? '', 20), value };
}

/** What a message carries besides text and files; null when it is nothing we know. A venue has a location too. */
export function specialContentOf(message: Fields): SpecialContent | null {
  if ('venue' in message) return venueOf(recordOf(message['venue']));
  if ('location' in message) return locationOf(recordOf(message['location']));
  if ('contact' in message) return contactOf(recordOf(message['contact']));
  if ('poll' in message) return pollOf(recordOf(message['poll']));
  if ('dice' in message) return diceOf(recordOf(message['dice']));
  return null;
}

/** What stands for it in texts. */
export function contentWords(content: SpecialContent): string {
  switch (content.type) {
    case 'location':
      return `[location] ${content.latitude}, ${content.longitude}`;
    case 'venue':
      return `[venue] ${[content.title, content.address].filter((line) => line !== '').join(', ')}`;
    case 'contact':
      return `[contact] ${[content.name, content.phone].filter((line) => line !== '').join(' ')}`;
    case 'poll':
      return `[poll] ${content.question}`;
    case 'pollAnswer':
      return content.options.length === 0
        ? '[poll answer] taken back'
        : `[poll answer] ${content.options.map((option) => option + 1).join(', ')}`;
    case 'dice':
      return `[dice] ${content.emoji} ${content.value}`;
    case 'button':
      return content.label;
    case 'unsupported':
      return `[unsupported: ${content.kind}]`;
  }
}
