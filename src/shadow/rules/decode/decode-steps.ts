import { base64 } from './base64.ts';
import { comments } from './comments.ts';
import type { Decoder } from './decoder.ts';
import { html } from './html.ts';
import { lowercase } from './lowercase.ts';
import { url } from './url.ts';
import { whitespace } from './whitespace.ts';

/** The steps a signature may list under `decode`, by the name they have there. */
export const decoders = { url, html, base64, lowercase, comments, whitespace } as const satisfies Record<
  string,
  Decoder
>;

export type DecodeStep = keyof typeof decoders;

export const decodeStepNames = Object.keys(decoders) as DecodeStep[];
