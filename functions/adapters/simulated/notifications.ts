/** S3 tells the intake queue of new objects: at least once, in any order, sometimes minutes later. */
import { encodeKey, type S3Service } from './s3-service.ts';
import type { SimulatedQueue } from './sqs-queue.ts';
import type { World } from './world.ts';

const LATE_MS_MAX = 10 * 60_000;

/** @returns the number of notifications that were lost so far */
export function notify(world: World, s3: S3Service, bucket: string, intake: SimulatedQueue): () => number {
  const { random, timeline } = world;
  let sequence = 0;
  let lost = 0;
  s3.onWrite((name, key, { size, etag }) => {
    if (name !== bucket) return;
    if (world.faults.strikes('notificationLost')) {
      world.tell('s3', () => `the notification of ${key} is lost`);
      lost += 1;
      return;
    }
    const sequencer = (++sequence).toString(16).toUpperCase().padStart(16, '0');
    const write: Write = {
      bucket,
      key,
      size,
      etag,
      sequencer,
      time: new Date(timeline.nowMs).toISOString(),
    };
    const body = JSON.stringify(random.chance(0.8) ? notificationOf(write) : eventOf(write));
    for (let copies = world.faults.strikes('notificationTwice') ? 2 : 1; copies > 0; copies--) {
      const lateMs = world.faults.strikes('notificationLate') ? random.below(LATE_MS_MAX) : world.latency();
      timeline.after(lateMs, () => intake.send(body));
    }
  });
  return () => lost;
}

interface Write {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly sequencer: string;
  readonly time: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const notificationOf = ({ bucket, key, size, etag, sequencer, time }: Write) => ({
  Records: [
    {
      eventVersion: '2.3',
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: time,
      s3: {
        bucket: { name: bucket },
        object: { key: encodeKey(key), size, eTag: etag.replaceAll('"', ''), sequencer },
      },
    },
  ],
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const eventOf = ({ bucket, key, size, etag, sequencer, time }: Write) => ({
  'detail-type': 'Object Created',
  source: 'aws.s3',
  time,
  detail: { bucket: { name: bucket }, object: { key, size, etag: etag.replaceAll('"', ''), sequencer } },
});
