/** What a pod's author says with labels and annotations. deploy/sidecar/README.md lists them. */
export const injectLabel = 'assay.dev/inject';

export const annotations = {
  /** Set by the injector, with the image it injected. */
  injected: 'assay.dev/injected',
  keySecret: 'assay.dev/api-key-secret',
  tenants: 'assay.dev/tenants',
  port: 'assay.dev/port',
  cpuRequest: 'assay.dev/cpu-request',
  cpuLimit: 'assay.dev/cpu-limit',
  memoryRequest: 'assay.dev/memory-request',
  memoryLimit: 'assay.dev/memory-limit',
} as const;

export const containerName = 'assay-sidecar';
export const socketVolume = 'assay-socket';
export const journalVolume = 'assay-journal';
export const socketDirectory = '/run/assay';
export const journalDirectory = '/var/lib/assay';
