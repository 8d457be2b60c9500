import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { parseKey, parseNamedKeys } from './named-key.ts';

/** What docs/reference/configuration.md says about a variable. */
export interface VariableDoc {
  description: string;
  section: Section;
  /** The default as a reader should see it; derived from the value where there is one. */
  default?: string;
  /** The values accepted, in words. */
  accepts: string;
  /** Never shown: not in faults, logs or documentation. */
  secret?: boolean;
}

export const sections = [
  'Database',
  'Redis',
  'HTTP',
  'Keys',
  'Rate limits',
  'Credits',
  'Audit',
  'Witness',
  'Sidecar',
  'Injector',
  'Worker',
  'Process',
] as const;
export type Section = (typeof sections)[number];

type Doc = Omit<VariableDoc, 'accepts' | 'default'> & Partial<Pick<VariableDoc, 'accepts' | 'default'>>;

/** zod's own registry type keeps the documentation beside the schema it describes. */
export const variableDocs = z.registry<VariableDoc>();

function documented<T extends z.ZodType>(schema: T, doc: VariableDoc): T {
  variableDocs.add(schema, doc);
  return schema;
}

/** A whole number with both bounds; decimal digits only, so that `1e3` and `0x10` are faults rather than surprises. */
export function integer(range: { min: number; max: number; default: number }, doc: Doc) {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/, 'expected a whole number')
    .transform(Number)
    .refine((value) => value >= range.min && value <= range.max, `expected ${range.min} to ${range.max}`)
    .default(range.default);
  return documented(schema, {
    default: String(range.default),
    accepts: `whole number, ${range.min} to ${range.max}`,
    ...doc,
  });
}

export function optionalInteger(range: { min: number; max: number }, doc: Doc) {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/, 'expected a whole number')
    .transform(Number)
    .refine((value) => value >= range.min && value <= range.max, `expected ${range.min} to ${range.max}`)
    .optional();
  return documented(schema, { accepts: `whole number, ${range.min} to ${range.max}`, ...doc });
}

export function flag(byDefault: boolean, doc: Doc) {
  const schema = z
    .enum(['true', 'false', '1', '0'], { error: 'expected true, false, 1 or 0' })
    .transform((text) => text === 'true' || text === '1')
    .default(byDefault);
  return documented(schema, { default: String(byDefault), accepts: '`true`, `false`, `1` or `0`', ...doc });
}

export function choice<const T extends readonly [string, ...string[]]>(
  values: T,
  byDefault: T[number],
  doc: Doc,
) {
  const schema = z
    .enum(values, { error: `expected one of ${values.join(', ')}` })
    .default(byDefault as never);
  return documented(schema, {
    default: byDefault,
    accepts: values.map((v) => `\`${v}\``).join(', '),
    ...doc,
  });
}

export function text(doc: Doc) {
  return documented(z.string().optional(), { accepts: 'text', ...doc });
}

export function textOr(byDefault: string, doc: Doc) {
  return documented(z.string().default(byDefault), { accepts: 'text', default: byDefault, ...doc });
}

/** Values parted by commas; none when unset. */
export function list(doc: Doc, fault: (value: string) => string | null = () => null) {
  const schema = z
    .string()
    .transform((text) => text.split(',').map((value) => value.trim()))
    .superRefine((values, context) => {
      for (const value of values) {
        const message = value === '' ? 'expected values parted by commas' : fault(value);
        if (message !== null) context.addIssue({ code: 'custom', message });
      }
    })
    .default([]);
  return documented(schema, { accepts: 'values parted by commas', default: 'none', ...doc });
}

/** Address ranges parted by commas. */
export function cidrs(doc: Doc) {
  const fault = (value: string) =>
    ipaddr.isValidCIDR(value) ? null : 'expected ranges such as 192.0.2.0/24, parted by commas';
  return list({ accepts: 'CIDR ranges parted by commas', ...doc }, fault);
}

/** @param protocols with their colon, such as `postgres:`. */
export function urlOf(protocols: readonly string[], doc: Doc) {
  const expected = `a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`;
  const schema = z
    .string()
    .refine(
      (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
      `expected ${expected}`,
    )
    .optional();
  return documented(schema, { accepts: expected, ...doc });
}

/** Eight characters stop an empty or placeholder value; a key made by `assay keys create` has over 40. */
const secretLengthMin = 8;

export function secret(doc: Doc) {
  const schema = z
    .string()
    .min(secretLengthMin, `expected at least ${secretLengthMin} characters`)
    .max(512, 'expected at most 512 characters')
    .refine((value) => /^[\x21-\x7e]+$/.test(value), 'expected printable ASCII without blanks')
    .optional();
  return documented(schema, {
    accepts: `${secretLengthMin} to 512 printable characters`,
    secret: true,
    ...doc,
  });
}

/** Keys for encryption, each with an id; none when unset. */
export function namedKeys(doc: Doc) {
  const schema = z
    .string()
    .transform((value, context) => {
      const keys = parseNamedKeys(value);
      if (typeof keys !== 'string') return keys;
      context.addIssue({ code: 'custom', message: keys });
      return z.NEVER;
    })
    .optional()
    .transform((keys) => keys ?? []);
  return documented(schema, { accepts: 'id:base64 of 32 bytes, comma-separated', secret: true, ...doc });
}

export function key(doc: Doc) {
  const schema = z
    .string()
    .transform((value, context) => {
      const parsed = parseKey(value);
      if (parsed !== undefined) return parsed;
      context.addIssue({ code: 'custom', message: 'expected 32 bytes in base64 (openssl rand -base64 32)' });
      return z.NEVER;
    })
    .optional();
  return documented(schema, { accepts: 'base64 of 32 bytes', secret: true, ...doc });
}

export function isSecret(schema: z.ZodType): boolean {
  return variableDocs.get(schema)?.secret === true;
}
