import { hostname } from 'node:os';
import { tenantIdFault } from '../tenant-id.ts';
import { ConfigError } from './config-error.ts';
import {
  type PlainVariable,
  plainInteger,
  plainText,
  readPlainVariables,
  webAddressFault,
} from './plain-variable.ts';

const section = 'Sidecar';

const instanceForm = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,252}$/;

/** What a deployment without a name of its own is called; two on one machine need one each. */
const defaultInstance = () => {
  const name = hostname().replace(/[^A-Za-z0-9._-]/g, '-');
  return instanceForm.test(name) ? name : 'sidecar';
};

const instance: PlainVariable<string> = {
  section,
  accepts: '1 to 253 letters, digits or . _ : @ -',
  default: 'the name of the host',
  description: 'Names this sidecar, the same after a restart and no other’s: the pod’s name.',
  whenUnset: defaultInstance,
  parse: (text) => {
    if (instanceForm.test(text)) return text;
    throw new Error('expected 1 to 253 letters, digits or . _ : @ -');
  },
};

const tenants: PlainVariable<ReadonlySet<string> | null> = {
  section,
  accepts: 'tenant ids, separated by commas',
  description: 'Tenants whose credits may be spent here; all that the key may lease for when unset.',
  whenUnset: () => null,
  parse: (text) => {
    const ids = text.split(',').map((id) => id.trim());
    // A message of the id itself would show a card number that was put here by mistake.
    const fault = ids.map(tenantIdFault).find((found) => found !== null);
    if (fault !== undefined) throw new Error(`expected tenant ids separated by commas; one ${fault}`);
    return new Set(ids);
  },
};

/** The environment of `assay sidecar`, which has nothing of the API's. */
export const sidecarVariables = {
  ASSAY_API_URL: plainText(
    undefined,
    {
      section,
      accepts: 'a URL that starts with http:// or https://',
      description: 'Where the ledger is: the API.',
    },
    webAddressFault,
  ),
  ASSAY_API_KEY: plainText(
    undefined,
    {
      section,
      secret: true,
      accepts: '8 to 512 printable characters',
      description: 'A key with the scope `leases`.',
    },
    (text) =>
      /^[\x21-\x7e]{8,512}$/.test(text) ? null : 'expected 8 to 512 printable characters without blanks',
  ),
  ASSAY_SIDECAR_PORT: plainInteger(
    { min: 0, max: 65_535, default: 5_006 },
    { section, description: 'Port on 127.0.0.1 on which it decides; 0: none, only the socket.' },
  ),
  ASSAY_SIDECAR_SOCKET: plainText(null, {
    section,
    accepts: 'path of a socket',
    default: 'none',
    description: 'Unix socket on which it decides; whoever can open the file can spend.',
  }),
  ASSAY_SIDECAR_STATUS_PORT: plainInteger(
    { min: 0, max: 65_535, default: 0 },
    {
      section,
      description:
        'Port on all addresses for `/healthz`, `/readyz` and `/metrics` alone: probes and scrapes come from outside the pod. 0: none.',
    },
  ),
  ASSAY_JOURNAL_DIR: plainText('.assay/journal', {
    section,
    accepts: 'path of a directory',
    description:
      'Of this sidecar alone, and kept when its process is restarted: what was spent is written here first.',
  }),
  ASSAY_INSTANCE: instance,
  ASSAY_TENANTS: tenants,
  ASSAY_SIDECAR_WAIT_MS: plainInteger(
    { min: 0, max: 30_000, default: 1_000 },
    {
      section,
      description:
        'How long a request waits for credits that are on their way from the ledger or from other sidecars.',
    },
  ),
  ASSAY_LEDGER_TIMEOUT_MS: plainInteger(
    { min: 100, max: 60_000, default: 3_000 },
    { section, description: 'A ledger that does not answer within this is taken for away.' },
  ),
};

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Read as every process reads them; `schema.ts` documents them. */
export const sharedVariables = {
  LOG_LEVEL: plainText('info', { section: 'Process', description: '' }, (text) =>
    (logLevels as readonly string[]).includes(text) ? null : `expected one of ${logLevels.join(', ')}`,
  ),
  SHUTDOWN_GRACE_MS: plainInteger(
    { min: 0, max: 600_000, default: 10_000 },
    { section: 'HTTP', description: '' },
  ),
};

export interface SidecarConfig {
  apiUrl: string;
  apiKey: string;
  /** 0: none. */
  port: number;
  socket: string | null;
  /** 0: none. */
  statusPort: number;
  journalDirectory: string;
  instance: string;
  /** Null: every tenant. */
  tenants: ReadonlySet<string> | null;
  waitMs: number;
  ledgerTimeoutMs: number;
  logLevel: (typeof logLevels)[number];
  shutdownGraceMs: number;
}

/** @throws ConfigError that lists every fault. */
export function loadSidecarConfig(env: Record<string, string | undefined>): SidecarConfig {
  const values = readPlainVariables({ ...sidecarVariables, ...sharedVariables }, env);
  if (values.ASSAY_SIDECAR_PORT === 0 && values.ASSAY_SIDECAR_SOCKET === null)
    throw new ConfigError(['ASSAY_SIDECAR_PORT: 0 needs ASSAY_SIDECAR_SOCKET, or nobody can ask']);
  return {
    apiUrl: values.ASSAY_API_URL,
    apiKey: values.ASSAY_API_KEY,
    port: values.ASSAY_SIDECAR_PORT,
    socket: values.ASSAY_SIDECAR_SOCKET,
    statusPort: values.ASSAY_SIDECAR_STATUS_PORT,
    journalDirectory: values.ASSAY_JOURNAL_DIR,
    instance: values.ASSAY_INSTANCE,
    tenants: values.ASSAY_TENANTS,
    waitMs: values.ASSAY_SIDECAR_WAIT_MS,
    ledgerTimeoutMs: values.ASSAY_LEDGER_TIMEOUT_MS,
    logLevel: values.LOG_LEVEL as SidecarConfig['logLevel'],
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
  };
}
