import type { Seeded } from './seeded.ts';

const literals = [
  "' or '1'='1",
  'union select',
  '<script',
  '../',
  'É',
  'K',
  '/*x',
  'a b',
  '%zz',
  '\u00a0',
  'or 1=1',
  'z',
];
const regexes = [
  { regex: 'union\\s+(all\\s+)?select', flags: 'i' },
  { regex: '<script[^>]*>', flags: 'i' },
  { regex: '^id=\\d+$' },
  { regex: '\\b(and|or)\\b\\s+\\d+\\s*=\\s*\\d+', flags: 'i' },
  { regex: '(?:x|hello)$', flags: 'm' },
  { regex: 'a.b', flags: 's' },
  { regex: '[^a-z]or[^a-z]', flags: '' },
  { regex: 'É.?K', flags: 'u' },
];
const fields = ['payload', 'uri', 'user_agent', 'method', 'headers.*', 'headers.Cookie', 'headers.x-test'];
const steps = ['url', 'html', 'base64', 'lowercase', 'comments', 'whitespace'];
const cidrs = [
  '203.0.113.0/24',
  '10.0.0.0/8',
  '2001:db8::/32',
  '::1/128',
  '0.0.0.0/0',
  '::/0',
  '198.51.100.7/32',
];
const words = [
  "' OR '1'='1",
  'union select',
  'UNION/**/SELECT',
  '%27%20or%201%3D1',
  '&lt;script&gt;',
  '&#x3c;script&#62;',
  'É',
  'ÉK',
  'PHNjcmlwdD4=',
  'aWQ9N2lkPTc3',
  '../../etc',
  '%2e%2e%2f',
  '/*x',
  'un/**/ion',
  'id=7',
  'a+b',
  'a\nb',
  '%zz',
  '%',
  'K',
  '\u00a0or\u00a01=1',
  'x',
  'hello',
  ' or ',
  '🦊',
  '%C3%89',
  '%ff',
  '&amp;lt;',
  '',
];
const addresses = [
  '203.0.113.9',
  '::ffff:10.1.2.3',
  '::1',
  '2001:db8::5',
  '192.0.2.1',
  '1.2.3',
  '010.0.0.1',
  'fe80::1%lo',
  '',
];

/** A rule as a caller could write it, defaults left out at random, nested up to `depth` deep. */
export function randomRule(random: Seeded, depth: number): Record<string, unknown> {
  const nested = depth > 1 && random.chance(60);
  switch (
    nested
      ? random.pick(['anomaly', 'composite'])
      : random.pick(['signature', 'signature', 'ip_list', 'rate_limit'])
  ) {
    case 'anomaly':
      return {
        type: 'anomaly',
        threshold: random.pick([1, 2, 3, 4.5]),
        scores: random.list(1, 3, () => ({
          rule: randomRule(random, depth - 1),
          score: random.pick([1, 2, 3, 0.5, -1]),
        })),
      };
    case 'composite': {
      const op = random.pick(['and', 'or', 'not']);
      return {
        type: 'composite',
        op,
        rules: random.list(1, op === 'not' ? 1 : 3, () => randomRule(random, depth - 1)),
      };
    }
    case 'ip_list':
      return {
        type: 'ip_list',
        cidrs: random.list(1, 3, () => random.pick(cidrs)),
        ...(random.chance(20) ? { field: 'headers.X-Forwarded-For' } : {}),
      };
    case 'rate_limit':
      return {
        type: 'rate_limit',
        ...(random.chance(60)
          ? { key: random.pick(['source_ip', 'headers.X-Test', 'method', 'user_agent']) }
          : {}),
        ...(random.chance(50)
          ? { max_requests_per_minute: random.pick([1, 5, 60]) }
          : { capacity: random.pick([1, 2.5, 3]), refill_per_second: random.pick([0, 0.1, 1, 2.5]) }),
      };
    default:
      return randomSignature(random);
  }
}

function randomSignature(random: Seeded): Record<string, unknown> {
  const pattern = () => {
    if (random.chance(35)) return random.pick(regexes);
    const literal = random.pick(literals);
    return random.chance(50) ? literal : { literal };
  };
  return {
    type: 'signature',
    ...(random.chance(20) ? { pattern: random.pick(literals) } : { patterns: random.list(1, 4, pattern) }),
    ...(random.chance(50) ? { match: random.pick(['any', 'all']) } : {}),
    ...(random.chance(60) ? { fields: random.list(1, 3, () => random.pick(fields)) } : {}),
    ...(random.chance(60) ? { decode: random.list(0, 4, () => random.pick(steps)) } : {}),
    ...(random.chance(30) ? { case_sensitive: random.chance(50) } : {}),
  };
}

export interface RandomSample {
  timestamp_ms: number;
  headers: [string, string][];
  source_ip?: string;
  method?: string;
  uri?: string;
  user_agent?: string;
  payload?: string;
}

/** Samples out of order in time, with repeated headers, odd addresses and absent fields. */
export function randomSamples(random: Seeded, count: number): RandomSample[] {
  const text = () => random.list(1, 4, () => random.pick(words)).join(random.pick(['', ' ', 'x']));
  const maybe = <K extends string>(percent: number, key: K, make: () => string) =>
    (random.chance(percent) ? { [key]: make() } : {}) as { [P in K]?: string };
  return Array.from({ length: count }, () => ({
    timestamp_ms: 1.7672256e12 + random.below(60_000),
    headers: random.list(0, 4, () => {
      const name = random.pick(['Cookie', 'X-Test', 'User-Agent', 'X-Forwarded-For']);
      return [name, name === 'X-Forwarded-For' ? random.pick(addresses) : text()] as [string, string];
    }),
    ...maybe(80, 'source_ip', () => random.pick(addresses)),
    ...maybe(70, 'method', () => random.pick(['GET', 'POST', 'x'])),
    ...maybe(80, 'uri', text),
    ...maybe(50, 'user_agent', text),
    ...maybe(85, 'payload', text),
  }));
}
