import { plainInteger, plainText, readPlainVariables, webAddressFault } from './plain-variable.ts';
import { type SidecarConfig, sharedVariables } from './sidecar.ts';

const section = 'Injector';

/** The environment of `assay injector`. */
export const injectorVariables = {
  INJECTOR_TLS_CERT: plainText(undefined, {
    section,
    accepts: 'path of a PEM file',
    description: 'Certificate chain of the webhook, for the name of its service. Read again when it changes.',
  }),
  INJECTOR_TLS_KEY: plainText(undefined, {
    section,
    accepts: 'path of a PEM file',
    description: 'Its private key.',
  }),
  INJECTOR_IMAGE: plainText(undefined, {
    section,
    accepts: 'image, by tag or digest',
    description: 'The image whose `assay sidecar` is put beside pods.',
  }),
  INJECTOR_API_URL: plainText(
    undefined,
    {
      section,
      accepts: 'a URL that starts with http:// or https://',
      description: 'The API, as pods reach it.',
    },
    webAddressFault,
  ),
  INJECTOR_KEY_SECRET: plainText('assay-sidecar', {
    section,
    accepts: 'name of a Secret',
    description: 'In the pod’s namespace, with the API key under `api-key`. A pod may name another.',
  }),
  INJECTOR_PORT: plainInteger(
    { min: 0, max: 65_535, default: 8_443 },
    { section, description: 'Port of the webhook, `/healthz` and `/metrics`, all over TLS.' },
  ),
};

export interface InjectorConfig {
  tlsCert: string;
  tlsKey: string;
  image: string;
  apiUrl: string;
  keySecret: string;
  port: number;
  logLevel: SidecarConfig['logLevel'];
  shutdownGraceMs: number;
}

/** @throws ConfigError that lists every fault. */
export function loadInjectorConfig(env: Record<string, string | undefined>): InjectorConfig {
  const values = readPlainVariables({ ...injectorVariables, ...sharedVariables }, env);
  return {
    tlsCert: values.INJECTOR_TLS_CERT,
    tlsKey: values.INJECTOR_TLS_KEY,
    image: values.INJECTOR_IMAGE,
    apiUrl: values.INJECTOR_API_URL,
    keySecret: values.INJECTOR_KEY_SECRET,
    port: values.INJECTOR_PORT,
    logLevel: values.LOG_LEVEL as SidecarConfig['logLevel'],
    shutdownGraceMs: values.SHUTDOWN_GRACE_MS,
  };
}
