/** Starts a Lambda function without waiting for it: asynchronous invocation, retried by Lambda, at least once. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { Invoker } from '../../ports/invoker.ts';
import type { Lambda } from './clients.ts';

export class LambdaInvoker<R> implements Invoker<R> {
  readonly #lambda: Lambda;
  readonly #functionName: string;

  constructor(lambda: Lambda, functionName: string) {
    this.#lambda = lambda;
    this.#functionName = functionName;
  }

  async invoke(request: R): Promise<void> {
    await this.#lambda.send(
      new InvokeCommand({
        FunctionName: this.#functionName,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(request)),
      }),
    );
  }
}
