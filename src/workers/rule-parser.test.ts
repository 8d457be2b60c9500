import { afterAll, describe, expect, it } from 'vitest';
import { isAssayError } from '../platform/errors.ts';
import { parseRuleConfig } from '../shadow/rules/parse-rule-config.ts';
import { createRuleParser } from './rule-parser.ts';

const onThread = createRuleParser({ inlineEffortMax: -1 });
afterAll(() => onThread.destroy());

const signature = (...patterns: unknown[]) => ({ type: 'signature', patterns });
const location = 'body.baseline.rule_config';

async function outcomeOf(parse: () => unknown): Promise<unknown> {
  try {
    return { config: await parse() };
  } catch (error) {
    if (!isAssayError(error)) throw error;
    const { name, status, code, message, errors, extra, retryAfterSeconds } = error;
    return { name, status, code, message, errors, extra, retryAfterSeconds };
  }
}

describe('a rule checked on the thread', () => {
  it.each<[string, string | undefined, unknown]>([
    ['good', undefined, signature('a', { regex: 'b+', flags: 'mi' })],
    ['its type from beside it', 'signature', { pattern: 'x' }],
    ['a refused pattern', undefined, signature('a', { regex: '(a)\\1' })],
    ['too large a pattern', undefined, signature({ regex: '(?:x{1000}){1000}' })],
    ['several faults', 'ip_list', { type: 'signature', patterns: ['', 3], colour: 1 }],
    ['an own key __proto__', undefined, JSON.parse('{"type":"signature","pattern":"x","__proto__":1}')],
    ['a number that is not finite', undefined, { type: 'rate_limit', capacity: Number.POSITIVE_INFINITY }],
    ['nothing', undefined, null],
    [
      'nested too deep',
      undefined,
      JSON.parse(`${'{"type":"composite","op":"not","rules":['.repeat(9)}{}${']}'.repeat(9)}`),
    ],
  ])('is told the same as one checked at once: %s', async (_, ruleType, input) => {
    const expected = await outcomeOf(() => parseRuleConfig(ruleType, input, location));
    expect(await outcomeOf(() => onThread.parse(ruleType, input, location))).toEqual(expected);
  });

  it('that cannot even be sent there is checked at once', async () => {
    const deep = signature('a'.repeat(5_000), JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`));
    const parser = createRuleParser();
    const expected = await outcomeOf(() => parseRuleConfig(undefined, deep, location));
    expect(await outcomeOf(() => parser.parse(undefined, deep, location))).toEqual(expected);
    expect(expected).toMatchObject({ status: 400 });
    await parser.destroy();
  });
});

const large = signature(
  ...Array.from({ length: 400 }, (_, i) => ({ regex: `<tag${i}[^>]*>\\w{9}`, flags: 'iu' })),
);

describe('bounds', () => {
  it('a rule that takes too long is refused with its place and what to reduce', async () => {
    const parser = createRuleParser({ timeoutMs: 20 });
    const outcome = await outcomeOf(() => parser.parse(undefined, large, location));
    expect(outcome).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ location, message: expect.stringContaining('fewer patterns') }],
    });
    await parser.destroy();
  });

  it('rules that would wait too long are put off', async () => {
    const parser = createRuleParser({ inlineEffortMax: -1, waitingMax: 1 });
    const first = [1, 2].map(() => parser.parse(undefined, signature('a'), location));
    expect(await outcomeOf(() => parser.parse(undefined, signature('a'), location))).toMatchObject({
      status: 503,
      code: 'overloaded',
      retryAfterSeconds: 5,
    });
    expect(await Promise.all(first)).toHaveLength(2);
    await parser.destroy();
  });

  it('a small rule never waits', async () => {
    const parser = createRuleParser();
    const waiting = parser.parse(undefined, large, location);
    await expect(parser.parse(undefined, signature('small'), location)).resolves.toMatchObject({
      match: 'any',
    });
    await expect(waiting).resolves.toMatchObject({ type: 'signature' });
    await parser.destroy();
  });
});
