import { describe, expect, test } from 'vitest';
import { isAssayError } from '../../platform/errors.ts';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string) => parseJsonBody(Buffer.from(text));
function faultOf(body: string | Buffer) {
  try {
    parseJsonBody(Buffer.from(body as string));
  } catch (error) {
    if (isAssayError(error)) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('parseJsonBody', () => {
  test('parses JSON', () => {
    expect(parse('{"a":["\\u00e9",1.5,null]}')).toEqual({ a: ['é', 1.5, null] });
  });

  test('says where JSON breaks off without repeating it', () => {
    const fault = faultOf('{"password":"hunter2" "x"}');
    expect(fault.message).toBe('the body is not valid JSON at character 22');
  });

  test('refuses bytes that are not UTF-8', () => {
    expect(faultOf(Buffer.from([0x22, 0xff, 0x22])).message).toBe('the body is not valid UTF-8');
  });

  test.each([
    '{"a":{"__proto__":{"admin":true}}}',
    '{"a":{"\\u005f_proto__":1}}',
    '{"a":{"__pr\\u006fto__":1}}',
  ])('refuses %s', (text) => {
    expect(faultOf(text).errors).toEqual([{ location: 'body.a.__proto__', message: 'unknown field' }]);
  });

  test('takes __proto__ as a value', () => {
    expect(parse('{"a":"__proto__"}')).toEqual({ a: '__proto__' });
  });

  test('survives nesting that a recursive walk would not', () => {
    const depth = 50_000;
    expect(() => parse(`${'['.repeat(depth)}"\\u0041"${']'.repeat(depth)}`)).not.toThrow();
  });
});
