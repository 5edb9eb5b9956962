/** Runs a program to its end, or to its time-out: then its whole process group is killed. */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutSeconds: number;
  /** Shows what it prints as it prints it, rather than only if it fails. @default false */
  readonly loud?: boolean;
}

/** Resolves with what it printed, unless that was shown. */
export async function command(program: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { env, timeoutSeconds, loud = false } = options;
  const child = spawn(program, args, {
    env,
    detached: true,
    stdio: ['ignore', loud ? 'inherit' : 'pipe', loud ? 'inherit' : 'pipe'],
  });
  const kill = () => killGroup(child.pid, 'SIGKILL');
  process.once('exit', kill);
  let printed = '';
  child.stdout?.on('data', (text) => {
    printed += text;
  });
  child.stderr?.on('data', (text) => {
    printed += text;
  });
  const told = `${program.split('/').at(-1)} ${args.slice(0, 2).join(' ')}`;
  const started = performance.now();
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  const late = new AbortController();
  const outcome = await Promise.race([
    ended,
    pause(timeoutSeconds * 1000, 'late' as const, { signal: late.signal }).catch(() => 'late' as const),
  ]);
  late.abort();
  if (outcome === 'late') kill();
  process.off('exit', kill);
  if (outcome !== 0)
    throw new Error(
      `${told}: ${outcome === 'late' ? `not over after ${timeoutSeconds} s` : outcome}\n${printed.slice(-8000)}`,
    );
  console.log(`${told}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return printed;
}

/** Ends a group of processes, also the children that outlived their parent. */
export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // over already
  }
}
