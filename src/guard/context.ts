import { type Budget, spend } from './finding.ts';

/** How far around a candidate the words count, UTF-16 units. */
const BEFORE = 160;
const AFTER = 80;

const KEY_WORDS =
  /priv(?:ate)?[ _-]?key|secret[ _-]?key|wallet key|spend key|mnemonic|seed phrase|\bpk\b|私[钥鑰]|密[钥鑰]|金鑰|助[记記][词詞]|秘密鍵|秘密键|プライベートキー|シークレットキー|개인 ?키|비밀 ?키|프라이빗 ?키|시크릿 ?키|(?:clave|llave) (?:privada|secreta)|приватн\S{1,4} ключ|закрыт\S{1,4} ключ|секретн\S{1,4} ключ|приватник/;

const RECORD_WORDS =
  /\btx(?:id|n|s|hash)?\b|hash|transac|\bblock\b|explorer|scan\.(?:io|com|org)|deposit|withdraw|transfer|\bsent\b|order|receipt|\bid\b|signature|交易|哈希|雜湊|转[账帐]|轉[帳賬]|充[值币幣]|提[现現币幣]|到[账帳帐]|区块|區塊|单号|單號|订单|訂單|ハッシュ|トランザクション|取引|入金|出金|送金|注文|해시|거래|트랜잭션|입금|출금|송금|전송|주문|depósito|retiro|transferencia|pedido|orden|транзакц|х[еэ]ш|депозит|вывод|перевод|пополнен|заказ|ордер|блок/;

const EITHER = new RegExp(`(${KEY_WORDS.source})|(?:${RECORD_WORDS.source})`, 'g');
const EITHER_ONCE = new RegExp(EITHER.source);

/** What the nearest words say a string of characters is. */
export type Context = 'key' | 'record' | 'none';

/**
 * Reads the words around a candidate, those before it first. `key`: called a private key, in one of six languages.
 * `record`: called a transaction, an order or the like. `unread`: the text's budget is spent.
 */
export function contextOf(text: string, start: number, end: number, budget: Budget): Context | 'unread' {
  if (!spend(budget, 'contexts')) return 'unread';
  const before = text.slice(Math.max(0, start - BEFORE), start).toLowerCase();
  let nearest: Context = 'none';
  for (const match of before.matchAll(EITHER)) nearest = match[1] === undefined ? 'record' : 'key';
  if (nearest !== 'none') return nearest;
  const after = EITHER_ONCE.exec(text.slice(end, end + AFTER).toLowerCase());
  if (after === null) return 'none';
  return after[1] === undefined ? 'record' : 'key';
}

/** Whether a position lies inside an http(s) address, such as a link to a block explorer or a signed file address. */
export function insideLink(text: string, start: number): boolean {
  const from = Math.max(0, start - 2048);
  let at = start - 1;
  while (at >= from) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code > 0x2e7f) break;
    at -= 1;
  }
  return /https?:\/\//i.test(text.slice(at + 1, start));
}

const CARD_WORDS =
  /\bcard\b|visa|mastercard|amex|\bcvv\b|\bcvc\b|debit|银行卡|銀行卡|信用卡|卡号|卡號|借记卡|カード|카드|tarjeta|карт[аыуео]/;
const NUMBER_WORDS =
  /order|\bid\b|\buid\b|ticket|\btx|hash|invoice|tracking|reference|\bref\b|serial|订单|訂單|单号|單號|编号|編號|流水|工单|注文|番号|주문|번호|orden|pedido|n[uú]mero de|заказ|ордер|номер|тикет|заявк/;
const CARD_OR_NUMBER = new RegExp(`(${CARD_WORDS.source})|(?:${NUMBER_WORDS.source})`, 'g');

/** What the words before a number call it: a payment card, some other number, or nothing. */
export function cardContext(text: string, start: number, budget: Budget): 'card' | 'number' | 'none' {
  if (!spend(budget, 'contexts')) return 'none';
  const before = text.slice(Math.max(0, start - 60), start).toLowerCase();
  let nearest: 'card' | 'number' | 'none' = 'none';
  for (const match of before.matchAll(CARD_OR_NUMBER)) nearest = match[1] === undefined ? 'number' : 'card';
  return nearest;
}
