import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { entropyToMnemonic } from '@scure/bip39';
import { encodeBase58, encodeBase58Check } from '../../../src/guard/base58.ts';
import { luhnHolds } from '../../../src/guard/numbers.ts';
import { WORD_LISTS } from '../../../src/guard/word-lists.ts';

/** A seeded source of made-up but well-formed secrets and look-alikes, so that a failing run can be repeated. */
export function createSamples(seed: string) {
  let counter = 0;
  const bytes = (length: number): Buffer => {
    const parts: Buffer[] = [];
    for (let made = 0; made < length; made += 32) {
      counter += 1;
      parts.push(createHash('sha256').update(`${seed}:${counter}`).digest());
    }
    return Buffer.concat(parts).subarray(0, length);
  };
  const below = (limit: number): number => bytes(6).readUIntBE(0, 6) % limit;
  const pick = <T>(list: readonly T[]): T => {
    const chosen = list[below(list.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  };
  const digits = (length: number): string => Array.from({ length }, () => below(10)).join('');
  const characters = (alphabet: string, length: number): string =>
    Array.from({ length }, () => alphabet[below(alphabet.length)]).join('');
  const hex = (length: number): string => bytes(length / 2).toString('hex');

  const phrase = (list = below(WORD_LISTS.length)): string[] => {
    const words = WORD_LISTS[list] ?? [];
    return entropyToMnemonic(bytes(pick([16, 20, 24, 28, 32])), [...words]).split(/[ \u3000]/);
  };
  const arrange = (words: string[]): string => {
    const shape = pick(['plain', 'lines', 'numbered', 'numbered-lines', 'commas', 'caps', 'spaced', 'html', 'quoted']);
    switch (shape) {
      case 'lines':
        return words.join('\n');
      case 'numbered':
        return words.map((word, index) => `${index + 1}. ${word}`).join(' ');
      case 'numbered-lines':
        return words.map((word, index) => `${index + 1}) ${word}`).join('\r\n');
      case 'commas':
        return words.join(', ');
      case 'caps':
        return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
      case 'spaced':
        return words.join('   ');
      case 'html':
        return words.map((word) => `<li class="w">${word}</li>`).join('&nbsp;');
      case 'quoted':
        return words.map((word) => `"${word}"`).join(',');
      default:
        return words.join(' ');
    }
  };

  const cardNumber = (): string => {
    const [prefix, length] = pick([
      ['4', 16],
      ['51', 16],
      ['2221', 16],
      ['34', 15],
      ['6011', 16],
      ['3530', 16],
      ['62', 16],
    ] as const);
    const body = prefix + digits(length - prefix.length - 1);
    for (let check = 0; check < 10; check += 1) if (luhnHolds(body + check)) return body + check;
    throw new Error('no check digit fits');
  };
  const grouped = (card: string): string => {
    const sign = pick([' ', '-']);
    if (card.length === 15) return [card.slice(0, 4), card.slice(4, 10), card.slice(10)].join(sign);
    return (card.match(/.{4}/g) ?? []).join(sign);
  };
  const iban = (): string => {
    const country = pick(['DE', 'GB', 'FR', 'ES', 'NL', 'TR']);
    const body =
      country === 'GB'
        ? `NWBK${digits(14)}`
        : country === 'NL'
          ? `ABNA${digits(10)}`
          : digits({ DE: 18, FR: 23, ES: 20, TR: 22 }[country] ?? 18);
    const numeric = `${body}${country}00`
      .split('')
      .map((letter) => Number.parseInt(letter, 36))
      .join('');
    const check = 98n - (BigInt(numeric) % 97n);
    return `${country}${String(check).padStart(2, '0')}${body}`;
  };
  const solanaKey = (): { base58: string; list: string } => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
    const pair = Buffer.concat([seed, publicKey]);
    return { base58: encodeBase58(pair), list: JSON.stringify([...pair]) };
  };

  const base58check = (version: readonly number[], length: number): string =>
    encodeBase58Check(Buffer.concat([Buffer.from(version), bytes(length)]));

  return {
    bytes,
    below,
    pick,
    digits,
    hex,
    characters,
    phrase,
    arrange,
    cardNumber,
    grouped,
    iban,
    solanaKey,
    wif: (): string =>
      below(2) === 0
        ? base58check([0x80], 32)
        : encodeBase58Check(Buffer.concat([Buffer.from([0x80]), bytes(32), Buffer.from([1])])),
    extended: (): string =>
      base58check(
        pick([
          [0x04, 0x88, 0xad, 0xe4],
          [0x04, 0x9d, 0x78, 0x78],
          [0x04, 0xb2, 0x43, 0x0c],
        ] as const),
        74,
      ),
    bitcoinAddress: (): string => base58check([pick([0x00, 0x05])], 20),
    tronAddress: (): string => base58check([0x41], 20),
    solanaAddress: (): string => encodeBase58(bytes(32)),
    keystore: (): string =>
      JSON.stringify(
        {
          version: 3,
          id: 'c0ffee',
          address: hex(40),
          crypto: {
            ciphertext: hex(64),
            cipherparams: { iv: hex(32) },
            cipher: 'aes-128-ctr',
            kdf: 'scrypt',
            kdfparams: { dklen: 32, salt: hex(64), n: 131_072, r: 8, p: 1 },
            mac: hex(64),
          },
        },
        null,
        below(2) * 2,
      ),
  };
}

export type Samples = ReturnType<typeof createSamples>;

const KEY_LABELS = [
  'my private key is',
  '这是我的私钥：',
  '秘密鍵は',
  '개인키: ',
  'mi clave privada es',
  'мой приватный ключ',
  'Private Key:',
  'secret key =',
];

/** One made-up message that must be masked, and what must be gone from it. */
export function positive(samples: Samples): { text: string; secret: string; rule: string } {
  const talk = samples.pick(['hello ', 'help me please!! ', '你好，', 'こんにちは。', 'Hola, ', 'Здравствуйте, ', '']);
  const tail = samples.pick(['', ' thanks', '\nis it ok?', '。谢谢']);
  const sentence = (secret: string, rule: string, label = '') => ({
    text: `${talk}${label} ${secret}${tail}`,
    secret,
    rule,
  });
  switch (samples.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return sentence(
        samples.arrange(samples.phrase()),
        'seed-phrase',
        samples.pick(['', 'my seed phrase: ', '助记词：']),
      );
    case 4:
      return sentence(samples.wif(), 'private-key');
    case 5:
      return sentence(samples.extended(), 'extended-key');
    case 6:
      return sentence(`${samples.pick(['', '0x'])}${samples.hex(64)}`, 'private-key', samples.pick(KEY_LABELS));
    case 7:
      return sentence(samples.keystore(), 'keystore');
    case 8: {
      const card = samples.cardNumber();
      return samples.below(2) === 0 ? sentence(samples.grouped(card), 'card') : sentence(card, 'card', 'my card');
    }
    case 9: {
      const iban = samples.iban();
      return sentence(samples.below(2) === 0 ? iban : (iban.match(/.{1,4}/g) ?? []).join(' '), 'iban');
    }
    case 10: {
      const label = samples.pick([
        'verification code is',
        '验证码：',
        '認証コードは',
        '인증번호 ',
        'código de verificación:',
        'код подтверждения',
        'my 2FA code:',
        'OTP',
      ]);
      return sentence(samples.digits(6), 'one-time-code', label);
    }
    default: {
      const solana = samples.solanaKey();
      return samples.pick([
        sentence(solana.base58, 'private-key'),
        sentence(solana.list, 'private-key'),
        sentence(`${samples.digits(10)}:AA${samples.characters('abcdefghijkABCDEFGH0123456789_-', 33)}`, 'bot-token'),
        sentence(`${samples.characters('abcdefghijkABCDEFGH', 30)}7q`, 'api-secret', 'API secret:'),
      ]);
    }
  }
}

const PROSE = [
  'I have been waiting for my withdrawal for two days now and nobody can tell me when it will come, please check it again',
  'hello, I just want to know how long this will take because my family needs the money and I have already sent every document',
  'Can you please help me understand why the order was cancelled? I will need some more time to find the right answer',
  '我昨天提现了五百个 USDT，到现在还没有到账，区块链上显示已经成功，请帮我查一下是什么原因',
  '我的充值为什么还没有到账',
  '昨日ビットコインを出金しましたが、まだ着金していません。取引履歴では完了と表示されています。ご確認お願いします。',
  '어제 비트코인을 출금했는데 아직 입금되지 않았습니다. 거래 내역에는 완료로 표시되어 있어요. 확인 부탁드립니다.',
  'Hice un retiro de 300 USDT ayer y todavía no ha llegado a mi billetera, el estado dice completado, ¿pueden revisar por favor?',
  'Вчера я сделал вывод 300 USDT, но деньги до сих пор не пришли на кошелёк, в истории стоит «выполнено». Проверьте, пожалуйста.',
  'My phone number is +49 170 1234567, call me on 12/11/2025 between 10:00 and 12:30, price was 68,123.50',
  'I did not get the verification code, error 40013, order 20251104123456',
  'the code does not arrive since 2024',
];

/** One made-up message of the kind support desks get every day, which must stay readable. */
export function negative(samples: Samples): string {
  const { hex, digits, pick } = samples;
  const hashLabel = pick([
    'tx hash: 0x',
    'TxID ',
    '交易哈希：0x',
    'txid=',
    'my deposit 0x',
    '提现没到账 0x',
    'транзакция ',
    'https://etherscan.io/tx/0x',
    'ハッシュ 0x',
  ]);
  switch (samples.below(12)) {
    case 0:
    case 1:
      return `${hashLabel}${hex(64)}`;
    case 2:
      return `send to ${pick([samples.bitcoinAddress(), samples.tronAddress(), samples.solanaAddress(), `0x${hex(40)}`])} please`;
    case 3:
      return `bc1q${samples.characters('023456789acdefghjklmnpqrstuvwxyz', pick([38, 58]))}`;
    case 4:
      return `${pick(['order ', 'Order ID: ', '订单号', '注文番号 ', '주문번호 ', 'pedido ', 'заказ №', 'order id '])}${digits(pick([12, 15, 16, 18, 19]))}`;
    case 5:
      return `${pick(['UID ', 'my uid is ', 'uid: ', '我的UID是'])}${digits(pick([6, 8, 9, 10]))}`;
    case 6:
      return digits(pick([17, 18, 19]));
    case 7:
      return `sig ${encodeBase58(samples.bytes(64))}`;
    case 8:
      return `ticket #${digits(8)} from ${pick(['2025-11-04 12:33:10', '17:05', '1762259590123'])}, amount ${digits(4)}.${digits(8)} BTC`;
    case 9:
      return `https://cdn.example.com/attachments/${digits(19)}/${digits(19)}/image.png?ex=${hex(8)}&is=${hex(8)}&hm=${hex(64)}&`;
    default:
      return pick(PROSE);
  }
}
