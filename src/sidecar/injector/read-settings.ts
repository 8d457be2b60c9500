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
  const limits: Record<string, string> = { memory: given[memoryLimit] ?? byDefault.memoryLimit };
  if (given[cpuLimit] !== undefined) limits.cpu = given[cpuLimit];
  const requests = {
    cpu: given[cpuRequest] ?? byDefault.cpuRequest,
    memory: given[memoryRequest] ?? byDefault.memoryRequest,
  };
  return {
    keySecret: secret,
    tenants: given[tenants] ?? null,
    port: portNumber,
    resources: { requests, limits },
  };
}
