import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { generateSamples } from './generate-samples.ts';
import { ndjsonLines } from './ndjson-lines.ts';

const seed = 1;
const samples = [...generateSamples(seed, 6_000)];
const share = (some: number) => some / samples.length;

function digest(from: number): string {
  const hash = createHash('sha256');
  for (const chunk of ndjsonLines(generateSamples(from, 1_000))) hash.update(chunk);
  return hash.digest('hex');
}

test('a seed decides every byte', () => {
  expect(digest(5)).toBe(digest(5));
  expect(digest(5)).not.toBe(digest(6));
});

test('lines are JSON, one a sample, in time order', () => {
  const text = Buffer.concat([...ndjsonLines(generateSamples(seed, 1_234))]).toString();
  const lines = text.trimEnd().split('\n');
  expect(lines).toHaveLength(1_234);
  expect(lines.map((line) => JSON.parse(line))).toEqual([...generateSamples(seed, 1_234)]);
  for (let k = 1; k < samples.length; k++) {
    expect(samples[k]!.timestamp >= samples[k - 1]!.timestamp).toBe(true);
  }
});

test('both labels, every attack type, IPv4 and IPv6, repeats', () => {
  expect(share(samples.filter((s) => s.is_attack).length)).toBeGreaterThan(0.15);
  expect(share(samples.filter((s) => s.is_attack).length)).toBeLessThan(0.35);
  expect(new Set(samples.map((s) => s.attack_type))).toEqual(
    new Set([null, 'sqli', 'xss', 'path_traversal', 'command_injection', 'rate_abuse']),
  );
  expect(samples.some((s) => s.source_ip.includes(':'))).toBe(true);
  const contents = new Set(samples.map(({ id: _, timestamp: __, ...content }) => JSON.stringify(content)));
  expect(samples.length - contents.size).toBeGreaterThan(60);
});

test('bursts exceed thirty requests in five seconds from one address; ordinary traffic does not', () => {
  const byAddress = new Map<string, number[]>();
  for (const { source_ip, timestamp } of samples) {
    byAddress.set(source_ip, [...(byAddress.get(source_ip) ?? []), Date.parse(timestamp)]);
  }
  const bursty = [...byAddress].filter(([, times]) =>
    times.some((at, k) => (times[k + 29] ?? Infinity) - at < 5_000),
  );
  expect(bursty.length).toBeGreaterThan(0);
  for (const [address] of bursty) expect(address).toMatch(/^198\.51\.100\./);
});

test('the ambiguities of real traffic are there, on both sides of the label', () => {
  const texts = (attack: boolean) =>
    samples.filter((s) => s.is_attack === attack).map((s) => s.payload ?? '');
  for (const innocent of ["O'Reilly", 'select a union', '1=1', '<b>', '../', '<script>']) {
    expect(
      texts(false).some((text) => text.includes(innocent)),
      innocent,
    ).toBe(true);
  }
  for (const hidden of ['%27', '%25', '/**/', '&#60;']) {
    expect(
      texts(true).some((text) => text.includes(hidden)),
      hidden,
    ).toBe(true);
  }
  expect(samples.some((s) => s.is_attack && /etc\/passwd|alert|select/i.test(s.headers.referer ?? ''))).toBe(
    true,
  );
});
