import { type Corpus, compressed, emptyFiles, file } from '../corpus.ts';
import { Random } from '../random.ts';
import { NASTY_WORDS } from './nasty.ts';

/** As Apache writes them: quotes and backslashes behind a backslash, other bytes as they are. */
const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

// biome-ignore format: a table
const PATHS = [
  '/', '/index.html', '/a?q="x"&y=1', '/a b', '/a,b', '*', '/a\\', '/a/', '/A', 'http://x/', ...NASTY_WORDS.map((word) => `/${word}`),
];
/** What is no method with a path, and what is one without a protocol, or with something else behind. */
// biome-ignore format: a table
const ODD_REQUESTS = [
  '-', '', ' ', 'GET', 'GET /short', 'GET  HTTP/1.1', 'GET HTTP/1.1', ' /a HTTP/1.0', '\x16\x03\x01\x02', 'GET /a HTTP/1.0 ', 'GET /a FTP/1',
];
const USERS = ['-', 'alice', 'two words', 'a [b', '[01/Jan/2024', 'x ', '""'];
const AGENTS = ['-', '', 'curl/8.9.1', 'Mozilla/5.0 (X11; Linux x86_64)', 'say "hi"', 'ends in \\', '" 200 5 "-" "'];
const TIMES = ['10/Oct/2000:13:55:36 -0700', '31/Dec/1999:23:59:60 +0000', '01/Jan/2024:00:00:00 +1345'];

/** Inputs of access-log. */
export function logCorpora(seed: number): Corpus[] {
  const random = new Random(seed);
  const some = (lines: number) => logFile(random, lines);
  const long = line(random, `GET /${'long "path" '.repeat(20_000)} HTTP/1.1`);
  return [
    { name: 'nothing', small: true, files: [file('empty.log', '')] },
    {
      name: 'nasty lines',
      small: true,
      seeded: true,
      files: [file('1.log', some(4)), file('2.log', ''), file('3.log', some(4))],
    },
    {
      name: 'records longer than a chunk',
      small: false,
      files: [
        file('long.log', [line(random), long, `${line(random)}\r`, long].join('\n')),
        file('short.log', some(60)),
      ],
    },
    {
      name: 'more paths than the top',
      small: false,
      files: [file('1.log', some(4_000)), file('2.log', some(4_000)), ...emptyFiles(300)],
    },
    compressed(() => some(400)),
  ];
}

function logFile(random: Random, count: number): string {
  const lines = random.several(count, count, () => line(random) + random.pick(['\n', '\n', '\r\n']));
  const text = lines.join('');
  return random.oneIn(2) ? text : text.trimEnd();
}

function line(random: Random, request = requestOf(random)): string {
  const time = random.oneIn(2)
    ? random.pick(TIMES)
    : `1${random.below(9)}/Feb/2024:0${random.below(10)}:00:0${random.below(10)} +0100`;
  const bytes = random.oneIn(4) ? '-' : random.oneIn(8) ? '999999999999999' : String(random.below(100_000));
  const host = random.pick(['10.0.0.1', '::1', 'example.org', '[::1]']);
  const status = random.pick(['200', '200', '304', '404', '500', '100', '999']);
  const quoted = [random.pick(AGENTS), random.pick(AGENTS)].map((text) => `"${escaped(text)}"`).join(' ');
  return `${host} - ${escaped(random.pick(USERS))} [${time}] "${escaped(request)}" ${status} ${bytes} ${quoted}`;
}

function requestOf(random: Random): string {
  if (random.oneIn(5)) return random.pick(ODD_REQUESTS);
  const path = random.oneIn(2) ? random.pick(PATHS) : `/p/${random.below(400)}`;
  return `${random.pick(['GET', 'POST', 'M-SEARCH'])} ${path} ${random.pick(['HTTP/1.1', 'HTTP/2.0'])}`;
}
