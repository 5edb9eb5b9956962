/** An S3 client whose answers a test writes, request by request. No network. */
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';

/** One request, as the test looks at it. */
export interface Asked {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
  /** The connection breaks instead of an answer. */
  readonly broken?: true;
}

export interface FakeS3 {
  readonly client: S3Client;
  /** All that was asked. */
  readonly asked: Asked[];
}

/** Answers each request by `answer`; of what it gives for one request, the SDK's own retries get the next. */
export function fakeS3(answer: (asked: Asked, nth: number) => Answer): FakeS3 {
  const asked: Asked[] = [];
  const handle = async (request: {
    method: string;
    path: string;
    query: Record<string, string>;
    headers: Record<string, string>;
    body?: unknown;
  }) => {
    const { method, path, query = {}, headers } = request;
    const operation = `${method}${'uploads' in query ? ' uploads' : 'partNumber' in query ? ' part' : 'uploadId' in query ? ' upload' : ''}`;
    const body = request.body === undefined ? '' : Buffer.from(request.body as Uint8Array).toString();
    const seen = { operation, method, path: decodeURIComponent(path), query, headers, body };
    asked.push(seen);
    const given = answer(seen, asked.length);
    if (given.broken) throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    const content = given.body instanceof Readable ? given.body : Readable.from([Buffer.from(given.body ?? '')]);
    return { response: { statusCode: given.status, headers: { ...given.headers }, body: content } };
  };
  const client = new S3Client({
    region: 'us-east-1',
    endpoint: 'http://s3.invalid',
    forcePathStyle: true,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: { handle } as never, // the SDK asks a handler for no more than this
  });
  return { client, asked };
}

export const xmlError = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});
