import { applyPatch, type Operation } from 'rfc6902';
import { describe, expect, test } from 'vitest';
import type { Container, PodSpec, PodTemplate } from './kubernetes.ts';
import { review } from './review.ts';

const settings = {
  image: 'registry.example/assay:1',
  apiUrl: 'http://api.assay:5004',
  keySecret: 'assay-sidecar',
};
const optedIn = { 'assay.dev/inject': 'true' };

function pod(metadata: object = { labels: optedIn }, spec: object = {}): PodTemplate {
  return structuredClone({
    metadata: { name: 'web-1', ...metadata },
    spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
  }) as PodTemplate;
}

function admit(kind: string, object: unknown, isNamespaceIn = false) {
  const { response, skipped } = review({ uid: 'u-1', kind: { kind }, object }, settings, isNamespaceIn);
  const patch =
    response.patch === undefined ? [] : JSON.parse(Buffer.from(response.patch, 'base64').toString());
  return { response, skipped, patched: patchedBy(patch, object) };
}

function patchedBy(patch: Operation[], object: unknown): never {
  const result = structuredClone(object);
  for (const fault of applyPatch(result, patch)) if (fault !== null) throw fault;
  return result as never;
}

/** What the API server would refuse. */
function expectValid({ containers, initContainers = [], volumes = [] }: PodSpec): void {
  const names = [...containers, ...initContainers].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const volumeNames = volumes.map(({ name }) => name);
  expect(new Set(volumeNames).size).toBe(volumeNames.length);
  for (const { env = [], volumeMounts = [] } of [...containers, ...initContainers]) {
    expect(new Set(env.map(({ name }) => name)).size).toBe(env.length);
    expect(new Set(volumeMounts.map(({ mountPath }) => mountPath)).size).toBe(volumeMounts.length);
    for (const { name } of volumeMounts) expect(volumeNames).toContain(name);
  }
}

const workloads: [
  kind: string,
  wrap: (template: PodTemplate) => object,
  unwrap: (object: never) => PodTemplate,
][] = [
  ['Pod', (template) => template, (object) => object],
  [
    'Deployment',
    (template) => ({ spec: { replicas: 2, template } }),
    (o: { spec: { template: PodTemplate } }) => o.spec.template,
  ],
  [
    'Job',
    (template) => ({ spec: { template } }),
    (o: { spec: { template: PodTemplate } }) => o.spec.template,
  ],
  [
    'CronJob',
    (template) => ({ spec: { schedule: '@daily', jobTemplate: { spec: { template } } } }),
    (o: { spec: { jobTemplate: { spec: { template: PodTemplate } } } }) => o.spec.jobTemplate.spec.template,
  ],
];

describe.each(workloads)('%s', (kind, wrap, unwrap) => {
  test('gets a native sidecar with its socket in every container', () => {
    const object = wrap(pod(undefined, { initContainers: [{ name: 'init', image: 'init:1' }] }));
    const { response, patched } = admit(kind, object);
    expect(response).toMatchObject({ uid: 'u-1', allowed: true, patchType: 'JSONPatch' });
    const { spec, metadata } = unwrap(patched);
    expectValid(spec);
    expect(spec.initContainers!.map(({ name }) => name)).toEqual(['assay-sidecar', 'init']);
    const sidecar = spec.initContainers![0]!;
    expect(sidecar).toMatchObject({
      image: settings.image,
      restartPolicy: 'Always',
      startupProbe: { httpGet: { path: '/healthz', port: 5007 } },
      readinessProbe: { httpGet: { path: '/readyz', port: 5007 } },
      securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true },
    });
    for (const container of [spec.containers[0]!, spec.initContainers![1]!]) {
      expect(container.volumeMounts).toContainEqual({
        name: 'assay-socket',
        mountPath: '/run/assay',
        readOnly: true,
      });
      expect(container.env).toContainEqual({
        name: 'ASSAY_SIDECAR_SOCKET',
        value: '/run/assay/sidecar.sock',
      });
    }
    expect(spec.containers[0]!.volumeMounts).not.toContainEqual(
      expect.objectContaining({ name: 'assay-journal' }),
    );
    expect(metadata.annotations).toEqual({ 'assay.dev/injected': settings.image });
  });

  test('is left as it is when it comes again', () => {
    const { patched } = admit(kind, wrap(pod()));
    const again = admit(kind, patched);
    expect(again.response.patch).toBeUndefined();
    expect(again.patched).toEqual(patched);
    expect(again.skipped).toBe('already_injected');
  });
});

test('what a container has already stays', () => {
  const mine: Container = {
    name: 'web',
    env: [{ name: 'ASSAY_SIDECAR_URL', value: 'http://mine' }],
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  const volumes = [{ name: 'data', emptyDir: {} }];
  const metadata = { labels: optedIn, annotations: { 'a/b~c': 'kept' } };
  const { spec, metadata: after } = admit('Pod', pod(metadata, { containers: [mine], volumes }))
    .patched as PodTemplate;
  expectValid(spec);
  expect(spec.containers[0]!.env).toContainEqual({ name: 'ASSAY_SIDECAR_URL', value: 'http://mine' });
  expect(spec.volumes!.map(({ name }) => name)).toEqual(['data', 'assay-socket', 'assay-journal']);
  expect(after.annotations).toMatchObject({ 'a/b~c': 'kept' });
});

test('annotations choose resources, secret, tenants and port', () => {
  const annotations = {
    'assay.dev/cpu-request': '200m',
    'assay.dev/memory-limit': '256Mi',
    'assay.dev/api-key-secret': 'team-a',
    'assay.dev/tenants': 'acme,globex',
    'assay.dev/port': '7000',
  };
  const { spec } = admit('Pod', pod({ labels: optedIn, annotations })).patched as PodTemplate;
  const { env, resources } = spec.initContainers![0]!;
  expect(resources).toEqual({ requests: { cpu: '200m', memory: '96Mi' }, limits: { memory: '256Mi' } });
  expect(env).toContainEqual({ name: 'ASSAY_TENANTS', value: 'acme,globex' });
  expect(env).toContainEqual({ name: 'ASSAY_SIDECAR_PORT', value: '7000' });
  expect(JSON.stringify(env)).toContain('"secretKeyRef":{"name":"team-a"');
});

test.each([
  [{ 'memory-request': '256Mi' }, { memory: '256Mi' }, { memory: '256Mi' }],
  [{ 'memory-limit': '64M' }, { memory: '64M' }, { memory: '64M' }],
  [{ 'cpu-limit': '0.02' }, { cpu: '0.02' }, { cpu: '0.02' }],
  [{ 'cpu-request': '1', 'cpu-limit': '1500m' }, { cpu: '1' }, { cpu: '1500m' }],
])('a default gives way to %j, or the pod would request more than its limit', (chosen, requests, limits) => {
  const annotations = Object.fromEntries(
    Object.entries(chosen).map(([n, value]) => [`assay.dev/${n}`, value]),
  );
  const { spec } = admit('Pod', pod({ labels: optedIn, annotations })).patched as PodTemplate;
  expect(spec.initContainers![0]!.resources).toMatchObject({ requests, limits });
});

test('a request above its limit is not injected', () => {
  const annotations = { 'assay.dev/memory-request': '1Gi', 'assay.dev/memory-limit': '1000Mi' };
  const { skipped, response } = admit('Pod', pod({ labels: optedIn, annotations }));
  expect(skipped).toBe('invalid_annotation');
  expect(response.warnings![0]).toContain('assay.dev/memory-request is more than assay.dev/memory-limit');
});

test.each([
  ['opted_out', 'Pod', pod({ labels: { 'assay.dev/inject': 'false' } })],
  ['host_network', 'Pod', pod(undefined, { hostNetwork: true })],
  ['already_injected', 'Pod', pod(undefined, { initContainers: [{ name: 'assay-sidecar' }] })],
  ['unsupported_owner', 'Pod', pod({ labels: optedIn, ownerReferences: [{ kind: 'Node', name: 'n' }] })],
  ['windows', 'Pod', pod(undefined, { os: { name: 'windows' } })],
  ['name_taken', 'Pod', pod(undefined, { volumes: [{ name: 'assay-socket', emptyDir: {} }] })],
  ['invalid_annotation', 'Pod', pod({ labels: optedIn, annotations: { 'assay.dev/cpu-limit': 'much' } })],
  ['unsupported_kind', 'Service', { spec: {} }],
  ['unsupported_kind', 'Deployment', { spec: {} }],
] as const)('%s is skipped, and says so', (reason, kind, object) => {
  const { response, skipped, patched } = admit(kind, object, true);
  expect(skipped).toBe(reason);
  expect(patched).toEqual(object);
  expect(response).toMatchObject({ allowed: true, warnings: [expect.stringContaining(reason)] });
  expect(response.warnings![0]!.length).toBeLessThanOrEqual(256);
});

test('a pod without the label is injected where its namespace has it', () => {
  expect(admit('Pod', pod({})).skipped).toBe('not_opted_in');
  expect(admit('Pod', pod({}), true).skipped).toBeNull();
});
