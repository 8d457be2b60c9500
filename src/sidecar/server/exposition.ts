import type { MetricDefinition } from '../../platform/metrics/catalogue.ts';

/** A number; numbers by label set, written `name="value",…`; or a histogram, whose last bucket is +Inf's, not cumulated. */
export type Exposed = number | ReadonlyMap<string, number> | { buckets: ArrayLike<number>; sum: number };

export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** Metrics in Prometheus's text format 0.0.4. Help texts and labels are ours and need no escaping. */
export function exposition<Name extends string>(
  catalogue: Record<Name, MetricDefinition>,
  values: Record<Name, Exposed>,
): string {
  let text = '';
  for (const name of Object.keys(catalogue) as Name[]) {
    const { type, help, buckets } = catalogue[name];
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    const value = values[name];
    text += samples(name, buckets ?? [], value);
  }
  return text;
}

function samples(name: string, bounds: readonly number[], value: Exposed): string {
  if (typeof value === 'number') return `${name} ${value}\n`;
  if ('sum' in value) return histogram(name, bounds, value);
  return [...value].map(([labels, count]) => `${name}{${labels}} ${count}\n`).join('');
}

function histogram(
  name: string,
  bounds: readonly number[],
  { buckets, sum }: { buckets: ArrayLike<number>; sum: number },
): string {
  let text = '';
  let count = 0;
  for (let i = 0; i < buckets.length; i++) {
    count += buckets[i]!;
    text += `${name}_bucket{le="${bounds[i] ?? '+Inf'}"} ${count}\n`;
  }
  return `${text}${name}_sum ${sum}\n${name}_count ${count}\n`;
}
