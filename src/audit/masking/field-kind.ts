import { fieldWords } from '../../platform/sensitive-text/field-words.ts';

/** What a field's name says about its values. */
export type FieldKind =
  | 'text'
  | 'id'
  | 'card'
  | 'security-code'
  | 'expiry'
  | 'name'
  | 'secret'
  | 'ip'
  | 'agent';

/** By the words of a name, joined by `_`; the first that fits decides. */
const forms: readonly [FieldKind, RegExp][] = [
  ['security-code', /(^|_)(cvv2?|cvc2?|cvn|csc|cid|security_code|card_code)$/],
  ['expiry', /(^|_)(card_)?(exp|expiry|expiration|valid_thru|valid_until)(_date)?$/],
  [
    'name',
    /(^|_)((card_?)?holder(_name)?|name_on_card|(first|last|middle|full|family|given|maiden|billing|payer|customer)_name|sur_?name)$/,
  ],
  ['secret', /(^|_)(token|secret|password|passphrase|authorization|api_?key|private_key|pin)$/],
  ['ip', /(^|_)(ip(_?v?[46])?|ip_?addr(ess)?|(remote|peer)_addr(ess)?|forwarded_for|xff)$/],
  ['agent', /(^|_)user_?agent$/],
  ['card', /(^|_)(credit_?card|debit_?card|card|card_?(number|num|no)|cc_?(number|num|no)?|pan)$/],
  // Not `reference` alone: people write into it, and the contract names it among the texts that are masked.
  ['id', /(^|_)(id|ids|uuid|guid|no|num|number|nr|ref|key|order|invoice|sku|ean|gtin|imei|iccid|tracking)$/],
  ['id', /_reference$/],
];

/**
 * What kind of value a field holds, by its name in any spelling: `orderId`, `order-id`, `ORDER_ID`.
 *
 * @example fieldKindOf('cardNumber'); // 'card'
 */
export function fieldKindOf(name: string): FieldKind {
  const words = fieldWords(name);
  return forms.find(([, form]) => form.test(words))?.[0] ?? 'text';
}
