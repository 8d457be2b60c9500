import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Sample } from '../../batch/sample.ts';
import type { DecodeStep } from '../decode/decode-steps.ts';
import type { RateLimitConfig, RuleConfig, SignatureConfig } from '../rule-config.ts';

/**
 * RULES.md once more, as plainly as it can be written and sharing no code with what it checks: strings, loops,
 * `includes`, `RegExp`. Returns the indices that match, ascending.
 */
export function naiveMatches(config: RuleConfig, samples: readonly Sample[]): number[] {
  const answers = naive(config, samples);
  return samples.map((_, i) => i).filter((i) => answers[i]);
}

function naive(config: RuleConfig, samples: readonly Sample[]): boolean[] {
  switch (config.type) {
    case 'signature':
      return samples.map((sample) => signatureMatches(config, sample));
    case 'ip_list':
      return samples.map((sample) => valuesOf(sample, config.field).some((a) => inCidrs(config.cidrs, a)));
    case 'rate_limit':
      return rateLimited(config, samples);
    case 'anomaly': {
      const parts = config.scores.map(({ rule, score }) => ({ score, answers: naive(rule, samples) }));
      return samples.map((_, i) => {
        let total = 0;
        for (const { score, answers } of parts) if (answers[i]) total += score;
        return total >= config.threshold;
      });
    }
    case 'composite': {
      const parts = config.rules.map((rule) => naive(rule, samples));
      if (config.op === 'not') return parts[0]!.map((answer) => !answer);
      return samples.map((_, i) =>
        config.op === 'and' ? parts.every((answers) => answers[i]) : parts.some((answers) => answers[i]),
      );
    }
  }
}

function valuesOf(sample: Sample, field: string): string[] {
  if (field === 'headers.*') return sample.headers.map(([, value]) => value);
  if (field.startsWith('headers.')) {
    const wanted = field.slice('headers.'.length).toLowerCase();
    return sample.headers.filter(([name]) => name === wanted).map(([, value]) => value);
  }
  const columns: Record<string, string | null> = {
    payload: sample.payload,
    uri: sample.uri,
    user_agent: sample.userAgent,
    method: sample.method,
    source_ip: sample.sourceIp,
  };
  const value = columns[field]!;
  return value === null ? [] : [value];
}

function asciiLower(text: string): string {
  return [...text].map((c) => (c >= 'A' && c <= 'Z' ? c.toLowerCase() : c)).join('');
}

function signatureMatches(config: SignatureConfig, sample: Sample): boolean {
  const values = config.fields
    .flatMap((field) => valuesOf(sample, field))
    .map((value) => config.decode.reduce((text, step) => decodeNaively[step](text), value));
  const matches = config.patterns.map((pattern) =>
    values.some((value) => {
      if ('regex' in pattern) return new RegExp(pattern.regex, pattern.flags).test(value);
      if (config.case_sensitive) return value.includes(pattern.literal);
      return asciiLower(value).includes(asciiLower(pattern.literal));
    }),
  );
  return config.match === 'any' ? matches.some(Boolean) : matches.every(Boolean);
}

const blank = /^[ \t\r\n\f\v\u00a0]$/;

export const decodeNaively: Record<DecodeStep, (text: string) => string> = {
  url(text) {
    const bytes: number[] = [];
    const encoded = [...Buffer.from(text.replaceAll('+', ' '), 'utf8')];
    while (encoded.length > 0) {
      const hex = String.fromCharCode(...encoded.slice(1, 3));
      if (encoded[0] === 0x25 && /^[0-9a-fA-F]{2}$/.test(hex)) {
        bytes.push(Number.parseInt(hex, 16));
        encoded.splice(0, 3);
      } else bytes.push(encoded.shift()!);
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  },
  html(text) {
    return text.replace(/&(lt|gt|amp|quot|apos|#\d+|#x[0-9a-fA-F]+);/g, (all, name: string) => {
      const entity = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }[name];
      if (entity !== undefined) return entity;
      const point = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
      const scalar = point < 0xd800 || (point > 0xdfff && point < 0x110000);
      return scalar ? String.fromCodePoint(point) : all;
    });
  },
  base64(text) {
    const characters = [...text];
    while (blank.test(characters[0] ?? '')) characters.shift();
    while (blank.test(characters.at(-1) ?? '')) characters.pop();
    const trimmed = characters.join('');
    if (trimmed.length < 8 || trimmed.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(trimmed))
      return text;
    try {
      const bytes = Uint8Array.from(atob(trimmed), (c) => c.charCodeAt(0));
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return text;
    }
  },
  lowercase: asciiLower,
  comments: (text) => text.replace(/\/\*[\s\S]*?(\*\/|$)/g, ' '),
  whitespace: (text) => text.replace(/[ \t\r\n\f\v\u00a0]+/g, ' '),
};

function inCidrs(cidrs: readonly string[], address: string): boolean {
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) && !address.includes('%') ? 'ipv6' : null;
  if (family === null) return false;
  const mapped = family === 'ipv6' ? mappedIpv4(address) : null;
  return cidrs.some((cidr) => {
    const [network, prefix] = cidr.split('/') as [string, string];
    const list = new BlockList();
    list.addSubnet(network, Number(prefix), network.includes(':') ? 'ipv6' : 'ipv4');
    if (mapped === null) return network.includes(':') === (family === 'ipv6') && list.check(address, family);
    return !network.includes(':') && list.check(mapped, 'ipv4');
  });
}

/** The IPv4 address in an IPv4-mapped one, found by letting the URL parser write it in its one canonical form. */
function mappedIpv4(address: string): string | null {
  const groups = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(new URL(`http://[${address}]/`).hostname);
  if (groups === null) return null;
  const [high, low] = [Number.parseInt(groups[1]!, 16), Number.parseInt(groups[2]!, 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function rateLimited(config: RateLimitConfig, samples: readonly Sample[]): boolean[] {
  const answers = samples.map(() => false);
  const inOrder = samples
    .map((sample, i) => ({ sample, i }))
    .sort((a, b) => a.sample.at - b.sample.at || a.i - b.i);
  const keys = new Set(samples.map((sample) => keyOf(sample, config.key)));
  for (const key of keys) {
    if (key === null) continue;
    let tokens = config.capacity;
    let last: number | null = null;
    for (const { sample, i } of inOrder) {
      if (keyOf(sample, config.key) !== key) continue;
      const gained = last === null ? 0 : ((sample.at - last) * config.refill_per_second) / 1000;
      tokens = Math.min(config.capacity, tokens + gained);
      last = sample.at;
      if (tokens >= 1 - 1e-9) tokens -= 1;
      else answers[i] = true;
    }
  }
  return answers;
}

function keyOf(sample: Sample, field: string): string | null {
  const values = valuesOf(sample, field);
  return values.length === 0 ? null : values.join(', ');
}
