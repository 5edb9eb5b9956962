/** What the main thread and a thread that works say to each other. All of it survives structured cloning. */
import type { Resumed } from '../../core/manifest.ts';
import type { ChunkMessage, NodeRequest, RunRequest } from '../../core/messages.ts';
import { type ErrorCode, FanfoldError, type Retry } from '../../errors.ts';
import type { FileStoreOptions } from './file-store.ts';

/** What a queue of a local run carries. */
export type Message = RunRequest | ChunkMessage | NodeRequest;

export interface ThreadSetup {
  /** What the thread may use. */
  readonly memoryBytes: number;
  readonly store: FileStoreOptions;
  readonly job: LoadedCode;
  readonly resumed?: Resumed;
}

/** A job's code as a file that can be imported. */
export interface LoadedCode {
  readonly name: string;
  /** URL of an ES module whose default export is the job. */
  readonly module: string;
  readonly digest: string;
}

export type ToThread =
  | { readonly kind: 'setup'; readonly setup: ThreadSetup }
  | { readonly kind: 'deliver'; readonly id: number; readonly message: Message; readonly receives: number }
  | { readonly kind: 'accepted'; readonly id: number };

export type FromThread =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData }
  | { readonly kind: 'send'; readonly id: number; readonly messages: readonly Message[] };

/** An error without its class, which cloning would lose. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
  readonly retry: Retry;
  readonly fatal: boolean;
}

export const errorData = ({ code, message, fix, retry, fatal }: FanfoldError): ErrorData => ({
  code,
  message,
  fix,
  retry,
  fatal,
});

export const errorFrom = ({ code, message, ...options }: ErrorData) => new FanfoldError(code, message, options);
