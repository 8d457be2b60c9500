import type { PodTemplate } from './kubernetes.ts';
import { annotations, containerName, injectLabel, journalVolume, socketVolume } from './labels.ts';

/** Why a pod is left as it is: the metric's label, and what its author is told. */
export const skipReasons = {
  unsupported_kind: 'it is neither a pod nor a workload whose pods are known',
  unsupported_owner: 'it is a static pod: the kubelet runs it as its file says, whatever is patched',
  opted_out: `it is labelled ${injectLabel}: "false"`,
  not_opted_in: `neither it nor its namespace is labelled ${injectLabel}: "true"`,
  already_injected: 'it has the sidecar already',
  host_network:
    'it uses the network of its node, where the port of the sidecar would be open to the whole node',
  windows: 'it runs on Windows; the sidecar needs Linux',
  name_taken: 'it has a volume of its own under a name that the sidecar needs',
  invalid_annotation: 'an annotation of it cannot be used',
} as const;
export type SkipReason = keyof typeof skipReasons;

/** @param isNamespaceIn whether the API server sent it because its namespace has opted in. */
export function whySkipped({ metadata, spec }: PodTemplate, isNamespaceIn: boolean): SkipReason | null {
  const { labels = {}, annotations: notes = {}, ownerReferences = [] } = metadata;
  const isThere = [...(spec.initContainers ?? []), ...spec.containers].some(
    ({ name }) => name === containerName,
  );
  if (isThere || notes[annotations.injected] !== undefined) return 'already_injected';
  const label = labels[injectLabel];
  if (label === 'false') return 'opted_out';
  if (label !== 'true' && !isNamespaceIn) return 'not_opted_in';
  const isStatic = ownerReferences.some(({ kind }) => kind === 'Node');
  if (isStatic || notes['kubernetes.io/config.mirror'] !== undefined) return 'unsupported_owner';
  if (spec.hostNetwork === true) return 'host_network';
  if ((spec.os as { name?: string } | undefined)?.name === 'windows') return 'windows';
  const ours: string[] = [socketVolume, journalVolume];
  if ((spec.volumes ?? []).some(({ name }) => ours.includes(name))) return 'name_taken';
  return null;
}
