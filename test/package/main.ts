/**
 * The package as npm makes it, installed in a project that has nothing else: the jobs in it compile with the oldest
 * compiler that docs/jobs.md names, by the settings that it gives, and run. It takes what it installs from the registry.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'fanfold-package-'));
process.once('exit', () => rmSync(project, { recursive: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const docs = readFileSync(join(root, 'docs/jobs.md'), 'utf8');
const [, oldest = ''] = /TypeScript (\d+\.\d+) or newer/.exec(docs) ?? [];
const [, settings = ''] = /^```json\n(.*?)^```/ms.exec(docs) ?? [];

execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: root, stdio: 'pipe' });
const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
writeFileSync(join(project, 'tsconfig.json'), settings);
inProject('npm', 'install', '--prefer-offline', '--no-audit', `./fanfold-${version}.tgz`, `typescript@${oldest}`);
cpSync(join(project, 'node_modules/fanfold/jobs'), join(project, 'jobs'), { recursive: true });
writeFileSync(join(project, 'entries.ts'), "export * from 'fanfold';\nexport * from 'fanfold/testing';\n");
inProject('npx', 'tsc', '--skipLibCheck', 'false');
inProject('npx', 'fanfold', 'run', 'word-count', 'tsconfig.json');
console.log(`package: installed alone, its jobs compile by TypeScript ${oldest}, and run`);

function inProject(program: string, ...given: readonly string[]): void {
  try {
    execFileSync(program, given, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }; // as execFileSync throws
    console.error(`package: FAILED: ${program} ${given.join(' ')}\n${stdout}${stderr}`);
    process.exit(1);
  }
}
