import { maskSensitiveText } from '../sensitive-text/mask-sensitive-text.ts';
import { ConfigError } from './config-error.ts';
import type { VariableDoc } from './variable.ts';

/**
 * A setting that is read without zod, which costs a process 13 MB of memory: for `assay sidecar`, of which there is one
 * beside every pod. Its documentation is made as that of the others.
 */
export interface PlainVariable<T> extends VariableDoc {
  /** @throws Error with what was expected. */
  parse(text: string): T;
  /** When it is unset; undefined: it must be set. */
  whenUnset: (() => T) | undefined;
}

type Doc = Omit<VariableDoc, 'accepts' | 'default'> & Partial<Pick<VariableDoc, 'accepts' | 'default'>>;

export function plainInteger(
  range: { min: number; max: number; default: number },
  doc: Doc,
): PlainVariable<number> {
  return {
    default: String(range.default),
    accepts: `whole number, ${range.min} to ${range.max}`,
    ...doc,
    whenUnset: () => range.default,
    parse: (text) => {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= range.min && value <= range.max) return value;
      throw new Error(`expected a whole number from ${range.min} to ${range.max}`);
    },
  };
}

/** @param byDefault undefined: it must be set. @param fault what is wrong with a text, or null. */
export function plainText<Default extends string | null | undefined>(
  byDefault: Default,
  doc: Doc,
  fault: (text: string) => string | null = () => null,
): PlainVariable<string | Exclude<Default, undefined>> {
  return {
    accepts: 'text',
    ...(typeof byDefault === 'string' ? { default: byDefault } : {}),
    ...doc,
    whenUnset: byDefault === undefined ? undefined : () => byDefault as string | Exclude<Default, undefined>,
    parse: (text) => {
      const message = fault(text);
      if (message !== null) throw new Error(message);
      return text;
    },
  };
}

export function webAddressFault(text: string): string | null {
  const isWeb = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
  return isWeb ? null : 'expected a URL that starts with http:// or https://';
}

type Values<Variables> = {
  [Name in keyof Variables]: Variables[Name] extends PlainVariable<infer T> ? T : never;
};

/** @throws ConfigError that lists every fault, without the values of secrets. */
export function readPlainVariables<const V extends Record<string, PlainVariable<unknown>>>(
  variables: V,
  env: Record<string, string | undefined>,
): Values<V> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const text = env[name];
    if (text === undefined || text === '') {
      if (variable.whenUnset === undefined) faults.push(`${name}: not set; expected ${variable.accepts}`);
      else values[name] = variable.whenUnset();
      continue;
    }
    try {
      values[name] = variable.parse(text);
    } catch (error) {
      const found = variable.secret === true ? '' : `, found "${shown(text)}"`;
      faults.push(`${name}: ${(error as Error).message}${found}`);
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return values as Values<V>;
}

/** A card number or a key that was put into the wrong variable does not reach the log. */
function shown(text: string): string {
  const masked = maskSensitiveText(text);
  return masked.length > 60 ? `${masked.slice(0, 60)}…` : masked;
}
