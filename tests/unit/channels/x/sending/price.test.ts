import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ENDPOINTS, type EndpointName } from '../../../../../channels/x/endpoints.ts';
import { costMicros, postMicros, usualMicros } from '../../../../../channels/x/price.ts';

const names = Object.keys(ENDPOINTS) as EndpointName[];

describe('what calls cost', () => {
  it('is never more than was set aside, and nothing for an empty answer of a reading call', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(1_000_000), fc.jsonValue(), (name, most, data) => {
        expect(costMicros(name, most, { data })).toBeLessThanOrEqual(most);
        const isRead = 'microsEach' in ENDPOINTS[name];
        expect(costMicros(name, most, { data: [] })).toBe(isRead ? 0 : most);
      }),
    );
  });

  it('goes by what a reading call gave', () => {
    expect(costMicros('mentions', 100_000, { data: [{}, {}, {}] })).toBe(3_000);
    expect(costMicros('me', 10_000, { data: { id: '7' } })).toBe(10_000);
    expect(costMicros('mentions', 2_000, { data: [{}, {}, {}] })).toBe(2_000);
    expect(costMicros('createPost', 200_000, { data: { id: '1' } })).toBe(200_000);
    expect(usualMicros('subscribe')).toBe(0);
  });

  it('is much more for a post with a link, and a little less where we were called', () => {
    expect(postMicros('hello', true)).toBe(10_000);
    expect(postMicros('hello', false)).toBe(15_000);
    for (const text of ['https://example.com', 'see example.com', 'ＥＸＡＭＰＬＥ example.co.uk/a']) {
      expect(postMicros(text, true)).toBe(200_000);
    }
    expect(postMicros('mail@ and a.b', true)).toBe(10_000);
  });
});
