import type { Metadata } from './kubernetes.ts';
import { annotations } from './labels.ts';

export interface InjectionSettings {
  keySecret: string;
  tenants: string | null;
  port: number;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
}

/** Room over what the bench measures (docs/how-to/run-the-sidecar.md); a CPU limit would add its period to decisions. */
const byDefault = { cpuRequest: '50m', memoryRequest: '96Mi', memoryLimit: '192Mi', port: '5006' };

const quantity = /^\d+(\.\d+)?(m|k|M|G|Ki|Mi|Gi)?$/;
const secretName = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** @returns the settings, or what is wrong with an annotation. */
export function readSettings(
  { annotations: given = {} }: Metadata,
  defaultSecret: string,
): InjectionSettings | string {
  const { keySecret, tenants, port, cpuRequest, cpuLimit, memoryRequest, memoryLimit } = annotations;
  for (const name of [cpuRequest, cpuLimit, memoryRequest, memoryLimit]) {
    const value = given[name];
    if (value !== undefined && !quantity.test(value)) return `${name} is no quantity such as 100m or 128Mi`;
  }
  const secret = given[keySecret] ?? defaultSecret;
  if (!secretName.test(secret)) return `${keySecret} is no name of a Secret`;
  const portText = given[port] ?? byDefault.port;
  const portNumber = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  // The one after it is that of probes and metrics.
  if (portNumber < 1_024 || portNumber > 65_534) return `${port} is no port from 1024 to 65534`;
  const cpu = pairOf(given[cpuRequest], given[cpuLimit], byDefault.cpuRequest, undefined);
  const { memoryRequest: request, memoryLimit: limit } = byDefault;
  const memory = pairOf(given[memoryRequest], given[memoryLimit], request, limit);
  if (cpu === null) return `${cpuRequest} is more than ${cpuLimit}`;
  if (memory === null) return `${memoryRequest} is more than ${memoryLimit}`;
  const limits = { memory: memory.limit!, ...(cpu.limit === undefined ? {} : { cpu: cpu.limit }) };
  return {
    keySecret: secret,
    tenants: given[tenants] ?? null,
    port: portNumber,
    resources: { requests: { cpu: cpu.request, memory: memory.request }, limits },
  };
}

interface Pair {
  request: string;
  limit: string | undefined;
}

/**
 * A pod that requests more than its limit is refused by the API server, so a default gives way to what the author chose.
 *
 * @returns null where both are chosen and do not go together.
 */
function pairOf(
  chosenRequest: string | undefined,
  chosenLimit: string | undefined,
  request: string,
  limit: string | undefined,
): Pair | null {
  const pair = { request: chosenRequest ?? request, limit: chosenLimit ?? limit };
  if (pair.limit === undefined || amountOf(pair.request) <= amountOf(pair.limit)) return pair;
  if (chosenRequest === undefined) return { request: pair.limit, limit: pair.limit };
  return chosenLimit === undefined ? { request: pair.request, limit: pair.request } : null;
}

const units: Record<string, number> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

function amountOf(text: string): number {
  const [, number, unit = ''] = /^([\d.]+)(\w*)$/.exec(text)!;
  return Number(number) * (units[unit] ?? 1);
}
