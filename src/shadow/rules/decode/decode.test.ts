import { expect, test } from 'vitest';
import { decodeNaively } from '../test-support/naive-oracle.ts';
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

/** Decodes `text` where it stands between others, and checks that those were left alone. */
function decode(step: DecodeStep, text: string): string {
  const bytes = Buffer.from(`%4${text}1;*/`, 'utf8');
  const end = decoders[step](bytes, 2, bytes.length - 4);
  expect(bytes.toString('latin1', 0, 2) + bytes.toString('latin1', bytes.length - 4)).toBe('%41;*/');
  return bytes.toString('utf8', 2, end);
}

for (const step of decodeStepNames) {
  test.each(examples[step])(`${step}: %j becomes %j`, (value, decoded) => {
    expect(decode(step, value)).toBe(decoded);
  });
}

const seed = Date.now() % 1_000_000_000;

test(`each step agrees with a naive reading on random values (seed ${seed})`, () => {
  const random = new Seeded(seed);
  const parts = [
    ...[
      '%41',
      '%',
      '+',
      '%c3',
      '%A9',
      '%F0%9F',
      '&lt;',
      '&#233;',
      '&#x1f98a;',
      '&#',
      ';',
      '&',
      'A',
      '4',
      '=',
      '==',
      'x',
    ],
    ...[
      '/*',
      '*/',
      '/',
      '*',
      ' ',
      '\t',
      '\u00a0',
      '\u0080',
      'é',
      'à',
      '🦊',
      'YWJj',
      'w6k=',
      'ZGVm',
      '////',
      'quot;',
    ],
  ];
  let changed = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = random.list(0, 6, () => random.pick(parts)).join('');
    for (const step of decodeStepNames) {
      const decoded = decode(step, text);
      expect(decoded, `${step} of ${JSON.stringify(text)}`).toBe(decodeNaively[step](text));
      if (decoded !== text) changed++;
    }
  }
  expect(changed).toBeGreaterThan(10_000);
});
