/** What `cdk deploy` deploys: all of `jobs/`, as one stack. `-c destroy=true` lets `cdk destroy` take the buckets along, once
 * they are empty: `aws s3 rm --recursive` on both. */
import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Fanfold } from './fanfold.ts';

const app = new App();
const stack = new Stack(app, 'Fanfold', { description: 'fanfold: fan out over files, fan in to one exact result' });
const destroy = String(app.node.tryGetContext('destroy')) === 'true';
const fanfold = new Fanfold(stack, 'Fanfold', {
  removalPolicy: destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
});

const output = (name: string, description: string, value: string) => new CfnOutput(stack, name, { description, value });

output('InputBucket', 'Upload to s3://<this>/<job>/<anything> to start a run', fanfold.input.bucketName);
output('ResultsBucket', 'Results are in s3://<this>/<job>/<run>/, manifest.json last', fanfold.results.bucketName);
output('Jobs', 'The jobs deployed', fanfold.jobs.join(' '));
output('IntakeQueue', 'Takes the events of the input bucket', fanfold.intake.queueUrl);
output('ChunkQueue', 'Holds the work', fanfold.chunks.queueUrl);
output('DeadLetterQueue', 'Holds what gave up, until the watcher answers it', fanfold.deadLetters.queueUrl);
