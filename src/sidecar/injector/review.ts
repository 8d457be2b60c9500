import { findTemplate } from './find-template.ts';
import type { AdmissionRequest, AdmissionResponse } from './kubernetes.ts';
import { makePatch } from './make-patch.ts';
import { readSettings } from './read-settings.ts';
import { sidecarContainer } from './sidecar-container.ts';
import { type SkipReason, skipReasons, whySkipped } from './why-skipped.ts';

export interface InjectorSettings {
  image: string;
  apiUrl: string;
  /** Of pods that name none. */
  keySecret: string;
}

export interface Reviewed {
  response: AdmissionResponse;
  skipped: SkipReason | null;
}

/**
 * What becomes of an object that is about to be created: a patch that puts the sidecar beside it, or why there is none.
 * Nothing is ever refused here: a pod without sidecar finds no socket and its spends fail.
 */
export function review(
  request: AdmissionRequest,
  settings: InjectorSettings,
  isNamespaceIn: boolean,
): Reviewed {
  const { uid, kind, object } = request;
  const found = findTemplate(kind.kind, object);
  if (found === undefined) return skip(uid, 'unsupported_kind');
  const reason = whySkipped(found.template, isNamespaceIn);
  if (reason !== null) return skip(uid, reason);
  const chosen = readSettings(found.template.metadata, settings.keySecret);
  if (typeof chosen === 'string') return skip(uid, 'invalid_annotation', chosen);
  const sidecar = sidecarContainer(settings.image, settings.apiUrl, chosen);
  const patch = Buffer.from(JSON.stringify(makePatch(found, sidecar, chosen.port))).toString('base64');
  return { response: { uid, allowed: true, patchType: 'JSONPatch', patch }, skipped: null };
}

function skip(uid: string, reason: SkipReason, detail: string = skipReasons[reason]): Reviewed {
  return {
    // Longer warnings than 256 characters are cut by the API server.
    response: { uid, allowed: true, warnings: [`assay: no sidecar was injected (${reason}): ${detail}`] },
    skipped: reason,
  };
}
