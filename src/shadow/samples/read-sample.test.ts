import { expect, test } from 'vitest';
import { LineFault } from './line-fault.ts';
import { readSample } from './read-sample.ts';

const defaults = { isAttack: null, attackType: null, arrivedAt: 1000 };
const read = (json: string) => readSample(JSON.parse(json), defaults);
const reasonOf = (json: string): string => {
  try {
    read(json);
  } catch (error) {
    if (error instanceof LineFault) return error.message;
    throw error;
  }
  return 'accepted';
};

test('every field of a full line arrives', () => {
  const line = {
    id: 17,
    timestamp: '2026-01-01T00:00:00Z',
    source_ip: '203.0.113.9',
    method: 'POST',
    uri: '/a?b=c',
    headers: { Host: 'x', 'X-Many': ['1', 2], absent: null },
    user_agent: 'curl',
    payload: 'a\u0000b',
    is_attack: true,
    attack_type: 'sqli',
    metadata: { a: [1] },
  };
  expect(read(JSON.stringify(line))).toEqual({
    id: '17',
    at: Date.UTC(2026, 0, 1),
    sourceIp: '203.0.113.9',
    method: 'POST',
    uri: '/a?b=c',
    userAgent: 'curl',
    payload: 'a\u0000b',
    headers: [
      ['host', 'x'],
      ['x-many', '1'],
      ['x-many', '2'],
    ],
    isAttack: true,
    attackType: 'sqli',
    metadata: '{"a":[1]}',
  });
});

test('absent and null fields are absent, empty ones are values', () => {
  const sample = read('{"is_attack":false,"payload":"","uri":null,"timestamp":null}');
  expect(sample).toMatchObject({ at: 1000, payload: '', uri: null, id: null, headers: [], attackType: null });
});

test('the user agent is the field, else the header', () => {
  expect(read('{"is_attack":false,"headers":{"User-Agent":"h"}}').userAgent).toBe('h');
  expect(read('{"is_attack":false,"headers":{"User-Agent":"h"},"user_agent":"f"}').userAgent).toBe('f');
});

test('a lone surrogate becomes U+FFFD in every text', () => {
  const bad = '\\ud800';
  const sample = read(
    `{"is_attack":true,"id":"${bad}","payload":"a${bad}","headers":{"${bad}":"${bad}"},"attack_type":"${bad}"}`,
  );
  expect(sample).toMatchObject({ id: '\ufffd', payload: 'a\ufffd', attackType: '\ufffd' });
  expect(sample.headers).toEqual([['\ufffd', '\ufffd']]);
});

test.each([
  ['[]', 'found an array, expected a JSON object'],
  ['null', 'found null, expected a JSON object'],
  ['"x"', 'found the string "x", expected a JSON object'],
  ['{}', 'is_attack is missing, expected true or false'],
  ['{"is_attack":null}', 'is_attack is null, expected true or false'],
  ['{"is_attack":1}', 'is_attack is the number 1, expected true or false'],
  ['{"is_attack":"true"}', 'is_attack is the string "true", expected true or false'],
  ['{"is_attack":true,"payload":5}', 'payload is the number 5, expected a string'],
  ['{"is_attack":true,"uri":["a"]}', 'uri is an array, expected a string'],
  ['{"is_attack":true,"id":{}}', 'id is an object, expected a string or a number'],
  ['{"is_attack":true,"headers":[]}', 'headers is an array, expected an object of names and values'],
  [
    '{"is_attack":true,"headers":{"a":{}}}',
    'headers["a"] is an object, expected a string, a number or an array of them',
  ],
  ['{"is_attack":true,"metadata":"x"}', 'metadata is the string "x", expected an object'],
  [
    `{"is_attack":true,"attack_type":"${'x'.repeat(129)}"}`,
    'attack_type is 129 characters long, expected at most 128',
  ],
])('%s is refused: %s', (json, reason) => {
  expect(reasonOf(json)).toBe(reason);
});

test('an unknown field is named, and the known ones are listed', () => {
  expect(reasonOf('{"is_attack":true,"ip":"1.2.3.4"}')).toMatch(
    /^unknown field "ip", expected one of id, time/,
  );
  expect(reasonOf('{"is_attack":true,"__proto__":{"payload":"x"}}')).toMatch(/^unknown field "__proto__"/);
  expect(reasonOf('{"is_attack":true,"constructor":1}')).toMatch(/^unknown field "constructor"/);
});

test('__proto__ inside headers and metadata is data and pollutes nothing', () => {
  const sample = read(
    '{"is_attack":true,"headers":{"__proto__":"x"},"metadata":{"__proto__":{"polluted":1}}}',
  );
  expect(sample.headers).toEqual([['__proto__', 'x']]);
  expect(sample.metadata).toBe('{"__proto__":{"polluted":1}}');
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('metadata nested past the stack is refused, not fatal', () => {
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  expect(reasonOf(`{"is_attack":true,"metadata":${deep}}`)).toBe('metadata is nested too deeply');
});

test('the request may give the label and the attack type of lines without', () => {
  const given = { isAttack: true, attackType: 'scan', arrivedAt: 0 };
  expect(readSample({}, given)).toMatchObject({ isAttack: true, attackType: 'scan' });
  expect(readSample({ is_attack: false }, given)).toMatchObject({ isAttack: false, attackType: null });
  expect(readSample({ attack_type: 'xss' }, given)).toMatchObject({ attackType: 'xss' });
});
