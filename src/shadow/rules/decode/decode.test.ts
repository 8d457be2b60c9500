import { expect, test } from 'vitest';
import { Seeded } from '../test-support/seeded.ts';
import { type DecodeStep, decoders, decodeStepNames } from './decode-steps.ts';

const examples: Record<DecodeStep, [value: string, decoded: string][]> = {
  url: [
    ['a+b%20c', 'a b c'],
    ['%C3%A9%c3%a9é', 'ééé'],
    ['%', '%'],
    ['%4', '%4'],
    ['100%zz%2', '100%zz%2'],
    ['%25%32%35', '%25'],
    ['%ff%C3x', '\ufffd\ufffdx'],
    ['%00', '\u0000'],
    ['%EF%BB%BFx', '\ufeffx'],
    ['%+%2B', '% +'],
  ],
  html: [
    ['&lt;a&gt;&amp;&quot;&apos;', '<a>&"\''],
    ['&#60;&#x3c;&#x3C;&#0000060;', '<<<<'],
    ['&amp;lt;', '&lt;'],
    ['&lt &LT; &#X3c; &nbsp; &#; &#x; &#xg;', '&lt &LT; &#X3c; &nbsp; &#; &#x; &#xg;'],
    ['&#xD800;&#1114112;&#99999999999999999999;', '&#xD800;&#1114112;&#99999999999999999999;'],
    ['&#x1F98A;&#0;', '🦊\u0000'],
  ],
  base64: [
    ['PHNjcmlwdD4=', '<script>'],
    [' \t\r\n\f\v\u00a0PHNjcmlwdD4=\u00a0', '<script>'],
    ['YWI=', 'YWI='],
    ['PHNjcmlwdD4', 'PHNjcmlwdD4'],
    ['PHNjcmlw_D4=', 'PHNjcmlw_D4='],
    ['PHNjcml3====', 'PHNjcml3===='],
    ['PHNj=mlwdD4=', 'PHNj=mlwdD4='],
    ['/////w==', '/////w=='],
    ['\u2003PHNjcmlwdD4=', '\u2003PHNjcmlwdD4='],
    ['77u/YWJjZA==', '\ufeffabcd'],
  ],
  lowercase: [['ScRiPt ÄÉ \u212a', 'script ÄÉ \u212a']],
  comments: [
    ['un/**/ion/* x */ select', 'un ion  select'],
    ['a/*b', 'a '],
    ['a/*/b', 'a '],
    ['/*a/*b*/c*/', ' c*/'],
    ['*/ / *', '*/ / *'],
  ],
  whitespace: [
    ['a \t\r\n\f\v\u00a0 b', 'a b'],
    ['a\u2003b c', 'a\u2003b c'],
    ['\t', ' '],
    ['', ''],
  ],
};

for (const step of decodeStepNames) {
  test.each(examples[step])(`${step}: %j becomes %j`, (value, decoded) => {
    expect(decoders[step].decode(value)).toBe(decoded);
  });
}

const seed = Date.now() % 1_000_000_000;

test(`a value the byte check lets pass is one that decoding leaves alone (seed ${seed})`, () => {
  const random = new Seeded(seed);
  const parts = [
    '%41',
    '+',
    '&lt;',
    'A',
    '/*',
    '*/',
    ' ',
    '\t',
    '\u00a0',
    'é',
    'YWJjZGVm',
    '=',
    'x',
    '%',
    '&',
    '🦊',
  ];
  let passed = 0;
  for (let round = 0; round < 5_000; round++) {
    const text = random.list(0, 4, () => random.pick(parts)).join('');
    const bytes = Buffer.from(`<${text}>`, 'utf8');
    for (const step of decodeStepNames) {
      if (decoders[step].mayChange(bytes, 1, bytes.length - 1)) continue;
      passed++;
      expect(decoders[step].decode(text), `${step} of ${JSON.stringify(text)}`).toBe(text);
    }
  }
  expect(passed).toBeGreaterThan(5_000);
});
