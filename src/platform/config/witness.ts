import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { environmentSchema } from './schema.ts';
import { integer, secret, text, textOr } from './variable.ts';

/** The environment of `assay witness`, which has neither a database nor anything else of the log's. */
export const witnessSchema = z.object({
  WITNESS_KEY: secret({
    section: 'Witness',
    accepts: '`PRIVATE+KEY+<name>+<key id>+<base64>` of type 4, made by `assay audit keygen --witness`',
    description: 'What the witness cosigns with. Never anywhere near the log.',
  }),
  WITNESS_LOG_KEYS: text({
    section: 'Witness',
    accepts: 'verifier keys, `<name>+<key id>+<base64>`, separated by commas',
    description: 'The logs it watches, by the keys that they sign with.',
  }),
  WITNESS_STATE: textOr('witness.sqlite', {
    section: 'Witness',
    accepts: 'path of a file',
    description:
      'What it remembers. A witness that lost it must get a new key: it would cosign a second history.',
  }),
  WITNESS_PORT: integer(
    { min: 0, max: 65_535, default: 5010 },
    { section: 'Witness', description: 'Port to listen on; 0 takes a free one, which is logged.' },
  ),
  HOST: environmentSchema.shape.HOST,
  LOG_LEVEL: environmentSchema.shape.LOG_LEVEL,
  SHUTDOWN_GRACE_MS: environmentSchema.shape.SHUTDOWN_GRACE_MS,
});

export interface WitnessConfig {
  key: string;
  logKeys: string[];
  statePath: string;
  host: string;
  port: number;
  logLevel: z.output<typeof witnessSchema>['LOG_LEVEL'];
  shutdownGraceMs: number;
}

/** @throws ConfigError that lists every fault. */
export function loadWitnessConfig(env: Record<string, string | undefined>): WitnessConfig {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = witnessSchema.safeParse(given);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  for (const name of ['WITNESS_KEY', 'WITNESS_LOG_KEYS'])
    if (given[name] === undefined) faults.push(`${name}: not set`);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const values = parsed.data;
  return {
    key: values.WITNESS_KEY!,
    logKeys: values.WITNESS_LOG_KEYS!.split(',').map((key) => key.trim()),
    statePath: values.WITNESS_STATE,
    host: values.HOST,
    port: values.WITNESS_PORT,
    logLevel: values.LOG_LEVEL,
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
  };
}
