import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { judgeSender, readAuthenticationResults } from '../../../../channels/email/trust.ts';

const OURS = ['mx.example.com'];
const parsed = (from: string | null, results: string[] = [], warnings: 'several_from'[] = []) => ({
  from,
  warnings,
  headers: { 'authentication-results': results },
});
const MAIL = 'From: Ana <ana@shop.example>\r\nTo: us@example.com\r\nSubject: hi\r\n\r\nhello\r\n';
const judge = (results: string[], from = 'ana@shop.example') =>
  judgeSender(Buffer.from(MAIL), parsed(from, results), { authservIds: OURS });

describe('who a mail is from', () => {
  test.each([
    ['mx.example.com; dmarc=pass (p=none) header.from=shop.example', 'proven'],
    ['mx.example.com 1; dkim=pass header.d=shop.example header.s=x', 'proven'],
    ['mx.example.com; dkim=pass header.i=@mail.shop.example', 'proven'],
    ['mx.example.com; spf=pass smtp.mailfrom=bounce@shop.example', 'proven'],
    ['mx.example.com; dkim=fail header.d=shop.example; spf=pass smtp.mailfrom="ana@shop.example"', 'proven'],
    ['mx.example.com; dkim=pass header.d=other.example', 'claimed'],
    ['mx.example.com; spf=pass smtp.mailfrom=shop.example.evil.example', 'claimed'],
    ['mx.example.com; dmarc=pass header.from=evil.example', 'claimed'],
    ['mx.example.com; dmarc=fail header.from=shop.example; spf=none', 'claimed'],
    ['mx.example.com (dmarc=pass header.from=shop.example); none', 'claimed'],
    ['mx.evil.example; dmarc=pass header.from=shop.example', 'claimed'],
    ['mx.example.com.evil.example; dmarc=pass header.from=shop.example', 'claimed'],
    ['mx.example.com; dkim=pass header.d=example', 'claimed'],
    ['mx.example.com; spf=none smtp.mailfrom="a; dmarc=pass header.from=shop.example"', 'claimed'],
    ['mx.example.com; spf=none smtp.mailfrom="a\\"; dmarc=pass header.from=shop.example"', 'claimed'],
    ['mx.example.com; spf=none (a "); dmarc=pass header.from=shop.example', 'proven'],
    ['', 'claimed'],
  ])('%s is %s', async (header, proof) => {
    expect(await judge([header])).toMatchObject({ proof });
  });

  test('only the topmost of our own servers speaks', async () => {
    const forged = 'mx.example.com; dmarc=pass header.from=shop.example';
    expect(await judge(['mx.example.com; dmarc=fail header.from=shop.example', forged])).toMatchObject({
      proof: 'claimed',
    });
    expect(await judge(['mx.example.com; spf=none', forged])).toMatchObject({ proof: 'claimed' });
    expect(await judge(['mx.other.example; spf=none', forged])).toMatchObject({ proof: 'proven' });
  });

  test('several senders, or none, are never proven', async () => {
    const passes = ['mx.example.com; dmarc=pass header.from=shop.example'];
    const options = { authservIds: OURS };
    expect(
      await judgeSender(Buffer.from(MAIL), parsed('ana@shop.example', passes, ['several_from']), options),
    ).toMatchObject({
      proof: 'claimed',
    });
    expect(await judgeSender(Buffer.from(MAIL), parsed(null, passes), options)).toMatchObject({ proof: 'claimed' });
  });

  test('comments and quoted values are read as RFC 8601 says', () => {
    expect(
      readAuthenticationResults(
        'MX.Example.com 1 (a; b); dkim=pass (good; really) header.d="Shop.example" reason="x; y=z"',
        OURS,
      ),
    ).toEqual([{ method: 'dkim', result: 'pass', properties: { 'header.d': 'shop.example', reason: 'x__y_z' } }]);
  });

  describe('by its signature', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const record = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const asked: string[] = [];
    const resolver = (name: string): Promise<string[][]> => {
      asked.push(name);
      if (name !== 'key._domainkey.shop.example')
        return Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
      return Promise.resolve([[`v=DKIM1; k=rsa; p=${record}`]]);
    };
    async function signed(signingDomain: string, mail = MAIL): Promise<Buffer> {
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const as = { signingDomain, selector: 'key', privateKey: key };
      const { signatures } = await dkimSign(mail, { canonicalization: 'relaxed/relaxed', ...as, signatureData: [as] });
      return Buffer.from(signatures + mail);
    }
    const options = { authservIds: [], resolver };

    test('proven when it passes and is of the domain it says it is from', async () => {
      const raw = await signed('shop.example');
      expect(await judgeSender(raw, parsed('ana@shop.example'), options)).toEqual({
        proof: 'proven',
        reason: 'signed by shop.example',
      });
      expect(await judgeSender(raw, parsed('ana@bank.example'), options)).toMatchObject({ proof: 'claimed' });
    });

    test('claimed when a word was changed, when the key is not there, and without a signature', async () => {
      const raw = await signed('shop.example');
      const changed = Buffer.from(raw.toString().replace('hello', 'hallo'));
      expect(await judgeSender(changed, parsed('ana@shop.example'), options)).toMatchObject({ proof: 'claimed' });
      expect(await judgeSender(await signed('away.example'), parsed('ana@away.example'), options)).toMatchObject({
        proof: 'claimed',
      });
      expect(await judgeSender(Buffer.from(MAIL), parsed('ana@shop.example'), options)).toMatchObject({
        proof: 'claimed',
      });
    });

    test('a heap of signatures is not checked at all', async () => {
      const raw = await signed('shop.example');
      const signature = raw.toString().slice(0, raw.length - MAIL.length);
      asked.length = 0;
      const many = Buffer.from(signature.repeat(9) + MAIL);
      expect(await judgeSender(many, parsed('ana@shop.example'), options)).toMatchObject({ proof: 'claimed' });
      expect(asked).toEqual([]);
    });
  });
});
