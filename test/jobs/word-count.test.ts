import { describe } from 'vitest';
import { wordCorpora } from '../support/corpora/words.ts';
import { equalsOracle } from '../support/equals-oracle.ts';

describe('word-count', () => {
  equalsOracle('word-count', wordCorpora, [1, 2, 3]);
});
