import { maxHeaderNameLength } from './limits.ts';

/** What a rule may look at. A header's name keeps the case it was written in: the rule's hash covers it. */
export type Field = (typeof namedFields)[number] | `headers.${string}`;

export const namedFields = ['payload', 'uri', 'user_agent', 'method', 'source_ip'] as const;

/** Every header value of a sample; a pattern matches when it matches one of them. */
export const everyHeader = 'headers.*';

const headerPrefix = 'headers.';
// Visible ASCII. Wider than the token of RFC 9110, because archives of HTTP/2 traffic hold `:authority`.
const headerName = new RegExp(`^[!-~]{1,${maxHeaderNameLength}}$`);

/** What the three kinds of rule call a field differs by what makes sense there. */
export const signatureFields = ['payload', 'uri', 'user_agent', 'method', 'headers.*', 'headers.<name>'];
export const addressFields = ['source_ip', ...signatureFields];
/** A key is one value, so not `headers.*`. */
export const keyFields = addressFields.filter((field) => field !== everyHeader);

/** Whether `text` is one of `allowed`, where `headers.<name>` stands for every header name. */
export function isField(text: string, allowed: readonly string[]): text is Field {
  if (allowed.includes(text) && text !== 'headers.<name>') return true;
  if (!text.startsWith(headerPrefix) || text === everyHeader) return false;
  return headerName.test(text.slice(headerPrefix.length));
}

/** The header's name in ASCII lower case, as batches hold it; `null` where the field is not one header. */
export function headerNameOf(field: Field): string | null {
  if (!field.startsWith(headerPrefix) || field === everyHeader) return null;
  return field.slice(headerPrefix.length).toLowerCase();
}
