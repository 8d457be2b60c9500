import { BatchView } from '../batch-view.ts';
import { BatchWriter } from '../batch-writer.ts';
import type { Sample } from '../sample.ts';

/** A benign request without any field, to be overridden. */
export function sample(overrides: Partial<Sample> = {}): Sample {
  return {
    id: null,
    at: 0,
    sourceIp: null,
    method: null,
    uri: null,
    userAgent: null,
    payload: null,
    headers: [],
    isAttack: false,
    attackType: null,
    metadata: null,
    ...overrides,
  };
}

export function packed(samples: readonly Sample[]): BatchView {
  const writer = new BatchWriter();
  for (const one of samples) writer.append(one);
  return new BatchView(writer.finish());
}
