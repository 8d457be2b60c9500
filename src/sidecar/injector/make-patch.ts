import type { FoundTemplate } from './find-template.ts';
import type { Container, EnvVar } from './kubernetes.ts';
import { annotations, journalVolume, socketDirectory, socketVolume } from './labels.ts';
import { socketPath } from './sidecar-container.ts';

/** RFC 6902; injection only ever adds. */
export interface AddOperation {
  op: 'add';
  path: string;
  value: unknown;
}

/** Little, so that an application cannot fill the node's disk with what is only for a socket and a journal of 266 kB. */
const volumeSize = { sizeLimit: '16Mi' };

/** Puts the sidecar in front of the other init containers, and its socket into every container. */
export function makePatch(
  { pointer, template, lacksMetadata }: FoundTemplate,
  sidecar: Container,
  port: number,
) {
  const { metadata, spec } = template;
  const patch: AddOperation[] = [];
  const add = (path: string, value: unknown) => patch.push({ op: 'add', path: `${pointer}${path}`, value });

  if (lacksMetadata) add('/metadata', {});
  const note = { key: annotations.injected, value: sidecar.image ?? '' };
  if (metadata.annotations === undefined) add('/metadata/annotations', { [note.key]: note.value });
  else add(`/metadata/annotations/${escaped(note.key)}`, note.value);

  if (spec.volumes === undefined) add('/spec/volumes', []);
  for (const name of [socketVolume, journalVolume]) add('/spec/volumes/-', { name, emptyDir: volumeSize });

  const env = [
    { name: 'ASSAY_SIDECAR_URL', value: `http://127.0.0.1:${port}` },
    { name: 'ASSAY_SIDECAR_SOCKET', value: socketPath },
  ];
  for (const list of ['initContainers', 'containers'] as const)
    for (const [i, container] of (spec[list] ?? []).entries())
      tell(container, `/spec/${list}/${i}`, env, add);

  // Last, since it moves the other init containers by one.
  if (spec.initContainers === undefined) add('/spec/initContainers', [sidecar]);
  else add('/spec/initContainers/0', sidecar);
  return patch;
}

/** What a container has under these names already is its author's wish. */
function tell(
  container: Container,
  path: string,
  env: readonly EnvVar[],
  add: (path: string, value: unknown) => void,
): void {
  const missing = env.filter(({ name }) => !container.env?.some((known) => known.name === name));
  if (container.env === undefined) add(`${path}/env`, missing);
  else for (const one of missing) add(`${path}/env/-`, one);
  // Read-only keeps it from removing the socket; connecting to it is not writing.
  const mount = { name: socketVolume, mountPath: socketDirectory, readOnly: true };
  if (container.volumeMounts === undefined) add(`${path}/volumeMounts`, [mount]);
  else if (!container.volumeMounts.some(({ mountPath }) => mountPath === socketDirectory))
    add(`${path}/volumeMounts/-`, mount);
}

/** RFC 6901, section 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
