/** Where emulators are known to differ from what AWS documents: each a row of docs/emulators.md. */

/** Name of the test that must fail there, and what is seen instead. */
export interface Differences {
  readonly [test: string]: string;
}

interface BySuite {
  readonly objectStore?: Differences;
  readonly documented?: Differences;
}

const SOURCE_IF_MATCH = 'x-amz-copy-source-if-match of UploadPartCopy is ignored';
const JOINED_CHECKSUM = 'an upload that comes to another checksum than is told is refused';
const JOIN = 'what is joined has the checksum that is told, or nothing is written';

const CONDITIONAL_COPY = 'copying onto a taken name with If-None-Match is answered with 412';

export const KNOWN_DIFFERENCES: { readonly [emulator: string]: BySuite } = {
  ministack: {
    objectStore: {
      [JOIN]: 'no checksum is told to emulators',
    },
    documented: {
      [JOINED_CHECKSUM]: 'a FULL_OBJECT checksum is taken for one of the checksums of the parts, and refused',
      [CONDITIONAL_COPY]: 'the condition is ignored and the object overwritten',
      'a part that is not the last must have 5 MiB': 'smaller parts are accepted',
      'the answer to a write tells the checksum of what was stored': 'it tells none',
      'a range of a version is that range': 'the range is ignored where a version is named',
    },
  },
  moto: {
    objectStore: {
      'a copy is of the version that is meant, or an error': SOURCE_IF_MATCH,
      'what is joined is of the versions that are meant, or an error': SOURCE_IF_MATCH,
      [JOIN]: 'no checksum is told to emulators',
    },
    documented: {
      [JOINED_CHECKSUM]: 'the checksum is ignored',
      [CONDITIONAL_COPY]: 'the condition is ignored and the object overwritten',
      'a body that does not fit its checksum is refused': 'it is stored',
      'a message with U+FFFE or U+FFFF is refused': 'it is accepted',
    },
  },
};

/** Names of the tests that must fail. */
export const brokenOn = (target: string, suite: keyof BySuite): readonly string[] =>
  Object.keys(KNOWN_DIFFERENCES[target]?.[suite] ?? {});
