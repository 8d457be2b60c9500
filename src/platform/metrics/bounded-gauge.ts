import type { GaugeName } from './catalogue.ts';
import type { Metrics } from './metrics.ts';

export interface BoundedGauge {
  set(labels: Record<string, string>, value: number): void;
}

/** Series that a scraper keeps per process and gauge; ids of tests and rules grow for ever, dashboards look at the newest. */
const seriesMaxDefault = 1_000;

/** A gauge whose labels are ids: past `seriesMax` of them the one set longest ago is dropped. */
export function boundedGauge(metrics: Metrics, name: GaugeName, seriesMax = seriesMaxDefault): BoundedGauge {
  const series = new Map<string, Record<string, string>>();
  return {
    set: (labels, value) => {
      const key = JSON.stringify(labels);
      // Deleting first moves it to the end: maps keep the order of insertion.
      series.delete(key);
      series.set(key, labels);
      metrics.gauge(name).set(labels, value);
      if (series.size <= seriesMax) return;
      const [oldest] = series;
      series.delete(oldest![0]);
      metrics.gauge(name).remove(oldest![1]);
    },
  };
}
