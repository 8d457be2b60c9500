import type { DevFile } from './dev-file.ts';
import { SAMPLE_DATASET } from './load-sample-data.ts';

/** What `assay dev` prints once everything runs: where, with which keys, and one command to try. */
export function welcome(dev: DevFile, seconds: number, stateDirectory: string): string {
  return `
Assay is ready after ${seconds.toFixed(1)} s.

  API           ${dev.api_url}          reference: ${dev.api_url}/docs
  worker        ${dev.worker_url}/metrics
  sidecar       ${sidecarLine(dev)}
  database      ${dev.database_url}
  queues on     ${dev.redis_url ?? 'PostgreSQL (set REDIS_URL for Redis)'}
  logs          ${stateDirectory}/*.log

  shadow key    ${dev.shadow_api_key}
  credits key   ${dev.credits_api_key}
  admin key     ${dev.admin_api_key}
  all of this   ${stateDirectory}/dev.json

Try it: is this rule safe to turn on?

${tryIt(dev)}

Ctrl-C stops everything; data stays for the next start.
`;
}

function sidecarLine({ sidecar_url: url, sidecar_socket: socket }: DevFile): string {
  if (socket === null) return 'none: it needs Linux';
  return url === null ? socket : `${url}          socket: ${socket}`;
}

function tryIt(dev: DevFile): string {
  const body = {
    rule_id: 'injection',
    rule_name: 'Common injections',
    rule_type: 'signature',
    rule_config: {
      type: 'signature',
      patterns: ['union select', '<script', '../..', '--', { regex: "'\\s*or\\b", flags: 'i' }],
      decode: ['url', 'comments', 'whitespace'],
    },
    tenant_id: 'default',
    dataset: SAMPLE_DATASET,
  };
  // In single quotes for the shell, where a single quote inside is written '\\''.
  const quoted = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl -s ${dev.api_url}/shadow/evaluate \\
  -H 'Authorization: Bearer ${dev.shadow_api_key}' \\
  -H 'Content-Type: application/json' -H 'Prefer: wait=30' \\
  -d '${quoted}'`;
}
