import type { PodTemplate } from './kubernetes.ts';

/** Where each kind keeps the template of its pods; a pod is its own. */
const paths: Record<string, readonly string[]> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

export interface FoundTemplate {
  /** JSON pointer of the template; empty for a pod. */
  pointer: string;
  template: PodTemplate;
  /** There is no `metadata` yet, into which labels and annotations go. */
  lacksMetadata: boolean;
}

/** @returns undefined for a kind that makes no pods, or an object that is not of its kind. */
export function findTemplate(kind: string, object: unknown): FoundTemplate | undefined {
  const path = Object.hasOwn(paths, kind) ? paths[kind]! : undefined;
  if (path === undefined) return undefined;
  let value: unknown = object;
  for (const part of path) value = isObject(value) ? value[part] : undefined;
  if (!isObject(value)) return undefined;
  const { metadata = {}, spec } = value;
  if (!isObject(spec) || !isObject(metadata) || !Array.isArray(spec.containers)) return undefined;
  return {
    pointer: path.map((part) => `/${part}`).join(''),
    template: { metadata, spec } as unknown as PodTemplate,
    lacksMetadata: value.metadata === undefined,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
