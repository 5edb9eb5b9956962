/** Where emulators are known to differ from what AWS documents: each a row of docs/emulators.md. */

/** Name of the test that must fail there, and what is seen instead. */
export interface Differences {
  readonly [test: string]: string;
}

interface BySuite {
  readonly objectStore?: Differences;
  readonly documented?: Differences;
}

const CONDITIONAL_COPY = 'copying onto a taken name with If-None-Match is answered with 412';

export const KNOWN_DIFFERENCES: { readonly [emulator: string]: BySuite } = {
  ministack: {
    documented: {
      [CONDITIONAL_COPY]: 'the condition is ignored and the object overwritten',
      'a part that is not the last must have 5 MiB': 'smaller parts are accepted',
      'the answer to a write tells the checksum of what was stored': 'it tells none',
      'a range of a version is that range': 'the range is ignored where a version is named',
    },
  },
  moto: {
    objectStore: {
      'a copy is of the version that is meant, or an error': 'x-amz-copy-source-if-match of UploadPartCopy is ignored',
    },
    documented: {
      [CONDITIONAL_COPY]: 'the condition is ignored and the object overwritten',
      'a body that does not fit its checksum is refused': 'it is stored',
      'a message with U+FFFE or U+FFFF is refused': 'it is accepted',
    },
  },
};

/** Names of the tests that must fail. */
export const brokenOn = (target: string, suite: keyof BySuite): readonly string[] =>
  Object.keys(KNOWN_DIFFERENCES[target]?.[suite] ?? {});
