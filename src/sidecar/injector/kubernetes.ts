/** The parts of Kubernetes' objects that injection reads and writes; everything else is left as it is. */

export interface Metadata {
  name?: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string }[];
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: unknown;
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}

export interface Container {
  name: string;
  image?: string;
  env?: EnvVar[];
  volumeMounts?: VolumeMount[];
  [field: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; emptyDir?: unknown }[];
  hostNetwork?: boolean;
  [field: string]: unknown;
}

/** A pod, or the template of a workload's pods. */
export interface PodTemplate {
  metadata: Metadata;
  spec: PodSpec;
}

export interface AdmissionRequest {
  uid: string;
  kind: { kind: string };
  namespace?: string;
  object: unknown;
}

export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  patchType?: 'JSONPatch';
  /** Base64 of the operations. */
  patch?: string;
  warnings?: string[];
}
