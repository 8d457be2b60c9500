import { catalogue, type MetricDefinition } from '../../src/platform/metrics/catalogue.ts';
import { injectorCatalogue } from '../../src/platform/metrics/injector-catalogue.ts';
import { sidecarCatalogue } from '../../src/platform/metrics/sidecar-catalogue.ts';
import { row, table } from './markdown.ts';

/** docs/reference/metrics.md, from the catalogue of metrics. */
export function metricsReference(): string {
  const metrics: [string, MetricDefinition][] = Object.entries({
    ...catalogue,
    ...sidecarCatalogue,
    ...injectorCatalogue,
  });
  const rows = metrics
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, { type, labels, help }]) =>
      row([`\`${name}\``, type, (labels ?? []).map((label) => `\`${label}\``).join(', '), help]),
    );
  return `# Metrics

Prometheus text on \`/metrics\`, no key needed. The processes also export Node's own metrics (\`nodejs_*\`, \`process_*\`);
\`assay sidecar\` exports those named \`sidecar_*\`, \`process_resident_memory_bytes\` and \`process_cpu_seconds_total\` alone.

${table(['metric', 'type', 'labels', 'meaning'], rows)}
`;
}
