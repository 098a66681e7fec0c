import { describe, expect, test } from '@jest/globals';
import { remoteImages } from '../../../src/inbox/remote-images.ts';
import { processorMs } from '../../kit/processor-time.ts';

const urls = (html: string): string[] => remoteImages(html).map((one) => one.url);
const tracks = (attributes: string): boolean | undefined =>
  remoteImages(`<img ${attributes} data-remote-src="https://a.example/p">`)[0]?.tracking;

describe('pictures elsewhere', () => {
  test('are found in order, each once, with entities read', () => {
    expect(
      urls(
        '<IMG data-remote-src="https://a.example/1?a=1&amp;b=2"><p data-remote-src="https://no.example"></p>' +
          `<img alt="a > b 'c'" data-remote-src='https://a.example/2'/><imgx data-remote-src="https://no.example">` +
          '<img data-remote-src="https://a.example/1?a=1&#38;b=2"><img data-remote-src=""><img src="cid:1"><img data-remote-src="https://a.example/&#x33;"',
      ),
    ).toEqual(['https://a.example/1?a=1&b=2', 'https://a.example/2', 'https://a.example/3']);
  });

  test('name their host, or nothing where there is none', () => {
    expect(remoteImages('<img data-remote-src="https://Shop.Example:8443/x"><img data-remote-src="//x">')).toEqual([
      { index: 0, url: 'https://Shop.Example:8443/x', host: 'shop.example', tracking: false },
      { index: 1, url: '//x', host: '', tracking: false },
    ]);
  });

  test.each([
    ['width="1" height="1"', true],
    ['width="0"', true],
    ['width="0" height="0" style="width:300px;height:200px"', true],
    ['style="height:0px"', true],
    ['style="width: 1px; height: 1px;"', true],
    ['style="width:3px;max-height:2px!important"', true],
    ['style="display:none"', true],
    ['style="VISIBILITY: hidden"', true],
    ['style="opacity:0;"', true],
    ['hidden=""', true],
    ['width="1"', false],
    ['width="600" height="1"', false],
    ['width="20" height="20"', false],
    ['style="opacity:0.8"', false],
    ['style="width:100%;height:auto"', false],
    ['style="line-height:0"', false],
    ['style="border-width:1px;line-height:1px"', false],
    ['width="100%" height="100%"', false],
    ['', false],
  ])('with %s: tracking %s', (attributes, tracking) => {
    expect(tracks(attributes)).toBe(tracking);
  });

  test('are tracking only where they are so everywhere', () => {
    const html =
      '<img width="1" height="1" data-remote-src="https://a.example/p"><img data-remote-src="https://a.example/p">';
    expect(remoteImages(html)).toMatchObject([{ tracking: false }]);
  });

  test('are read in linear time, whatever stands there', () => {
    const pieces = ['<img ', '<img data-remote-src="', "<img '", '<img a = "b" ', '<img style="width:'];
    const tookMs = processorMs(() => pieces.map((piece) => remoteImages(piece.repeat(200_000))));
    expect(tookMs).toBeLessThan(3_000);
  });
});
