import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CounterName,
  catalogue,
  type GaugeName,
  type HistogramName,
  type MetricDefinition,
} from './catalogue.ts';

/** The only door to prom-client. One registry per process, made by its main file and passed in. */
export interface Metrics {
  counter(name: CounterName): Counter;
  gauge(name: GaugeName): Gauge;
  histogram(name: HistogramName): Histogram;
  /** Runs before each scrape, for gauges that are read rather than kept. */
  beforeScrape(collect: () => void): void;
  readonly contentType: string;
  /** The Prometheus text exposition. */
  text(): Promise<string>;
}

/**
 * @param options.processMetrics include Node's own (event-loop lag, heap, CPU); off in tests, because collecting them
 *   starts a histogram of the event loop that nothing stops.
 */
export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const made = new Map<string, Counter | Gauge | Histogram>();
  for (const [name, definition] of Object.entries(catalogue))
    made.set(name, create(name, definition, registry));
  const collectors: (() => void)[] = [];
  return {
    counter: (name) => made.get(name) as Counter,
    gauge: (name) => made.get(name) as Gauge,
    histogram: (name) => made.get(name) as Histogram,
    beforeScrape: (collect) => {
      collectors.push(collect);
    },
    contentType: registry.contentType,
    text: () => {
      for (const collect of collectors) collect();
      return registry.metrics();
    },
  };
}

function create(name: string, definition: MetricDefinition, registry: Registry): Counter | Gauge | Histogram {
  const common = {
    name,
    help: definition.help,
    labelNames: [...(definition.labels ?? [])],
    registers: [registry],
  };
  if (definition.type === 'counter') return new Counter(common);
  if (definition.type === 'gauge') {
    const gauge = new Gauge(common);
    if (definition.absentUntilSet) gauge.remove();
    return gauge;
  }
  return new Histogram({ ...common, buckets: [...(definition.buckets ?? [])] });
}
