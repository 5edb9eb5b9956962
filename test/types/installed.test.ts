/** What somebody's compiler says of jobs, tests and stacks, with fanfold installed and the settings that the docs give. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const project = realpathSync(mkdtempSync(join(tmpdir(), 'fanfold-types-')));
afterAll(() => rmSync(project, { recursive: true }));

/** What fanfold brings along or asks for, and what the docs' samples use. */
const PACKAGES = ['@standard-schema/spec', 'aws-cdk-lib', 'constructs', 'valibot', 'vitest'];
const DOCS = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

const textOf = (name: string) => readFileSync(join(root, name), 'utf8');
const fences = (name: string, language: string) =>
  Array.from(textOf(name).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')), ([, body = '']) => body);
/** Code that says what it imports is whole. */
const samples = DOCS.flatMap((name) =>
  fences(name, 'ts')
    .filter((code) => /^import /m.test(code))
    .map((code, i) => ({ file: `samples/${basename(name, '.md')}-${i}.ts`, code })),
);

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

function compile(...options: readonly string[]): string {
  const args = [tsc, '-p', 'tsconfig.json', ...options];
  return spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' }).stdout;
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), content);
}

beforeAll(() => {
  const fanfold = join(project, 'node_modules/fanfold');
  const declare = [tsc, '-p', 'tsconfig.build.json', '--outDir', join(fanfold, 'dist')];
  execFileSync(process.execPath, declare, { cwd: root, stdio: 'inherit' });
  cpSync(join(root, 'package.json'), join(fanfold, 'package.json'));
  for (const name of PACKAGES) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  const [settings = ''] = fences('docs/jobs.md', 'json');
  write('tsconfig.json', settings);
  write('package.json', '{ "type": "module" }');
  cpSync(join(root, 'jobs'), join(project, 'jobs'), { recursive: true });
  write('entries.ts', ['', '/testing', '/cdk'].map((entry) => `export * from 'fanfold${entry}';`).join('\n'));
});

describe('with the tsconfig.json of docs/jobs.md', () => {
  it('whatever fanfold declares needs no types of Node, and no skipLibCheck', () => {
    const files = compile('--listFiles', '--skipLibCheck', 'false').trim().split('\n');
    expect(files.filter((line) => line.includes('error TS'))).toEqual([]);
    expect(files).toContain(join(project, 'node_modules/fanfold/dist/infra/index.d.ts'));
    expect(files.filter((file) => file.includes('@types/node'))).toEqual([]);
  });

  it('every job that is shipped and every sample of the docs compiles', () => {
    expect(samples.length).toBeGreaterThan(4);
    for (const { file, code } of samples) write(file, code);
    expect(compile()).toBe('');
  });
});
