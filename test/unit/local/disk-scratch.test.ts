import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lambdaMemory, lambdaScratch } from '../../../functions/adapters/aws/lambda-memory.ts';
import { DiskScratch, type DiskScratchOptions } from '../../../functions/adapters/local/disk-scratch.ts';
import { SCRATCH_MIB_MIN } from '../../../functions/limits.ts';

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'fanfold-scratch-')), 'scratch');
});
afterEach(() => {
  rmSync(join(directory, '..'), { recursive: true });
});
const scratch = (options: Partial<DiskScratchOptions> = {}) =>
  new DiskScratch({ directory, fix: 'Free some space.', ...options });
const left = () => (existsSync(directory) ? readdirSync(directory) : []);

/** Runs lines of a module in a process of their own, in a shell that is told something first. */
function inProcess(before: string, lines: string) {
  const module = pathToFileURL(join(import.meta.dirname, '../../../functions/adapters/local/disk-scratch.ts')).href;
  const program = `
    import { DiskScratch } from ${JSON.stringify(module)};
    const file = new DiskScratch({ directory: ${JSON.stringify(directory)}, fix: 'Free some space.' }).open().create();
    ${lines}`;
  return spawnSync(
    'sh',
    ['-c', `${before}; exec "$0" --input-type=module-typescript -e "$1"`, process.execPath, program],
    {
      encoding: 'utf8',
    },
  );
}

describe('scratch files', () => {
  it('have no name, so that nothing is left of a process that is killed', () => {
    const killed = inProcess(':', "file.append(Buffer.alloc(100_000)); process.kill(process.pid, 'SIGKILL');");
    expect(killed.signal, killed.stderr).toBe('SIGKILL');
    expect(existsSync(directory)).toBe(true);
    expect(left()).toEqual([]);
  });

  it('say when the disk takes no more, and what to do', () => {
    // a limit of the system on the length of a file, in blocks of 512 or 1,024 bytes
    const full = inProcess(
      'ulimit -f 64',
      'try { for (let n = 0; n < 1_000; n++) file.append(Buffer.alloc(1_000)); } catch (error) { console.log(error.code, error.retry, error.message, error.fix); }',
    );
    expect(full.stdout, full.stderr).toMatch(
      /^FANFOLD_SCRATCH_FULL never The scratch disk .* is full after \d+ bytes Free some space\.$/m,
    );
  });

  it('of a step take no more than its limit together; what is closed counts no longer', () => {
    const step = scratch({ bytesMax: 1_000 }).open();
    const first = step.create();
    const second = step.create();
    first.append(Buffer.alloc(600));
    second.append(Buffer.alloc(400));
    expect(() => second.append(Buffer.alloc(1))).toThrow('is full after 1000 bytes, which is its limit');
    first.close();
    second.append(Buffer.alloc(600));
    step.close();
    scratch({ bytesMax: 1_000 }).open().create().append(Buffer.alloc(1_000));
  });

  it('are gone with their step, also those that were closed before', () => {
    const step = scratch().open();
    const files = [step.create(), step.create()];
    files[0]?.append(Buffer.from('x'));
    files[0]?.close();
    step.close();
    step.close();
    expect(() => files[1]?.append(Buffer.from('x'))).toThrow();
  });

  it('make way for what was left over, where nobody else has files', () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'left over'), 'x');
    scratch().open().create();
    expect(left()).toEqual(['left over']);
    const exclusive = scratch({ exclusive: true }).open();
    const file = exclusive.create();
    file.append(Buffer.from('kept'));
    expect(left()).toEqual([]);
    exclusive.create();
    const read = Buffer.alloc(4);
    file.read(0, read);
    expect(read.toString()).toBe('kept');
  });
});

describe('a function', () => {
  it('has the disk that the construct tells it of, and says which prop makes it larger', () => {
    const step = (env: NodeJS.ProcessEnv) => lambdaScratch(env, directory).open().create();
    const more = Buffer.alloc(2 ** 20);
    const fill = (env: NodeJS.ProcessEnv) => {
      const file = step(env);
      for (;;) file.append(more);
    };
    expect(() => fill({ FANFOLD_SCRATCH_MIB: '3' })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('3145728'),
        fix: expect.stringContaining('workerScratchMiB'),
      }),
    );
    expect(SCRATCH_MIB_MIN).toBe(512);
  });

  it('holds in memory what it has, and little where nobody tells', () => {
    expect(lambdaMemory({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024' })).toEqual({
      tableBytesMax: 256 * 2 ** 20,
      valueBytesMax: 128 * 2 ** 20,
      mergeBytesMax: 64 * 2 ** 20,
    });
    expect(lambdaMemory({}).tableBytesMax).toBe(128 * 2 ** 20);
    // V8 has one processor's share, also where a message is worked without a thread of its own
    const six = { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '6144', FANFOLD_PROCESSORS: '6' };
    expect(lambdaMemory(six).tableBytesMax).toBe(256 * 2 ** 20);
  });
});
