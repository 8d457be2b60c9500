import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { injectorVariables, loadInjectorConfig } from '../../src/platform/config/injector.ts';
import { loadSidecarConfig, sidecarVariables } from '../../src/platform/config/sidecar.ts';
import type { Container, EnvVar, PodTemplate } from '../../src/sidecar/injector/kubernetes.ts';
import { annotations, injectLabel } from '../../src/sidecar/injector/labels.ts';
import { readSettings } from '../../src/sidecar/injector/read-settings.ts';
import { injectPaths } from '../../src/sidecar/injector/request-listener.ts';
import { review } from '../../src/sidecar/injector/review.ts';
import { sidecarContainer } from '../../src/sidecar/injector/sidecar-container.ts';

// What deploy/sidecar says must be what the code reads: names, ports, paths and variables are written down in both.

const file = (name: string) => readFileSync(new URL(`../../deploy/sidecar/${name}`, import.meta.url), 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: manifests have no types; expectations compare what they say.
type Manifest = any;

function manifests(name: string): Manifest[] {
  return parseAllDocuments(file(name)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

const webhook = manifests('webhook.yaml');
const ofKind = (kind: string): Manifest => {
  const found = webhook.filter((manifest) => manifest.kind === kind);
  expect(found, kind).toHaveLength(1);
  return found[0];
};
const deployment = ofKind('Deployment');
const service = ofKind('Service');
const { webhooks } = ofKind('MutatingWebhookConfiguration');
const pod = deployment.spec.template;
const [injector] = pod.spec.containers;
const dockerfile = file('Dockerfile');

describe('the injector', () => {
  const env = Object.fromEntries(injector.env.map(({ name, value }: EnvVar) => [name, value]));
  const config = loadInjectorConfig(env);

  test('is started with variables that it reads, and injects the image that it is of', () => {
    for (const name of Object.keys(env)) expect(Object.keys(injectorVariables)).toContain(name);
    expect(injector.args).toEqual(['injector']);
    expect(config.image).toBe(injector.image);
  });

  test('listens where the service and the probes ask it', () => {
    expect(injector.ports).toEqual([{ name: 'webhook', containerPort: config.port }]);
    expect(service.spec.selector).toEqual(pod.metadata.labels);
    expect(deployment.spec.selector.matchLabels).toEqual(pod.metadata.labels);
    expect(ofKind('PodDisruptionBudget').spec.selector.matchLabels).toEqual(pod.metadata.labels);
    expect(service.spec.ports).toEqual([{ port: 443, targetPort: 'webhook' }]);
    expect(injector.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'webhook', scheme: 'HTTPS' });
    expect(injector.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'webhook', scheme: 'HTTPS' });
  });

  test('finds its certificate, which is for the name of its service', () => {
    const [, certificate] = manifests('certificate.yaml');
    const { name, namespace } = service.metadata;
    expect(certificate.spec.dnsNames).toEqual([`${name}.${namespace}.svc`]);
    const [{ secret }] = pod.spec.volumes;
    expect(secret.secretName).toBe(certificate.spec.secretName);
    const [{ mountPath }] = injector.volumeMounts;
    expect([config.tlsCert, config.tlsKey]).toEqual([`${mountPath}/tls.crt`, `${mountPath}/tls.key`]);
    const { annotations: notes } = ofKind('MutatingWebhookConfiguration').metadata;
    const { name: made, namespace: within } = certificate.metadata;
    expect(notes['cert-manager.io/inject-ca-from']).toBe(`${within}/${made}`);
  });

  test('is asked at paths that it has, and what happens without it is said', () => {
    const asked = webhooks.map(({ clientConfig }: Manifest) => clientConfig.service);
    expect(asked.map(({ path }: Manifest) => path)).toEqual([...injectPaths.keys()]);
    for (const { name, namespace } of asked) expect({ name, namespace }).toMatchObject(nameOf(service));
    for (const one of webhooks) {
      expect(one).toMatchObject({
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      });
      expect(JSON.stringify([one.objectSelector, one.namespaceSelector])).toContain(injectLabel);
    }
  });
});

describe('the sidecar', () => {
  const settings = readSettings({}, 'assay-sidecar');
  if (typeof settings === 'string') throw new Error(settings);
  const container = sidecarContainer('image', 'http://api:5004', { ...settings, tenants: 'acme' });

  test('is started with variables that it reads', () => {
    const env = valuesOf(container);
    const own = Object.keys(env).filter((name) => !name.startsWith('POD_'));
    for (const name of own) expect(Object.keys(sidecarVariables)).toContain(name);
    const config = loadSidecarConfig(env);
    expect(config).toMatchObject({ instance: 'shop.web-1', port: 5_006, statusPort: 5_007 });
    const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    expect(mounts).toContain(config.journalDirectory);
    expect(mounts.some((path) => config.socket?.startsWith(`${path}/`))).toBe(true);
  });

  test('is put beside the example, which finds it', () => {
    const [example] = manifests('example-pod.yaml') as [PodTemplate];
    const to = { image: 'image', apiUrl: 'http://api:5004', keySecret: 'assay-sidecar' };
    expect(review({ uid: '1', kind: { kind: 'Pod' }, object: example }, to, false).skipped).toBeNull();
    for (const name of Object.keys(example.metadata.annotations ?? {}))
      expect(Object.values(annotations)).toContain(name);
    expect(file('example-pod.yaml')).toContain('$ASSAY_SIDECAR_URL/consume');
  });

  test('is documented with every annotation', () => {
    const readme = file('README.md');
    for (const name of Object.values(annotations).filter((name) => name !== annotations.injected))
      expect(readme).toContain(`\`${name}\``);
  });
});

describe('the image', () => {
  test('is built in stages upon one without a shell, and runs as nobody', () => {
    expect(dockerfile.match(/^FROM .*$/gm)).toEqual([
      expect.stringMatching(/ AS build$/),
      expect.stringMatching(/^FROM gcr\.io\/distroless\/nodejs24-.*:nonroot$/),
    ]);
    const { runAsUser, runAsGroup } = pod.spec.securityContext;
    expect(dockerfile).toContain(`USER ${runAsUser}:${runAsGroup}`);
  });

  test.each([
    ['the injector', { ...pod.spec.securityContext, ...injector.securityContext }],
    ['a sidecar', sidecarContainer('i', 'http://a', readSettings({}, 's') as never).securityContext],
  ])('%s can write nothing but its volumes, and gains no rights', (_, context) => {
    expect(context).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 65_532,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
  });
});

test('Envoy asks at the path of proxies, on the socket, and overwrites both headers', () => {
  const text = file('envoy.yaml');
  const { static_resources: all } = parse(text) as Manifest;
  const [{ typed_config: manager }] = all.listeners[0].filter_chains[0].filters;
  const authz = manager.http_filters.find(({ name }: Manifest) => name.endsWith('ext_authz')).typed_config;
  expect(authz).toMatchObject({ failure_mode_allow: false, http_service: { path_prefix: '/authz' } });
  const removed = manager.early_header_mutation_extensions[0].typed_config.mutations;
  expect(removed).toEqual([{ remove: 'x-tenant-id' }, { remove: 'x-credit-cost' }]);
  const { headers_to_add: added } = authz.http_service.authorization_request;
  expect(added.map(({ key }: Manifest) => key)).toEqual(['x-credit-cost']);
  expect(text).toContain('/run/assay/sidecar.sock');
});

function nameOf({ metadata: { name, namespace } }: Manifest) {
  return { name, namespace };
}

/** As the kubelet would fill them in. */
function valuesOf({ env = [] }: Container): Record<string, string> {
  const fields: Record<string, string> = { POD_NAMESPACE: 'shop', POD_NAME: 'web-1' };
  const known = (name: string) => fields[name] ?? 'key-of-the-secret';
  return Object.fromEntries(
    env.map(({ name, value }) => [name, value?.replace(/\$\((\w+)\)/g, (_, of) => known(of)) ?? known(name)]),
  );
}
