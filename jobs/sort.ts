/**
 * Sorts lines by their bytes: any text in, the same lines in order out.
 *
 * Reads lines that end with `\n` or `\r\n`, the last of an object with or without. They are compared byte by byte, as
 * `LC_ALL=C sort` does: no language, no case, and bytes that are not UTF-8 are bytes as all others.
 * Writes every line with `\n`, equal ones as often as they are there: the parts, one after the other, are one sorted file.
 */
import { lines, sorted, textLines } from 'fanfold';

export default sorted({ name: 'sort', input: lines(), output: textLines() });
