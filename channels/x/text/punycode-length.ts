/** Parameters of RFC 3492, 5. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const FIRST_BEYOND_ASCII = 0x80;
const PREFIX = 'xn--';

/** How long a label of a domain is as it goes over the wire (RFC 3490): in ASCII as it is, else encoded. UTF-16 units. */
export function wireLength(label: string): number {
  // Full stops of other scripts divide labels too; each stays one character.
  const parts = label.split(/[\u3002\uFF0E\uFF61]/u);
  return parts.reduce((sum, part) => sum + encodedLength(part), parts.length - 1);
}

function encodedLength(part: string): number {
  if (/^[\x20-\x7E]*$/u.test(part)) return part.length;
  const points = Array.from(part, (character) => character.codePointAt(0) ?? 0);
  const basic = points.filter((point) => point < FIRST_BEYOND_ASCII).length;
  let length = PREFIX.length + basic + (basic > 0 ? 1 : 0);
  let handled = basic;
  let next = FIRST_BEYOND_ASCII;
  let delta = 0;
  let bias = INITIAL_BIAS;
  while (handled < points.length) {
    const least = Math.min(...points.filter((point) => point >= next));
    delta += (least - next) * (handled + 1);
    next = least;
    for (const point of points) {
      if (point < next) delta += 1;
      if (point !== next) continue;
      length += digitsOf(delta, bias);
      bias = adapt(delta, handled + 1, handled === basic);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    next += 1;
  }
  return length;
}

/** How many digits a number takes as a variable-length integer. */
function digitsOf(delta: number, bias: number): number {
  let digits = 1;
  let rest = delta;
  for (let k = BASE; ; k += BASE) {
    const threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
    if (rest < threshold) return digits;
    rest = Math.floor((rest - threshold) / (BASE - threshold));
    digits += 1;
  }
}

function adapt(delta: number, points: number, first: boolean): number {
  let rest = first ? Math.floor(delta / DAMP) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  while (rest > ((BASE - T_MIN) * T_MAX) >> 1) {
    rest = Math.floor(rest / (BASE - T_MIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
