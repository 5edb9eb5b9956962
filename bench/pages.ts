/** Figures into a page of docs/: the words around them stay. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lines between two comments that name the figures: `<!-- name -->` and `<!-- end of name -->`. */
export function figuresOf(page: string, name: string): string[] {
  const { text, from, to } = placeOf(page, name);
  return text.slice(from, to).split('\n');
}

/** Replaces what stands between these comments. */
export function writeFigures(page: string, name: string, figures: string): void {
  const { path, text, from, to } = placeOf(page, name);
  writeFileSync(path, `${text.slice(0, from)}\n${figures}\n\n${text.slice(to)}`);
}

function placeOf(page: string, name: string) {
  const path = join(import.meta.dirname, '..', 'docs', page);
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  if (from < begin.length || to < from) throw new Error(`${path} has no place for figures between ${begin} and ${end}`);
  return { path, text, from, to };
}
