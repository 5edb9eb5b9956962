import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expandInputs } from '../../../functions/adapters/local/expand-inputs.ts';

let base: string;
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'fanfold-inputs-'));
  for (const path of [
    'b.txt',
    'a.txt',
    'd/z',
    'd/a-b',
    'd/a/x',
    'd/a.x',
    'd/a/y/z',
    'd/é',
    'd/ｚ',
    'd/😀',
    '[odd]*.txt',
  ]) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), path);
  }
  mkdirSync(join(base, 'empty/er'), { recursive: true });
  symlinkSync(join(base, 'a.txt'), join(base, 'd/link'));
  symlinkSync(base, join(base, 'd/loop'));
  symlinkSync(join(base, 'd'), join(base, 'linked'));
});
afterAll(() => rmSync(base, { recursive: true }));

const D = ['d/a-b', 'd/a.x', 'd/a/x', 'd/a/y/z', 'd/z', 'd/é', 'd/ｚ', 'd/😀'];
const paths = (...given: string[]) => expandInputs(given, base).paths;
const problems = (...given: string[]) => expandInputs(given, base).problems;

test('files keep the order of the arguments, and the names they were given', () => {
  expect(paths('b.txt', './a.txt', 'b.txt', join(base, 'a.txt'))).toEqual([
    'b.txt',
    './a.txt',
    'b.txt',
    join(base, 'a.txt'),
  ]);
});

test('a directory is read without the results in it, unless they are named', () => {
  mkdirSync(join(base, 'again/fanfold-out/job'), { recursive: true });
  writeFileSync(join(base, 'again/fanfold-out/job/part'), '');
  writeFileSync(join(base, 'again/in'), '');
  expect(paths('again')).toEqual(['again/in']);
  expect(paths('again/fanfold-out')).toEqual(['again/fanfold-out/job/part']);
});

test('a directory is its files in byte order of relative path; links in it are not followed', () => {
  expect(paths('d')).toEqual(D);
  expect(paths('d/')).toEqual(D);
  expect(paths('b.txt', 'd/a')).toEqual(['b.txt', 'd/a/x', 'd/a/y/z']);
  expect(expandInputs(['.'], join(base, 'd/a')).paths).toEqual(['x', 'y/z']);
});

test('a link that is named itself is followed', () => {
  expect(paths('linked')).toEqual(D.map((path) => path.replace('d/', 'linked/')));
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

test('an empty directory is no input, and nothing wrong', () => {
  expect(expandInputs(['empty'], base)).toMatchObject({ paths: [], bytes: 0, problems: [] });
});

test('what stands for nothing is told, all of it', () => {
  expect(problems('nope', 'a.txt', 'x/*.csv', 'a.txt/x', '/dev/null', '')).toEqual([
    'nope does not exist: check the path',
    'x/*.csv matches no file: check the pattern',
    'a.txt/x does not exist: check the path',
    '/dev/null is neither a file nor a directory: copy its content to a file first',
    'an empty path: name a file, a directory or a glob',
  ]);
});

test('bytes are counted', () => {
  expect(expandInputs(['a.txt', 'b.txt', 'a.txt'], base).bytes).toBe(15);
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
