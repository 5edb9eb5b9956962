/** From arguments to the inputs of a run: files in order, directories and globs as the files they stand for. */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { sortTexts } from '../../core/compare-keys.ts';
import { filesUnder } from './files-under.ts';
import { look } from './look.ts';
import { NamedFiles } from './named-files.ts';

export interface ExpandedInputs {
  /** As the user gave them, or with that in front; in input order. */
  readonly paths: readonly string[];
  readonly bytes: number;
  /** When the youngest of them was written. */
  readonly newestMs: number;
  /** Arguments that stand for nothing, or for what another one stands for already, each told with what to do. */
  readonly problems: readonly string[];
}

/**
 * Files in the order of the arguments; a directory is the files in it, at any depth, in byte order of their relative paths:
 * links are followed, and names that begin with a dot and results of fanfold left out, unless they are named. A glob is the
 * files it matches, in byte order. Wrong are an argument that stands for no file, a link that leads nowhere, and a file that
 * is named twice, also by a link.
 *
 * @throws FANFOLD_INPUT_UNREADABLE for a directory that may not be listed
 */
export function expandInputs(given: readonly string[], base: string): ExpandedInputs {
  const paths: string[] = [];
  const problems: string[] = [];
  const named = new NamedFiles(base);
  let bytes = 0;
  let newestMs = 0;
  for (const argument of given) {
    const found = expand(argument, base);
    if (found.problem !== undefined) problems.push(found.problem);
    for (const path of found.paths ?? []) {
      const stats = look(resolve(base, path), path);
      paths.push(path);
      if (stats === undefined) continue; // gone in between: the splitter tells
      bytes += stats.size;
      newestMs = Math.max(newestMs, stats.mtimeMs);
      named.add({ path, argument }, stats.ino);
    }
  }
  if (named.problem !== undefined) problems.push(named.problem);
  return { paths, bytes, newestMs, problems };
}

interface Expanded {
  readonly paths?: readonly string[];
  readonly problem?: string | undefined;
}

/** The paths that an argument stands for, and what is wrong with it. */
function expand(argument: string, base: string): Expanded {
  if (argument === '') return { problem: 'an empty path: name a file, a directory or a glob' };
  const stats = look(resolve(base, argument), argument);
  if (stats?.isFile()) return { paths: [argument] };
  if (stats?.isDirectory()) return expandDirectory(argument, base);
  if (stats !== undefined) {
    return { problem: `${argument} is neither a file nor a directory: copy its content to a file first` };
  }
  if (argument === '-') return { problem: STANDARD_INPUT };
  if (!/[*?[{]|[!+@]\(/.test(argument)) return { problem: `${argument} does not exist: check the path` };
  return expandGlob(argument, base);
}

const STANDARD_INPUT =
  '- is standard input, which cannot be read a second time as chunks must be: write it to a file first, as with cat > FILE, and name that';

function expandDirectory(argument: string, base: string): Expanded {
  const prefix = argument === '.' ? '' : argument.endsWith('/') ? argument : `${argument}/`;
  const { files, broken, hidden } = filesUnder(resolve(base, argument), prefix);
  if (files.length > 0 || broken.length > 0) return { paths: files, problem: brokenProblem(broken) };
  return {
    problem: hidden
      ? `${argument} holds no file but what is left out, names that begin with a dot and results of fanfold: name what is meant`
      : `${argument} holds no file: check the path`,
  };
}

function expandGlob(argument: string, base: string): Expanded {
  const matches = globSync(argument, { cwd: base }).map((path) => ({ path, stats: look(resolve(base, path), path) }));
  const broken = sortTexts(matches.filter(({ stats }) => stats === undefined).map(({ path }) => path));
  const files = sortTexts(matches.filter(({ stats }) => stats?.isFile()).map(({ path }) => path));
  if (files.length > 0 || broken.length > 0) return { paths: files, problem: brokenProblem(broken) };
  return { problem: `${argument} matches no file: check the pattern` };
}

const BROKEN_TOLD_MAX = 3;

function brokenProblem(links: readonly string[]): string | undefined {
  if (links.length === 0) return undefined;
  const told = links.slice(0, BROKEN_TOLD_MAX).join(', ');
  const more = links.length > BROKEN_TOLD_MAX ? ` and ${links.length - BROKEN_TOLD_MAX} more` : '';
  const [are, them] = links.length === 1 ? ['is a link that leads', 'the link'] : ['are links that lead', 'the links'];
  return `${told}${more} ${are} nowhere: put back what was there, or remove ${them}`;
}
