/** From the name of a stack to its buckets: the tags of its chunk queue name them. */
import { ListQueuesCommand, ListQueueTagsCommand, QueueDoesNotExist } from '@aws-sdk/client-sqs';
import { FanfoldError } from '../../errors.ts';
import type { Sqs } from './clients.ts';
import { jobsOfTags, STACK_TAGS } from './stack-tags.ts';

export interface Deployment {
  readonly stack: string;
  readonly construct: string;
  /** Name of the bucket that uploads go to. */
  readonly input: string;
  /** Name of the bucket that results come from. */
  readonly results: string;
  /** Names of its jobs, in order; undefined where they are not known. */
  readonly jobs: readonly string[] | undefined;
}

/** CloudFormation begins a queue's name with its stack's, cut to some 24 characters where the whole is too long. */
const NAME_PREFIX_CHARS = 20;

/**
 * The fanfold of a stack: one ListQueues by the stack's name, and the tags of what it finds. No name is fixed at
 * deployment for it, and no CloudFormation client is needed.
 *
 * @param given the stack's name; `<stack>/<construct>` where the stack holds several
 * @throws FANFOLD_USAGE when there is none, or more than one
 */
export async function findDeployment(sqs: Sqs, given: string): Promise<Deployment> {
  const [stack = '', construct] = given.split('/');
  const found = (await taggedQueues(sqs, stack)).filter((deployment) => deployment.stack === stack);
  const meant = construct === undefined ? found : found.filter((deployment) => deployment.construct === construct);
  const [only, ...others] = meant;
  if (only !== undefined && others.length === 0) return only;
  const names = (meant.length > 0 ? meant : found).map((deployment) => `${stack}/${deployment.construct}`).join(', ');
  if (found.length === 0) {
    throw new FanfoldError('FANFOLD_USAGE', `There is no fanfold in a stack ${stack}`, {
      fix: 'Check --stack, AWS_REGION and the account of your credentials, or deploy it: cdk deploy.',
    });
  }
  throw new FanfoldError('FANFOLD_USAGE', `--stack ${given} does not say which fanfold is meant`, {
    fix: `Give --stack one of ${names}.`,
  });
}

async function taggedQueues(sqs: Sqs, stack: string): Promise<Deployment[]> {
  try {
    const prefix = stack.slice(0, NAME_PREFIX_CHARS);
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }));
    const deployments = await Promise.all(
      QueueUrls.map(async (QueueUrl) => {
        const asking = sqs.send(new ListQueueTagsCommand({ QueueUrl }));
        const { Tags = {} } = await asking.catch((error: unknown) => {
          if (error instanceof QueueDoesNotExist) return { Tags: {} }; // deleted queues are listed for another minute
          throw error;
        });
        return deploymentOf(Tags);
      }),
    );
    return deployments.filter((deployment) => deployment !== undefined);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new FanfoldError('FANFOLD_USAGE', `The stack ${stack} cannot be looked up: ${what}`, {
      fix: 'Set AWS_REGION and credentials that allow sqs:ListQueues and sqs:ListQueueTags.',
      cause: error,
    });
  }
}

function deploymentOf(tags: Readonly<Record<string, string>>): Deployment | undefined {
  const { [STACK_TAGS.stack]: stack, [STACK_TAGS.construct]: construct } = tags;
  const { [STACK_TAGS.input]: input, [STACK_TAGS.results]: results } = tags;
  if (stack === undefined || construct === undefined || input === undefined || results === undefined) return undefined;
  return { stack, construct, input, results, jobs: jobsOfTags(tags) };
}
