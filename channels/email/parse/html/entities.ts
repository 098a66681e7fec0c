import { WINDOWS_1252 } from '../mime/charset.ts';

/** Named characters of HTML 4, which is what mail programs write; numbers are read in general. */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const OTHERS =
  'quot:34 amp:38 lt:60 gt:62 apos:39 AMP:38 LT:60 GT:62 QUOT:34 OElig:338 oelig:339 Scaron:352 scaron:353 Yuml:376 fnof:402 circ:710 tilde:732 ensp:8194 emsp:8195 thinsp:8201 zwnj:8204 zwj:8205 lrm:8206 rlm:8207 ndash:8211 mdash:8212 lsquo:8216 rsquo:8217 sbquo:8218 ldquo:8220 rdquo:8221 bdquo:8222 dagger:8224 Dagger:8225 bull:8226 hellip:8230 permil:8240 prime:8242 Prime:8243 lsaquo:8249 rsaquo:8250 oline:8254 frasl:8260 euro:8364 trade:8482 larr:8592 uarr:8593 rarr:8594 darr:8595 harr:8596 rArr:8658 hArr:8660 forall:8704 part:8706 exist:8707 empty:8709 nabla:8711 isin:8712 prod:8719 sum:8721 minus:8722 lowast:8727 radic:8730 infin:8734 ang:8736 and:8743 or:8744 cap:8745 cup:8746 int:8747 asymp:8776 ne:8800 equiv:8801 le:8804 ge:8805 loz:9674 spades:9824 clubs:9827 hearts:9829 diams:9830 alpha:945 beta:946 gamma:947 delta:948 epsilon:949 lambda:955 mu:956 pi:960 sigma:963 tau:964 phi:966 omega:969 Delta:916 Sigma:931 Omega:937 colon:58 comma:44 period:46 excl:33 quest:63 lpar:40 rpar:41 num:35 dollar:36 percnt:37 ast:42 plus:43 equals:61 commat:64 sol:47 bsol:92 lowbar:95 Tab:9 NewLine:10 check:10003 checkmark:10003 star:9734 starf:9733';

const NAMED = new Map<string, string>();
for (const [index, name] of LATIN.split(' ').entries()) NAMED.set(name, String.fromCharCode(160 + index));
for (const pair of OTHERS.split(' ')) {
  const [name = '', code = ''] = pair.split(':');
  NAMED.set(name, String.fromCodePoint(Number(code)));
}

/** Undoes character references; unknown ones stay as they stand. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(
    /&(?:#(\d{1,8})|#[xX]([0-9A-Fa-f]{1,7})|([A-Za-z][A-Za-z0-9]{1,9}));?/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED.get(name) ?? longest(whole, name);
      return fromNumber(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal));
    },
  );
}

/** "&nbspfoo": a name without its semicolon ends where a known one does. */
function longest(whole: string, name: string): string {
  if (whole.endsWith(';')) return whole;
  for (let length = Math.min(name.length - 1, 6); length >= 2; length -= 1) {
    const known = NAMED.get(name.slice(0, length));
    if (known !== undefined && (known.charCodeAt(0) < 256 || known === '"')) return known + name.slice(length);
  }
  return whole;
}

function fromNumber(code: number): string {
  // These numbers mean windows-1252.
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252[code - 0x80] ?? '\uFFFD';
  if (code === 0 || code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff)) return '\uFFFD';
  return String.fromCodePoint(code);
}
