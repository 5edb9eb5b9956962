/** The promises of an ObjectStore, kept by the one on S3. */
import { CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { objectStoreConformance } from '../conformance/object-store.conformance.ts';
import { clients, empty, store } from './deployed.ts';

objectStoreConformance('S3', async () => {
  const bucket = `fanfold-conformance-${Date.now()}`;
  await clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    store,
    bucket,
    prefix: 'runs/r1/',
    inputBucket: bucket,
    keepsNotes: true,
    upload: async (key, bytes) => {
      await clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
    },
    remove: async (key) => {
      await clients.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    close: async () => {
      await empty(bucket);
      await clients.s3.send(new DeleteBucketCommand({ Bucket: bucket }));
    },
  };
});
