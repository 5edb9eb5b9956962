import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { backoff } from '../../../functions/adapters/aws/backoff.ts';
import { awsClients, isEmulated } from '../../../functions/adapters/aws/clients.ts';
import { S3ObjectStore } from '../../../functions/adapters/aws/s3-object-store.ts';
import { FIRST_PART_BYTES } from '../../../functions/adapters/aws/s3-upload.ts';
import { objectStoreConformance, type StoreUnderTest } from '../object-store.conformance.ts';
import { openBucket } from './bucket.ts';
import { brokenOn } from './known-differences.ts';
import { target } from './target.ts';

const open = async (): Promise<StoreUnderTest> => {
  const { s3 } = awsClients();
  const { bucket, prefix, close } = await openBucket(s3);
  const input = (key: string) => ({ Bucket: bucket, Key: `${prefix}input/${key}` });
  return {
    store: new S3ObjectStore(s3, backoff, FIRST_PART_BYTES, !isEmulated(process.env)),
    bucket,
    prefix: `${prefix}runs/r1/`,
    inputBucket: bucket,
    inputPrefix: `${prefix}input/`,
    keepsNotes: true,
    upload: async (key, bytes) => {
      await s3.send(new PutObjectCommand({ ...input(key), Body: bytes }));
    },
    remove: async (key) => {
      await s3.send(new DeleteObjectCommand(input(key)));
    },
    close,
  };
};

objectStoreConformance(`S3 on ${target.name}`, open, brokenOn(target.name, 'objectStore'));
