import type { Span } from './finding.ts';

/** What joins a name and its value: "is", a colon, quotes; nothing that could hold another matter. */
const JOIN = String.raw`[\s"'“”「『*\x60]{0,3}(?:(?:is|was|are|es|:|：|=|-|是|为|為|は|が|은|는|이|가|—|–)[\s"'“”「『*\x60]{0,3}){0,2}`;

const CODE_NAMES = [
  String.raw`(?:verification|security|login|sms|e-?mail|authenticat(?:or|ion)|authy|one[ -]time|2fa|mfa|auth|confirmation)[ -](?:pass)?codes?`,
  String.raw`\botp(?: code)?`,
  'one[ -]time password',
  String.raw`(?:短信|邮箱|郵箱|谷歌|手机|手機|动态|動態|登录|登入)?(?:验证码|驗證碼|动态码|動態碼|校验码)`,
  '(?:認証|確認|検証|ワンタイム|二段階)(?:コード|番号|パスワード)',
  '(?:인증|확인|보안|일회용|otp) ?(?:번호|코드|비밀번호)',
  String.raw`c[oó]digo (?:de (?:verificaci[oó]n|seguridad|autenticaci[oó]n|confirmaci[oó]n)|2fa|sms|otp)`,
  String.raw`(?:код (?:подтверждения|из (?:смс|sms|письма|приложения)|2fa|безопасности|аутентификации|авторизации)|(?:смс|sms)[- ]код)`,
].join('|');

const CODE = new RegExp(String.raw`(?:${CODE_NAMES})${JOIN}(\d{3}[ -]\d{3}|\d{4,8})(?![\d.,]?\d)`, 'giu');

const SECRET_NAMES = [
  String.raw`(?:api|access|client|app|consumer)?[ _-]?secret(?:[ _-]?(?:key|token))?`,
  String.raw`(?:api|access)[ _-]?(?:key|token|密[钥鑰])`,
  '(?:api ?)?(?:密[钥鑰]|金鑰|シークレット(?:キー)?|시크릿 ?키|비밀 ?키)',
  String.raw`(?:clave|llave) (?:secreta|(?:de )?api)|секретн(?:ый|ого) ключ|ключ api|api[- ]ключ`,
].join('|');

const API_SECRET = new RegExp(
  String.raw`(${SECRET_NAMES})${JOIN}([A-Za-z0-9+/_-]{20,128}={0,2})(?![A-Za-z0-9+/_=-])`,
  'giu',
);

const BOT_TOKEN = /(?<![A-Za-z0-9_-])\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g;

/** A cheap look that spares most texts the long expressions. */
const CODE_HINT = /code|otp|passw|[码碼]|コード|番号|パスワード|번호|코드|c[oó]digo|код/iu;
const SECRET_HINT = /secret|key|token|密|金鑰|シークレット|시크릿|비밀|clave|llave|секретн|ключ/iu;

function wordLike(value: string): boolean {
  return !/\d/.test(value) || !/[A-Za-z]/.test(value);
}

/** One-time codes that are called so; a bare number never is one. */
export function findOneTimeCodes(text: string): Span[] {
  const spans: Span[] = [];
  if (!CODE_HINT.test(text)) return spans;
  for (const match of text.matchAll(CODE)) {
    const end = match.index + match[0].length;
    spans.push({ rule: 'one-time-code', certain: true, start: end - (match[1] ?? '').length, end });
  }
  return spans;
}

/** Telegram bot tokens by their form, API secrets by what they are called. A key without "secret" is the public half. */
export function findTokens(text: string): Span[] {
  const spans: Span[] = [];
  if (text.includes(':')) {
    for (const match of text.matchAll(BOT_TOKEN)) {
      spans.push({ rule: 'bot-token', certain: true, start: match.index, end: match.index + match[0].length });
    }
  }
  if (!SECRET_HINT.test(text)) return spans;
  for (const match of text.matchAll(API_SECRET)) {
    const value = match[2] ?? '';
    if (wordLike(value)) continue;
    const end = match.index + match[0].length;
    const certain = /secret|シークレット|시크릿|비밀|密|金鑰|секрет/i.test(match[1] ?? '');
    spans.push({ rule: 'api-secret', certain, start: end - value.length, end });
  }
  return spans;
}
