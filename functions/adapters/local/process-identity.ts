/** Which process on which machine: told so that another process can see later whether it is still there. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemCode } from './file-version.ts';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, as its system tells it: ids are used again. Undefined where the system does not tell. */
  readonly born?: string;
  /** The space in which the id means something: host, boot and, in a container, its own numbering. */
  readonly place: string;
}

export function thisProcess(): ProcessIdentity {
  const born = birthOf(process.pid);
  return { pid: process.pid, place: thisPlace(), ...(born === undefined || born === 'gone' ? {} : { born }) };
}

/** Whether a process is there; undefined of one that cannot be seen from here, as in another container. */
export function isAlive({ pid, born, place }: ProcessIdentity): boolean | undefined {
  if (place !== thisPlace()) return undefined;
  const now = birthOf(pid);
  if (now === undefined) return answers(pid);
  return now !== 'gone' && (born === undefined || now === born);
}

/** Another after each boot, where the system tells boots apart: what was not on disk before is lost. */
export function thisPlace(): string {
  const boot = firstLine(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const numbering = firstLine(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, numbering].join(' ').trim();
}

/** `gone` when there is no such process, or only its exit code is waited for; undefined when the system does not tell. */
function birthOf(pid: number): string | 'gone' | undefined {
  if (process.platform !== 'linux') return birthFromPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name is in brackets and may hold anything
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? 'gone' : fields[18];
  } catch (error) {
    return systemCode(error) === 'ENOENT' || systemCode(error) === 'ESRCH' ? 'gone' : undefined;
  }
}

function birthFromPs(pid: number): string | 'gone' | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  return status === 1 ? 'gone' : undefined;
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

function firstLine(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}
