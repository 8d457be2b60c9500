import type { Xoshiro128 } from '../../stats/xoshiro128.ts';
import { fillIn, pick } from './pick.ts';

interface Endpoint {
  method: string;
  path: string;
  /** `{}` stands for a word or a number. */
  payloads: readonly string[];
}

const words = (
  'blue red green shirt lamp table garden winter coffee bicycle running shoes phone case mirror wooden desk ' +
  'kettle notebook camera tripod travel mug socks scarf blanket pillow vase candle frame clock radio'
).split(' ');
const names = (
  "Anna Smith|José García|Sinéad O'Reilly|D'Angelo Russo|Miller & Sons|Zoë Müller|李小龙|Jean-Luc Picard|" +
  "Conan O'Brien|Ng'ang'a Mwangi|Robert Drop|Grace Hopper|Åsa Öberg|Selma Union"
).split('|');

const endpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/search',
    payloads: ['{}', '{} {}', 'cheap {} {} under 50', '{} -{}', '"{} {}"', '{}%'],
  },
  {
    method: 'GET',
    path: '/products',
    payloads: ['{}', 'sort=price&order=asc&q={}', 'color={};size=xl', '{}|{}'],
  },
  { method: 'POST', path: '/login', payloads: ['user={}&remember=1', 'user={}@mail.example&token={}{}'] },
  {
    method: 'POST',
    path: '/comments',
    payloads: [
      'I love the {} <3',
      'this {} is <b>great</b>, my {} too',
      "don't buy the {}; it's too small",
      'the {} broke -- twice! -- and support said "{}"',
      'price < 50 and size > 40 would be a good {}',
      '<p>Five stars for the {}.</p>',
      'Tom & Jerry {} 100% recommended',
    ],
  },
  {
    method: 'POST',
    path: '/forum',
    payloads: [
      'how do I select a union of two sets of {}?',
      "is '1'='1' always true in logic class? {}",
      'since 1=1 and 2=2, the {} follows',
      'my query: SELECT name FROM {} WHERE id = 4 is slow, help',
      'why does ls -la; pwd print the {} twice?',
      'see ../images/{}.png in the docs folder',
      'use <script> tags only for {}, says the teacher',
      'drop table saws: which {} is best?',
      'a; b; c — three ways to write a {}',
    ],
  },
  {
    method: 'GET',
    path: '/docs',
    payloads: ['../guide/{}.html', '{}/../{}/index.md', '/api/v2/{}', 'C:\\Users\\{}\\notes.txt', './{}.css'],
  },
  {
    method: 'GET',
    path: '/api/items',
    payloads: ['{"name":"{}","qty":3}', '{"filter":{"eq":["{}","{}"]}}', 'id={}'],
  },
  {
    method: 'PUT',
    path: '/profile',
    payloads: ['<name>', 'name=<name>&city={}', 'bio=I am <name>, I sell {}'],
  },
  {
    method: 'GET',
    path: '/calendar',
    payloads: ['2026-01-{}', 'from=2026-03-01T00:00:00Z&to={}', '13/{}/2025'],
  },
  {
    method: 'POST',
    path: '/upload',
    payloads: ['aGVsbG8gd29ybGQsIHRoaXMgaXMge30=', 'data:image/png;base64,iVBORw0KGgo{}', 'name={}.tar.gz'],
  },
];

export interface BenignRequest {
  method: string;
  path: string;
  payload: string;
}

/** Ordinary requests, some of which look like an attack to a careless rule. */
export function drawBenign(rng: Xoshiro128): BenignRequest {
  const { method, path, payloads } = pick(endpoints, rng);
  const template = pick(payloads, rng).replace('<name>', () => pick(names, rng));
  const word = () => (rng.below(6) === 0 ? String(rng.below(100_000)) : pick(words, rng));
  return { method, path, payload: fillIn(template, word) };
}
