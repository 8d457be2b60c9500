import { Xoshiro128 } from '../../stats/xoshiro128.ts';
import { type AttackType, drawAttack } from './attacks.ts';
import { drawBenign } from './benign.ts';
import { disguise } from './disguise.ts';
import { pick } from './pick.ts';

/** A line of `POST /samples`, every optional field that it fills. */
export interface GeneratedSample {
  id: string;
  timestamp: string;
  source_ip: string;
  method: string;
  uri: string;
  headers: Record<string, string>;
  user_agent: string;
  payload?: string;
  is_attack: boolean;
  attack_type: AttackType | 'rate_abuse' | null;
}

/** Midnight UTC of the day the traffic is of: fixed, so that a seed gives the same bytes for ever. */
export const generatedDayMs = Date.UTC(2026, 0, 15);
const dayMs = 86_400_000;

const attackShare = 0.18;
/** A client sends the very same request again. */
const repeatShare = 0.03;
/** Of single requests; each burst is `burstLength` long. */
const burstShare = 0.0015;
const burstLength = 40;
const burstStepMs = 120;

const browsers = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36',
  'curl/8.14.1',
  'okhttp/4.12.0',
  'python-requests/2.32',
];
const scanners = ['sqlmap/1.9', 'Nikto/2.5.0', 'Mozilla/5.00 (compatible)'];

/**
 * A day of labelled traffic in time order: benign requests of many kinds and SQL injection, XSS, path traversal,
 * command injection and bursts over any sensible rate, with the ambiguities real traffic has. Lazy: a million cost
 * no more memory than one.
 *
 * @param seed decides everything; the same seed and count give the same samples
 */
export function* generateSamples(seed: number, count: number): Generator<GeneratedSample> {
  const rng = Xoshiro128.fromSeed(seed);
  const stepMs = dayMs / Math.max(1, count);
  let previous: Request | undefined;
  let burst = { left: 0, address: '' };
  let at = generatedDayMs;
  for (let k = 0; k < count; k++) {
    at = burst.left > 0 ? at + burstStepMs : Math.max(at, generatedDayMs + k * stepMs);
    if (burst.left === 0 && rng.float() < burstShare) {
      burst = { left: burstLength, address: `198.51.100.${1 + rng.below(20)}` };
    }
    let sent: Request;
    if (burst.left > 0) {
      burst.left--;
      sent = burstRequest(rng, burst.address);
    } else {
      const repeat = rng.float() < repeatShare;
      sent = repeat && previous !== undefined ? previous : ordinaryOrAttack(rng);
      previous = sent;
    }
    const id = `gen-${String(k).padStart(7, '0')}`;
    const timestamp = new Date(at).toISOString();
    yield { id, timestamp, ...sent };
  }
}

type Request = Omit<GeneratedSample, 'id' | 'timestamp'>;

function ordinaryOrAttack(rng: Xoshiro128): Request {
  return rng.float() < attackShare ? attackRequest(rng) : benignRequest(rng);
}

function benignRequest(rng: Xoshiro128): Request {
  const { method, path, payload } = drawBenign(rng);
  return request(rng, { method, path, payload, address: clientAddress(rng), agent: pick(browsers, rng) });
}

function attackRequest(rng: Xoshiro128): Request {
  const { type, payload } = drawAttack(rng);
  const hidden = disguise(payload, rng);
  const { method, path } = drawBenign(rng);
  const address = rng.below(3) === 0 ? `203.0.113.${1 + rng.below(40)}` : clientAddress(rng);
  const agent = pick(rng.below(4) === 0 ? scanners : browsers, rng);
  const label = { is_attack: true, attack_type: type } as const;
  // One in twelve hides in a header, where a rule that reads only the payload sees nothing.
  if (rng.below(12) === 0) {
    const ordinary = request(rng, { method, path, payload: drawBenign(rng).payload, address, agent });
    const name = pick(['referer', 'cookie', 'x-forwarded-for', 'x-api-version'], rng);
    return {
      ...ordinary,
      ...label,
      headers: { ...ordinary.headers, [name]: hidden.replace(/[\r\n]/g, ' ') },
    };
  }
  return { ...request(rng, { method, path, payload: hidden, address, agent }), ...label };
}

/** Each request is harmless; sending forty in five seconds is the abuse. */
function burstRequest(rng: Xoshiro128, address: string): Request {
  const { payload } = drawBenign(rng);
  const ordinary = request(rng, {
    method: 'POST',
    path: '/login',
    payload,
    address,
    agent: 'python-requests/2.32',
  });
  return { ...ordinary, is_attack: true, attack_type: 'rate_abuse' };
}

interface RequestParts {
  method: string;
  path: string;
  payload: string;
  address: string;
  agent: string;
}

function request(rng: Xoshiro128, { method, path, payload, address, agent }: RequestParts): Request {
  // Some requests carry their value in the URI only.
  const inUri = method === 'GET';
  const uri = inUri ? `${path}?q=${encodeURIComponent(payload)}` : path;
  return {
    source_ip: address,
    method,
    uri,
    headers: { host: 'shop.example', accept: rng.below(2) === 0 ? '*/*' : 'text/html', 'user-agent': agent },
    user_agent: agent,
    ...(inUri && rng.below(8) === 0 ? {} : { payload }),
    is_attack: false,
    attack_type: null,
  };
}

function clientAddress(rng: Xoshiro128): string {
  if (rng.below(5) === 0)
    return `2001:db8:${rng.below(16).toString(16)}::${(1 + rng.below(4000)).toString(16)}`;
  return `10.${rng.below(4)}.${rng.below(256)}.${1 + rng.below(254)}`;
}
