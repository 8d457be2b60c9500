import type { Container, EnvVar } from './kubernetes.ts';
import { containerName, journalDirectory, journalVolume, socketDirectory, socketVolume } from './labels.ts';
import type { InjectionSettings } from './read-settings.ts';

export const socketPath = `${socketDirectory}/sidecar.sock`;

/**
 * The container, as a native sidecar: an init container that is restarted always. It is up before the pod's own containers
 * start and is told to stop when they have ended, and a Job completes although it runs.
 *
 * It has no preStop hook on purpose. The kubelet runs the hooks of all containers when termination begins, so one that
 * drains would refuse the last requests of the containers that are still finishing; SIGTERM comes to a native sidecar
 * after they have ended, and drains in well under a second.
 */
export function sidecarContainer(image: string, apiUrl: string, settings: InjectionSettings): Container {
  const { port, keySecret, tenants, resources } = settings;
  const statusPort = port + 1;
  const probe = (path: string) => ({ httpGet: { path, port: statusPort } });
  return {
    name: containerName,
    image,
    args: ['sidecar'],
    restartPolicy: 'Always',
    env: environment({ apiUrl, keySecret, tenants, port, statusPort }),
    ports: [{ name: 'assay-status', containerPort: statusPort }],
    // The pod's containers start when it listens, ledger or no ledger; traffic comes when it may grant.
    startupProbe: { ...probe('/healthz'), periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10, timeoutSeconds: 5 },
    readinessProbe: { ...probe('/readyz'), periodSeconds: 5, timeoutSeconds: 2 },
    resources,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: socketVolume, mountPath: socketDirectory },
      { name: journalVolume, mountPath: journalDirectory },
    ],
  };
}

interface Told {
  apiUrl: string;
  keySecret: string;
  tenants: string | null;
  port: number;
  statusPort: number;
}

function environment({ apiUrl, keySecret, tenants, port, statusPort }: Told): EnvVar[] {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return [
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('POD_NAME', 'metadata.name'),
    // Two namespaces may have pods of one name, and would fence each other.
    { name: 'ASSAY_INSTANCE', value: '$(POD_NAMESPACE).$(POD_NAME)' },
    { name: 'ASSAY_API_URL', value: apiUrl },
    { name: 'ASSAY_API_KEY', valueFrom: { secretKeyRef: { name: keySecret, key: 'api-key' } } },
    { name: 'ASSAY_SIDECAR_PORT', value: String(port) },
    { name: 'ASSAY_SIDECAR_STATUS_PORT', value: String(statusPort) },
    { name: 'ASSAY_SIDECAR_SOCKET', value: socketPath },
    { name: 'ASSAY_JOURNAL_DIR', value: journalDirectory },
    ...(tenants === null ? [] : [{ name: 'ASSAY_TENANTS', value: tenants }]),
  ];
}
