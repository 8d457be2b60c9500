import type { Sample } from '../../batch/sample.ts';

/** A sample as tests and vectors write it. */
export interface JsonSample {
  timestamp_ms?: number;
  source_ip?: string;
  method?: string;
  uri?: string;
  user_agent?: string;
  payload?: string;
  /** As pairs where a name is repeated. */
  headers?: Record<string, string> | [string, string][];
  is_attack?: boolean;
}

/** For tests: the sample that ingestion would have made of `json`. */
export function sampleFromJson(json: JsonSample): Sample {
  const given = json.headers ?? {};
  const headers = (Array.isArray(given) ? given : Object.entries(given)).map(
    ([name, value]) => [name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()), value] as const,
  );
  return {
    id: null,
    at: json.timestamp_ms ?? 0,
    sourceIp: json.source_ip ?? null,
    method: json.method ?? null,
    uri: json.uri ?? null,
    userAgent: json.user_agent ?? headers.find(([name]) => name === 'user-agent')?.[1] ?? null,
    payload: json.payload ?? null,
    headers,
    isAttack: json.is_attack ?? false,
    attackType: null,
    metadata: null,
  };
}
