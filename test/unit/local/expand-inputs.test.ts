import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expandInputs } from '../../../functions/adapters/local/expand-inputs.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'fanfold-inputs-')));
});
afterAll(() => rmSync(root, { recursive: true }));

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(root, 'base-'));
  put('b.txt', 'a.txt', 'd/z', 'd/a-b', 'd/a/x', 'd/a.x', 'd/a/y/z', 'd/é', 'd/ｚ', 'd/😀', '[odd]*.txt');
});

/** Each holds its own path. */
function put(...files: string[]): void {
  for (const path of files) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), path);
  }
}
const link = (path: string, to: string) => {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  symlinkSync(to, join(base, path));
};

const D = ['d/a-b', 'd/a.x', 'd/a/x', 'd/a/y/z', 'd/z', 'd/é', 'd/ｚ', 'd/😀'];
const found = (...given: string[]) => {
  const { paths, problems } = expandInputs(given, base);
  return { paths, problems };
};
const paths = (...given: string[]) => {
  const { paths, problems } = found(...given);
  expect(problems).toEqual([]);
  return paths;
};
const problems = (...given: string[]) => found(...given).problems;

test('files keep the order of the arguments, and the names they were given', () => {
  expect(paths('b.txt', './a.txt', join(base, 'd/z'))).toEqual(['b.txt', './a.txt', join(base, 'd/z')]);
});

test('a directory is its files in byte order of relative path', () => {
  expect(paths('d')).toEqual(D);
  expect(paths('d/')).toEqual(D);
  expect(paths('b.txt', 'd/a')).toEqual(['b.txt', 'd/a/x', 'd/a/y/z']);
  expect(expandInputs(['.'], join(base, 'd/a')).paths).toEqual(['x', 'y/z']);
});

test('a glob is the files that it matches, in byte order', () => {
  expect(paths('*.txt')).toEqual(['[odd]*.txt', 'a.txt', 'b.txt']);
  expect(paths('d/a*')).toEqual(['d/a-b', 'd/a.x']);
  expect(paths('d/**/{x,z}')).toEqual(['d/a/x', 'd/a/y/z', 'd/z']);
  expect(paths(join(base, '?.txt'))).toEqual([join(base, 'a.txt'), join(base, 'b.txt')]);
});

test('a file whose name looks like a glob is that file', () => {
  expect(paths('[odd]*.txt')).toEqual(['[odd]*.txt']);
});

test('bytes are counted', () => {
  expect(expandInputs(['a.txt', 'd/a'], base).bytes).toBe(17);
});

test('what stands for no file is told, all of it', () => {
  mkdirSync(join(base, 'empty/er'), { recursive: true });
  expect(found('nope', 'x/*.csv', 'a.txt/x', '/dev/null', '', 'empty', '-')).toEqual({
    paths: [],
    problems: [
      'nope does not exist: check the path',
      'x/*.csv matches no file: check the pattern',
      'a.txt/x does not exist: check the path',
      '/dev/null is neither a file nor a directory: copy its content to a file first',
      'an empty path: name a file, a directory or a glob',
      'empty holds no file: check the path',
      expect.stringMatching(/^- is standard input, which cannot be read a second time.*write it to a file first/),
    ],
  });
});

test('an empty file is a fine input, and so is a file that is called as standard input is', () => {
  writeFileSync(join(base, '-'), '');
  expect(paths('-')).toEqual(['-']);
});

describe('links', () => {
  test('are followed, to files and to directories', () => {
    link('in/file', join(base, 'a.txt'));
    link('in/folder', '../d/a');
    link('in/again', 'folder'); // a link to a link
    link('linked', 'd');
    expect(paths('in')).toEqual(['in/again/x', 'in/again/y/z', 'in/file']);
    expect(paths('linked')).toEqual(D.map((path) => path.replace('d/', 'linked/')));
  });

  test('lead into each directory once, by its own path if there is one: a cycle ends', () => {
    link('d/0-latest', 'a/y');
    link('d/a/up', '..');
    link('d/a/y/self', '.');
    expect(paths('d')).toEqual(D);
    link('d/out', '..'); // above all of it
    put('other/file');
    expect(paths('d')).toEqual([
      ...D.slice(0, 4),
      ...['d/out/[odd]*.txt', 'd/out/a.txt', 'd/out/b.txt', 'd/out/other/file'],
      ...D.slice(4),
    ]);
  });

  test('that lead nowhere are told, as an input that is missing', () => {
    link('d/0', 'nowhere');
    link('d/a/turn', 'turn');
    link('gone.txt', 'nowhere');
    expect(problems('d', '*.txt')).toEqual([
      'd/0, d/a/turn are links that lead nowhere: put back what was there, or remove the links',
      'gone.txt is a link that leads nowhere: put back what was there, or remove the link',
    ]);
    for (const name of ['p/1', 'p/2', 'p/3', 'p/4', 'p/5']) link(name, 'nowhere');
    expect(problems('p')).toEqual([expect.stringMatching(/^p\/1, p\/2, p\/3 and 2 more are links/)]);
    expect(problems('gone.txt')).toEqual(['gone.txt does not exist: check the path']);
  });
});

describe('a file that is named twice', () => {
  const twice = (file: string, by: string, more = '') =>
    `${join(base, file)} is named twice, by ${by}${more}: name each file once, or it counts twice`;

  test('is told with both arguments that name it, and how many more there are', () => {
    expect(problems('d', 'd/z')).toEqual([twice('d/z', 'd (d/z) and by d/z')]);
    expect(problems('a.txt', `${base}/./a.txt`)).toEqual([twice('a.txt', `a.txt and by ${base}/./a.txt`)]);
    expect(problems('d', './d/')).toEqual([twice('d/a-b', 'd (d/a-b) and by ./d/ (./d/a-b)', ', and so are 7 more')]);
    expect(problems('*.txt', 'b.txt')).toEqual([twice('b.txt', '*.txt (b.txt) and by b.txt')]);
  });

  test('is told when one of the names is a link, or leads through one', () => {
    link('link.txt', 'a.txt');
    link('linked', 'd');
    link('d/latest', 'z');
    expect(problems('a.txt', 'link.txt')).toEqual([twice('a.txt', 'a.txt and by link.txt')]);
    expect(problems('?.txt', 'linked/z', 'link.txt')).toEqual([twice('a.txt', '?.txt (a.txt) and by link.txt')]);
    expect(problems('d/a/x', 'linked/a')).toEqual([twice('d/a/x', 'd/a/x and by linked/a (linked/a/x)')]);
    expect(problems('d')).toEqual([twice('d/z', 'd (d/latest) and by d (d/z)')]);
  });

  test('is not one that has a hard link beside it, or the same content', () => {
    linkSync(join(base, 'a.txt'), join(base, 'hard.txt'));
    writeFileSync(join(base, 'same.txt'), 'a.txt');
    expect(paths('a.txt', 'hard.txt', 'same.txt')).toHaveLength(3);
    expect(problems('a.txt', 'hard.txt', './hard.txt')).toEqual([twice('hard.txt', 'hard.txt and by ./hard.txt')]);
  });
});

describe('names that begin with a dot', () => {
  test('are left out of a directory, links too, unless they are named themselves', () => {
    put('in/.DS_Store', 'in/.git/config', 'in/file', 'in/a/.b/c');
    link('in/.#file', 'nowhere');
    expect(paths('in')).toEqual(['in/file']);
    expect(paths('in/.git', 'in/.DS_Store', 'in/a/.b')).toEqual(['in/.git/config', 'in/.DS_Store', 'in/a/.b/c']);
    expect(paths('in/.D*')).toEqual(['in/.DS_Store']);
  });

  test('are no input on their own', () => {
    put('only/.hidden');
    expect(problems('only')).toEqual([
      expect.stringMatching(/^only holds no file but what is left out, .*: name what/),
    ]);
  });
});

describe('results of fanfold', () => {
  const manifest = {
    ...{ version: 1, run: 'r', job: 'j', state: 'succeeded', digest: '', endedAt: '' },
    ...{ results: [], failures: [] },
  };
  const putResult = (folder: string) => {
    put(`${folder}/part-00000.csv`, `${folder}/rejects-00000.jsonl`, `${folder}/manifest.json`);
    writeFileSync(join(base, folder, 'manifest.json'), JSON.stringify(manifest));
  };

  test('are left out of a directory, wherever they are, and while they are made', () => {
    put('in/file', 'in/unended/.fanfold/lock/0', 'in/unended/part-00000.csv', 'in/fanfold-out/any');
    putResult('in/out');
    link('in/link', 'out');
    expect(paths('in')).toEqual(['in/file']);
    expect(paths('.')).not.toContainEqual(expect.stringContaining('part-'));
  });

  test('that are named are their parts', () => {
    putResult('fanfold-out/j/r');
    expect(paths('fanfold-out/j/r')).toEqual(['fanfold-out/j/r/part-00000.csv']);
    expect(paths('fanfold-out/*/*/rej*')).toEqual(['fanfold-out/j/r/rejects-00000.jsonl']);
    expect(problems('fanfold-out')).toEqual([
      expect.stringMatching(/^fanfold-out holds no file but .*results of fanfold/),
    ]);
  });

  test('are not whatever has a manifest.json', () => {
    put('in/broken/manifest.json', 'in/folder/manifest.json/file');
    for (const [i, other] of [
      null,
      [],
      { version: 1 },
      { ...manifest, run: 1 },
      { ...manifest, results: {} },
    ].entries()) {
      put(`in/${i}/manifest.json`);
      writeFileSync(join(base, `in/${i}/manifest.json`), JSON.stringify(other));
    }
    expect(paths('in')).toEqual([
      ...Array.from({ length: 5 }, (_, i) => `in/${i}/manifest.json`),
      'in/broken/manifest.json',
      'in/folder/manifest.json/file',
    ]);
  });
});

test.skipIf(process.platform === 'win32')(
  'what is neither file nor directory is left out of a directory (skipped where there are no pipes)',
  async () => {
    const folder = join(base, 'sockets');
    mkdirSync(folder);
    writeFileSync(join(folder, 'file'), '');
    const server = createServer();
    await new Promise<void>((listening) => server.listen(join(folder, 'a-socket'), listening));
    expect(readdirSync(folder)).toHaveLength(2);
    expect(paths('sockets')).toEqual(['sockets/file']);
    await new Promise((closed) => server.close(closed));
  },
);
