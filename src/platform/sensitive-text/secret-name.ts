import { fieldWords } from './field-words.ts';

const form =
  /(?:^|_)(?:token|secret|password|passwd|passphrase|authorization|cookie|key|apikey|pin|cvv2?|cvc2?|connection_string)$/;

/** Whether what a field of this name holds must not be shown: `payment_token`, `Authorization`, `x-api-key`, `cvv`. */
export function isSecretName(name: string): boolean {
  return form.test(fieldWords(name));
}
