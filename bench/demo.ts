/** `npm run demo`: counts the words of the documentation and sources of every package that was just installed. */
import { createReadStream, globSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { runLocal } from '../functions/adapters/local/run-local.ts';
import { exitCodeOf } from '../functions/cli/exit-code.ts';
import { ProgressBar } from '../functions/cli/progress-bar.ts';
import { failureOf, summaryOf } from '../functions/cli/summary.ts';
import { bytes, count } from '../functions/cli/units.ts';

const CORPUS = 'node_modules';
const TEXTS = new Set(['.md', '.txt', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts', '.json', '.map', '.yml', '.html']);
/** Folders of tools, such as caches, which change while one looks. */
const HIDDEN = /(^|[\\/])\./;
/** So that the demo ends within a minute on two cores, whatever is installed. */
const CORPUS_BYTES_MAX = 500e6;
const WORDS_SHOWN = 15;

const root = join(import.meta.dirname, '..');
process.chdir(root); // the files are named as seen from here

const corpus = textsOf(CORPUS);
console.log(`Counting the words of ${count(corpus.files.length)} files, ${bytes(corpus.bytes)}, in ${CORPUS}.`);
console.log('The real splitter, workers, aggregator and watcher do it; the job is jobs/word-count.ts.\n');

const bar = new ProgressBar('word-count', process.stderr);
const { manifest, out } = await runLocal({
  jobFile: 'jobs/word-count.ts',
  inputs: corpus.files,
  onProgress: (progress) => bar.draw(progress),
});
bar.clear();
if (manifest.state === 'succeeded') {
  for (const { word, uses } of await mostUsed(join(out, 'part-*.csv'))) {
    console.log(`${count(uses).padStart(12)}  ${word}`);
  }
  console.log(`\n${summaryOf(manifest, out)}`);
} else {
  console.error(failureOf(manifest, out));
}
process.exit(exitCodeOf(manifest));

/** Text files in byte order of path, as many as fit; links are not followed. */
function textsOf(folder: string): { files: string[]; bytes: number } {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && TEXTS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !HIDDEN.test(path))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const files: string[] = [];
  let total = 0;
  for (const path of paths) {
    const { size } = statSync(path);
    if (total + size > CORPUS_BYTES_MAX) continue;
    total += size;
    files.push(path);
  }
  return { files, bytes: total };
}

interface Use {
  readonly word: string;
  readonly uses: number;
}

/** From the result, as anybody would read it: no word holds a line end, so each line is a row. */
async function mostUsed(pattern: string): Promise<Use[]> {
  let top: Use[] = [];
  for (const part of globSync(pattern).sort()) {
    for await (const line of createInterface({ input: createReadStream(part), crlfDelay: Number.POSITIVE_INFINITY })) {
      const comma = line.lastIndexOf(',');
      const uses = Number(line.slice(comma + 1));
      if (!(uses > (top.at(-1)?.uses ?? 0)) && top.length === WORDS_SHOWN) continue;
      if (Number.isNaN(uses)) continue; // the header
      const word = line.slice(0, comma).replace(/^"(.*)"$/s, (_, quoted: string) => quoted.replaceAll('""', '"'));
      top = [...top, { word, uses }].sort((a, b) => b.uses - a.uses).slice(0, WORDS_SHOWN);
    }
  }
  return top;
}
