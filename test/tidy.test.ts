/** The house style, as far as a machine can hold it. Each message says what to do. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as fanfold from '../functions/index.ts';
import * as testing from '../functions/testing.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['functions', 'infra', 'jobs'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);
const textOf = (name: string) => readFileSync(join(root, name), 'utf8');
const lineCount = (name: string) => textOf(name).split('\n').length - 1;

const importsOf = (name: string) =>
  [...textOf(name).matchAll(/^(?:import|export)\s[^;]*?from '([^']+)'/gm)].map(([, from = '']) =>
    from.startsWith('.') ? relative(root, resolve(root, dirname(name), from)) : from,
  );

/** Folders, and what they may import besides their own files: imports point one way. */
const ALLOWED: { readonly [folder: string]: readonly string[] } = {
  'functions/core': ['functions/errors.ts', 'functions/limits.ts', 'functions/params.ts', 'node:zlib', 'node:buffer'],
  'functions/combiners': ['functions/core', 'functions/errors.ts', 'functions/limits.ts'],
  'functions/formats': [
    'functions/core',
    'functions/errors.ts',
    'functions/limits.ts',
    'node:zlib',
    'node:buffer',
    'node:stream',
    '@standard-schema/spec',
  ],
  'functions/ports': ['functions/core', 'functions/job.ts'],
};

describe('layout', () => {
  it.each(Object.keys(ALLOWED))('%s imports only what lies below it', (folder) => {
    const wrong = sources
      .filter((name) => name.startsWith(`${folder}/`))
      .flatMap((name) => importsOf(name).map((from) => ({ name, from })))
      .filter(({ from }) => !from.startsWith(folder) && !ALLOWED[folder]?.some((allowed) => from.startsWith(allowed)));
    expect(wrong, 'pass what is needed as an argument, or move the code').toEqual([]);
  });

  it('keeps files short enough to be one concept', () => {
    expect(sources.filter((name) => lineCount(name) > 300)).toEqual([]);
  });

  it('keeps handlers thin', () => {
    expect(sources.filter((name) => name.endsWith('handler.ts') && lineCount(name) > 60)).toEqual([]);
  });

  it('names files in kebab-case', () => {
    expect(sources.filter((name) => !/^[a-z0-9/.-]+$/.test(name))).toEqual([]);
  });

  it('has no cycle of imports', () => {
    const graph = new Map(sources.map((name) => [name, importsOf(name)]));
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name)) throw new Error(`a cycle: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`);
      if (done.has(name)) return;
      for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
      done.add(name);
    };
    for (const name of graph.keys()) visit(name, []);
  });
});

/** `expression; // → value` within the `@example` of a docstring. */
const EXAMPLE = /@example\n \* ```ts\n([\s\S]*?) \* ```/g;

describe('examples in docstrings', () => {
  const examples = sources
    .filter((name) => name.startsWith('functions/'))
    .flatMap((name) =>
      [...textOf(name).matchAll(EXAMPLE)].map(([, body = '']) => ({
        name,
        code: body.replace(/^ \* ?/gm, ''),
      })),
    )
    .filter(({ code }) => !/runLocal|parseEvent/.test(code)); // these need a world around them, and have tests of their own

  it.each(examples)('$name', async ({ code }) => {
    expect(code).toContain('// → ');
    const checked = code
      .replace(/^import .*\n/gm, '')
      .replace(/^(.*);\s*\/\/ → (.*)$/gm, (_, expression, value) => `check(${expression}, ${value});`)
      .replace(/^(.*);\n\/\/ → (.*)$/gm, (_, expression, value) => `check(${expression}, ${value});`);
    const script = stripTypeScriptTypes(checked);
    const offered = { ...fanfold, ...testing };
    const run = new Function('check', 'z', ...Object.keys(offered), `return (async () => {\n${script}\n})();`);
    let checks = 0;
    const check = (actual: unknown, expected: unknown) => {
      checks += 1;
      expect(actual).toEqual(expected);
    };
    await run(check, z, ...Object.values(offered));
    expect(checks).toBeGreaterThan(0);
  });

  it('stand at every public function', () => {
    const entries = ['functions/index.ts', 'functions/testing.ts'].map(textOf).join('');
    const exports = [...entries.matchAll(/^export \{([^}]+)\} from '\.\/([^']+)'/gm)];
    const lacking = exports
      .filter(([, names = '']) => names.split(',').some((name) => /^\s*(?!type\s)\w/.test(name)))
      .filter(([, , file = '']) => !new RegExp(EXAMPLE.source).test(textOf(join('functions', file))));
    expect(lacking.map(([, names]) => names)).toEqual([]);
  });
});
